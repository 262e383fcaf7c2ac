import type { Command, CommandDefinition, OptionTable } from './Command';
import { ExitCode } from '../process/Io';
import { formatHelp } from './formatHelp';
import { parseArguments } from './parseArguments';

/** Joins a command with the reading of its arguments; the types of `run` follow from its table of options. */
export function defineCommand<const T extends OptionTable>(definition: CommandDefinition<T>): Command {
  const { run, ...described } = definition;
  const command: Command = {
    ...described,
    async start(args, io) {
      const parsed = parseArguments(args, described);
      if (parsed === 'help') {
        io.stdout.write(formatHelp(command));
        return ExitCode.ok;
      }
      return run(parsed.options, parsed.operands, io);
    },
  };
  return command;
}
