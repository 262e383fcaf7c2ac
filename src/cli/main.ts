import { readFileSync } from 'node:fs';
import path from 'node:path';
import { nearestName } from '../runtime/nearestName';
import { commands } from './commands/commands';
import { explainError, say } from './output/explainError';
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
  const name = commands.find((command) => command.name === args[0])?.name;
  say(`stdout cannot be written: ${failure.message}`, name, io.stderr);
  await io.stderr.flushed();
  return exitCode === ExitCode.ok ? ExitCode.refused : exitCode;
}

async function run([first, ...rest]: readonly string[], io: Io): Promise<number> {
  const command = commands.find(({ name }) => name === first);
  try {
    if (command !== undefined) return await command.start(rest, io);
    switch (first) {
      case undefined:
        io.stderr.write(formatOverview(commands));
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
    return explainError(error, command?.name, io.stderr);
  }
}

async function help([name]: readonly string[], io: Io): Promise<number> {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command.start(['--help'], io);
  if (name !== undefined) throw unknownCommand(name);
  io.stdout.write(formatOverview(commands));
  return ExitCode.ok;
}

function unknownCommand(typed: string): UsageError {
  if (typed.startsWith('-')) {
    const nearest = nearestName(typed, ['--help', '--version']);
    const guess = nearest === undefined ? 'options follow the command' : `did you mean ${nearest}?`;
    return new UsageError(`unknown option ${typed}: ${guess}`);
  }
  const names = commands.map(({ name }) => name);
  const nearest = nearestName(typed, names);
  const guess = nearest === undefined ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`;
  return new UsageError(`unknown command "${typed}": ${guess}`);
}
