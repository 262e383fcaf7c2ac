import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** One problem of a configuration file. Secrets never appear in it. */
export interface ConfigProblem {
  /** The file as it was given, or '' for configuration that came as an object or text. */
  readonly file: string;
  /** 1-based; 0 when there is no text to point at. */
  readonly line: number;
  /** 1-based; 0 when there is no text to point at. */
  readonly column: number;
  /** Where in the tree, such as Socket_connection.Host.Port; '' for the file as a whole. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
  /** What to do about it, '' when the message says it all. */
  readonly remedy: string;
}

/** The configuration cannot be used; `problems` holds everything wrong with it, the message prints them a line each. */
export class ConfigError extends RxcometError {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_CONFIG';

  constructor(
    message: string,
    readonly problems: readonly ConfigProblem[],
    options: RxcometErrorOptions = {},
  ) {
    super(message, options);
  }
}
