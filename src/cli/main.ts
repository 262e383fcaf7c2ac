import { readFileSync } from 'node:fs';
import path from 'node:path';
import { nearestName } from '../runtime/nearestName';
import { commands } from './commands/commands';
import { ExitCode, type Io } from './process/Io';
import { formatOverview } from './arguments/formatHelp';
import { UsageError } from './arguments/Command';

/** The version of this package. */
function readVersion(): string {
  const file = path.join(__dirname, '..', '..', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

/**
 * The whole command line but the process around it: runs the command that the arguments name.
 *
 * @param args what follows `rxcomet`
 * @returns the exit code: 0 fine, 1 the peer said no, 2 wrong usage or configuration. Never rejects.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const exitCode = await run(args, io);
  await Promise.all([io.stdout.flushed(), io.stderr.flushed()]);
  const { failure } = io.stdout;
  // A reader that has seen enough (`| head`) is no failure.
  if (failure === undefined || failure.code === 'EPIPE') return exitCode;
  const { say } = await import('./output/explainError.js');
  const [first = ''] = args;
  const name = commands.has(first) ? first : undefined;
  say(`stdout cannot be written: ${failure.message}`, name, io.stderr);
  await io.stderr.flushed();
  return exitCode === ExitCode.ok ? ExitCode.refused : exitCode;
}

async function run([first, ...rest]: readonly string[], io: Io): Promise<number> {
  const load = commands.get(first ?? '');
  try {
    if (load !== undefined) return await (await load()).start(rest, io);
    switch (first) {
      case undefined:
        io.stderr.write(await overview());
        return ExitCode.usage;
      case '-h':
      case '--help':
      case 'help':
        return await help(rest, io);
      case '-v':
      case '-V':
      case '--version':
        io.stdout.write(`${readVersion()}\n`);
        return ExitCode.ok;
      default:
        throw unknownCommand(first);
    }
  } catch (error) {
    const { explainError } = await import('./output/explainError.js');
    return explainError(error, load === undefined ? undefined : first, io.stderr);
  }
}

async function help([name]: readonly string[], io: Io): Promise<number> {
  const load = commands.get(name ?? '');
  if (load !== undefined) return (await load()).start(['--help'], io);
  if (name !== undefined) throw unknownCommand(name);
  io.stdout.write(await overview());
  return ExitCode.ok;
}

async function overview(): Promise<string> {
  return formatOverview(await Promise.all([...commands.values()].map((load) => load())));
}

function unknownCommand(typed: string): UsageError {
  if (typed.startsWith('-')) {
    const nearest = nearestName(typed, ['--help', '--version']);
    const guess = nearest === undefined ? 'options follow the command' : `did you mean ${nearest}?`;
    return new UsageError(`unknown option ${typed}: ${guess}`);
  }
  const names = [...commands.keys()];
  const nearest = nearestName(typed, names);
  const guess = nearest === undefined ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`;
  return new UsageError(`unknown command "${typed}": ${guess}`);
}
