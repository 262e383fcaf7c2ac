/**
 * Positions of a longest strictly ascending selection of the numbers, in O(n log n): what kept its order
 * while the rest was moved.
 *
 * @example longestAscent([4, 1, 2, 3]) // Set { 1, 2, 3 }
 */
export function longestAscent(numbers: readonly number[]): Set<number> {
  // ends[k]: position of the smallest number that ends an ascent of k + 1 numbers.
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  numbers.forEach((number, position) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    before.push(ends[low - 1]);
    ends[low] = position;
  });
  const kept = new Set<number>();
  for (let position = ends[ends.length - 1]; position !== undefined; position = before[position])
    kept.add(position);
  return kept;
}
