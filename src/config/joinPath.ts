const PLAIN_KEY = /^[\p{L}\p{N}_-]+$/u;

/**
 * Adds a key to a path for people; a key that holds dots or spaces is quoted.
 *
 * @example joinPath('Client', 'lab 2') // 'Client["lab 2"]'
 */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
