/** The command line was used wrongly. Never leaves it: `main` prints message and hint and ends with exit code 2. */
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
