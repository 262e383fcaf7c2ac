import type { Io } from '../process/Io';

/** One option of a command. Without `value` it is a flag. */
export interface OptionSpec {
  /** What stands for the value in the help, such as FILE. */
  readonly value?: string;
  /** One letter. */
  readonly short?: string;
  /** May be given more than once. */
  readonly many?: true;
  /** A line for the help. */
  readonly about: string;
}

/** Options by their long names. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** An argument by its place. */
export interface OperandSpec {
  /**
   * In capitals; in brackets when it may be left out, the last one with … when it may be given more than
   * once.
   */
  readonly name: string;
  /** A line for the help. */
  readonly about: string;
}

/** What parsing the arguments gives for a table of options: flags are booleans, the rest text. */
export type OptionsOf<T extends OptionTable> = {
  readonly [Name in keyof T]: T[Name] extends { readonly value: string }
    ? T[Name] extends { readonly many: true }
      ? readonly string[]
      : string | undefined
    : boolean;
};

/** A command as its file describes it. */
export interface CommandDefinition<T extends OptionTable> {
  readonly name: string;
  /** A line for the list of commands. */
  readonly summary: string;
  /** Paragraphs for its own help. */
  readonly description: string;
  readonly operands: readonly OperandSpec[];
  readonly options: T;
  /** Arguments after `rxcomet NAME`, with what they do. */
  readonly examples: readonly (readonly [args: string, what: string])[];
  /** Does the work and resolves with the exit code. Rejecting is left to `main` to explain. */
  readonly run: (options: OptionsOf<T>, operands: readonly string[], io: Io) => Promise<number>;
}

/** A command as `main` uses it. */
export interface Command extends Omit<CommandDefinition<OptionTable>, 'run'> {
  /** Reads the arguments after the command's name and runs it, or prints its help. Throws UsageError. */
  start(args: readonly string[], io: Io): Promise<number>;
}

/**
 * The command line was used wrongly. Never leaves it: `main` prints message and hint and ends with exit code
 * 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    /** What to do about it; '' leaves it to the hint at --help. */
    readonly hint = '',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
