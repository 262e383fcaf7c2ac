import { nearestName } from '../../runtime/nearestName';

/** No key is so long, and comparing takes time. */
const LONGEST_TYPED = 64;

/**
 * The key that was probably meant: the nearest one, one with the same letters in another order, or one whose beginning was typed (keys
 * end in their unit).
 *
 * @example nearestKey('Prot', ['IP', 'Port']) // 'Port'
 */
export function nearestKey(typed: string, keys: readonly string[]): string | undefined {
  if (typed.length > LONGEST_TYPED) return undefined;
  const start = typed.toLowerCase();
  return (
    nearestName(typed, keys) ??
    keys.find((key) => lettersOf(key) === lettersOf(typed)) ??
    (start.length < 4 ? undefined : keys.find((key) => key.toLowerCase().startsWith(start)))
  );
}

function lettersOf(word: string): string {
  return [...word.toLowerCase()].sort().join('');
}
