import type { Command } from './Command';

/** The help of the whole command line. */
export function formatOverview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: rxcomet COMMAND [arguments]',
    '',
    "COMET's TCP/IP server and client on the command line.",
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    '  -h, --help     show this help; rxcomet COMMAND --help tells all of a command',
    '  -V, --version  print the version',
    '',
    'Examples:',
    ...commands.flatMap(({ name, examples: [first] }) =>
      first === undefined ? [] : [`  # ${first[1]}`, `  rxcomet ${[name, first[0]].join(' ').trim()}`],
    ),
    '',
    'Exit codes: 0 fine, 1 the peer said no or a check failed, 2 wrong usage or configuration.',
    '',
  ].join('\n');
}
