/** Why a folder cannot be opened as a store, found by looking at it. Becomes a failure with a remedy before a user sees it. */
export class StoreProblem extends Error {
  override readonly name = 'StoreProblem';

  constructor(
    readonly kind: 'locked' | 'damaged' | 'foreign' | 'missing',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
