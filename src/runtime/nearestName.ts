/** No name anybody meant is longer, and comparing takes time. */
const LONGEST_TYPED = 64;

/**
 * The name closest to what was typed, for "did you mean"; undefined when nothing is near enough. A swap of
 * neighbours is one edit, a letter in the other case half of one.
 *
 * @example nearestName('Clients', ['Host', 'Client']) // 'Client'
 */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > LONGEST_TYPED) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 0.5;
  for (const name of known) {
    const distance = editDistance(typed, name);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment, row by row; a swap looks two rows back. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const cost = (last[column - 1] ?? 0) + replacement(from.charAt(row - 1), to.charAt(column - 1));
      const shorter = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const swapped =
        row > 1 &&
        column > 1 &&
        from.charAt(row - 1) === to.charAt(column - 2) &&
        from.charAt(row - 2) === to.charAt(column - 1)
          ? (beforeLast[column - 2] ?? 0) + 1
          : Infinity;
      current.push(Math.min(cost, shorter, swapped));
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}

function replacement(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? 0.5 : 1;
}
