/** How much an outbox holds. */
export interface Totals {
  /** Messages that wait. */
  depth: number;
  /** Bytes of their contents. */
  bytes: number;
  deadLetters: number;
}

export const noTotals = (): Totals => ({ depth: 0, bytes: 0, deadLetters: 0 });

export function sum(a: Totals, b: Totals): Totals {
  return { depth: a.depth + b.depth, bytes: a.bytes + b.bytes, deadLetters: a.deadLetters + b.deadLetters };
}

export function add(to: Totals, { depth, bytes, deadLetters }: Totals): void {
  to.depth += depth;
  to.bytes += bytes;
  to.deadLetters += deadLetters;
}

export function subtract(from: Totals, { depth, bytes, deadLetters }: Totals): void {
  add(from, { depth: -depth, bytes: -bytes, deadLetters: -deadLetters });
}
