/** The `code` of an error of Node such as ECONNREFUSED; '' when it has none. */
export function errorCode(error: unknown): string {
  // Not by instanceof: Jest and vm contexts have an Error of their own, and Node's errors are none of those.
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
