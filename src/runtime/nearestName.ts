/**
 * The name closest to what was typed, for "did you mean"; undefined when nothing is near enough. Case is worth half an edit.
 *
 * @example nearestName('Clients', ['Host', 'Client']) // 'Client'
 */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
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

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const a = from.charAt(row - 1);
      const b = to.charAt(column - 1);
      const swap = a === b ? 0 : a.toLowerCase() === b.toLowerCase() ? 0.5 : 1;
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + swap,
        ),
      );
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
