/**
 * What anything that was thrown says of itself, for a sentence: its message, a text as it is, a primitive as
 * String makes it. `otherwise` stands for what says nothing. Never throws, whatever getters, traps and
 * prototypes the value has.
 */
export function describeError(error: unknown, otherwise = 'no reason was given'): string {
  if (!isObject(error)) return String(error);
  const message = readProperty(error, 'message');
  return typeof message === 'string' && message !== '' ? message : otherwise;
}

/** The same with its stack, for whoever wrote the code that threw it. */
export function stackOf(error: unknown): string {
  const stack = readProperty(error, 'stack');
  return typeof stack === 'string' && stack !== '' ? stack : describeError(error);
}

/** A property of anything; undefined where there is none, or where reading it throws. */
export function readProperty(value: unknown, key: PropertyKey): unknown {
  if (!isObject(value)) return undefined;
  try {
    return (value as Readonly<Record<PropertyKey, unknown>>)[key];
  } catch {
    return undefined;
  }
}

/** `instanceof` for anything: false where asking throws. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
