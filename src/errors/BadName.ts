import { RxcometError } from './RxcometError';

/** A name that no actor may have. */
export class BadName extends RxcometError {
  override readonly name = 'BadName';
  readonly code = 'ERR_BAD_NAME';

  constructor(readonly given: string) {
    super(`${JSON.stringify(given)} cannot name an actor: use letters, digits and any of _ . ~ -`);
  }
}
