import { RxcometError } from './RxcometError';

/** The configuration has no client of that name; `nearest` is the name that was probably meant. */
export class UnknownClient extends RxcometError {
  override readonly name = 'UnknownClient';
  readonly code = 'ERR_UNKNOWN_CLIENT';

  constructor(
    readonly client: string,
    readonly known: readonly string[],
    readonly nearest: string | undefined,
  ) {
    const remedy =
      nearest !== undefined
        ? `did you mean "${nearest}"?`
        : known.length === 0
          ? 'Socket_connection.Client names none'
          : `known are ${known.map((name) => `"${name}"`).join(', ')}`;
    super(`no client "${client}" in the configuration: ${remedy}`);
  }
}
