/** How COMET's server words a request it could not serve (protocol 1.4); any other string, also one that starts with "Error:", is a result. */
const FAILURE_PREFIXES = [
  'Error: invalid action and or value',
  'No responder function defined for TCP/IP server',
] as const;

/** The text of a legacy reply that is a failure, else undefined. */
export function legacyFailure(result: unknown): string | undefined {
  if (typeof result !== 'string') return undefined;
  return FAILURE_PREFIXES.some((prefix) => result.startsWith(prefix)) ? result : undefined;
}
