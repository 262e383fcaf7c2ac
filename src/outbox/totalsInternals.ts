/** How much an outbox holds. */
export interface OutboxTotals {
  /** Messages that wait. */
  depth: number;
  /** Bytes of their contents. */
  bytes: number;
  deadLetters: number;
}

export const noTotals = (): OutboxTotals => ({ depth: 0, bytes: 0, deadLetters: 0 });

export function sum(a: OutboxTotals, b: OutboxTotals): OutboxTotals {
  return { depth: a.depth + b.depth, bytes: a.bytes + b.bytes, deadLetters: a.deadLetters + b.deadLetters };
}

export function add(to: OutboxTotals, { depth, bytes, deadLetters }: OutboxTotals): void {
  to.depth += depth;
  to.bytes += bytes;
  to.deadLetters += deadLetters;
}

export function subtract(from: OutboxTotals, { depth, bytes, deadLetters }: OutboxTotals): void {
  add(from, { depth: -depth, bytes: -bytes, deadLetters: -deadLetters });
}
