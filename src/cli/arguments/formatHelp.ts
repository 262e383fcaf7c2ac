import type { Command, OptionSpec } from './Command';

/**
 * The help of one command.
 *
 * @example formatHelp(sendCommand) // 'Usage: rxcomet send TARGET ACTION [VALUE] [options]\n…'
 */
export function formatHelp(command: Command): string {
  const { name, description, operands, options, examples } = command;
  const usage = ['rxcomet', name, ...operands.map((operand) => operand.name), '[options]'].join(' ');
  const rows = [
    ...operands.map((operand) => [operand.name, operand.about] as const),
    ...Object.entries(options).map(([long, spec]) => [optionText(long, spec), spec.about] as const),
    ['-h, --help', 'show this help'] as const,
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `Usage: ${usage}`,
    '',
    description,
    '',
    ...rows.map(([left, about]) => `  ${left.padEnd(width)}  ${about}`),
    '',
    'Examples:',
    ...examples.flatMap(([args, what]) => [`  # ${what}`, `  rxcomet ${[name, args].join(' ').trim()}`]),
    '',
  ].join('\n');
}

function optionText(long: string, { short, value, many }: OptionSpec): string {
  const names = short === undefined ? `    --${long}` : `-${short}, --${long}`;
  return [names, ...(value === undefined ? [] : [value])].join(' ') + (many === true ? ' …' : '');
}

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
