import { longestAscent } from './longestAscent';
import type { RecordedMessage } from './RecordedEvent';
import { recordedValue } from './recordedValue';
import type { ValueChange } from './ValueChange';
import type { ValueComparer, ValueComparison } from './ValueComparer';
import type { VerdictLedger } from './VerdictLedger';

/** Compares what one client of the app sent: by action and value, and in its order within a connection. */
export class SendComparison {
  readonly #comparer: ValueComparer;
  readonly #ledger: VerdictLedger;
  /** Without a counterpart so far, by action and value. Maps keep their order, queues are FIFO. */
  readonly #expected = new Map<string, RecordedMessage[]>();
  readonly #actual = new Map<string, RecordedMessage[]>();
  /** Counterparts by both connections: places of the recorded in the order of the actual. */
  readonly #places = new Map<string, Placed[]>();
  readonly #place = new Map<RecordedMessage, number>();
  #count = 0;

  constructor(comparer: ValueComparer, ledger: VerdictLedger) {
    this.#comparer = comparer;
    this.#ledger = ledger;
  }

  expected(message: RecordedMessage): void {
    this.#meet(message, this.#actual, this.#expected, (other) => this.#pair(message, other));
  }

  actual(message: RecordedMessage): void {
    this.#meet(message, this.#expected, this.#actual, (other) => this.#pair(other, message));
  }

  /** Judges what is left; nothing may follow. */
  finish(): void {
    const missing = [...this.#expected.values()].flat();
    const extra = [...this.#actual.values()].flat();
    for (const expected of missing) {
      const index = extra.findIndex(({ action }) => action === expected.action);
      const [other] = index < 0 ? [] : extra.splice(index, 1);
      if (other === undefined) {
        this.#report('missing', expected, [alone('missing', expected)]);
      } else {
        this.#ledger.compared(expected.side, expected.action);
        const { changes, ignored } = this.#compare(expected, other);
        this.#ledger.ignored += ignored;
        this.#report('changed', expected, changes);
      }
    }
    for (const actual of extra) this.#report('extra', actual, [alone('extra', actual)]);
    for (const order of this.#places.values()) {
      order.sort((a, b) => a.actual - b.actual);
      const kept = longestAscent(order.map(({ expected }) => expected));
      order.forEach(({ message }, index) => {
        if (!kept.has(index)) this.#report('reordered', message, []);
      });
    }
  }

  #meet(
    message: RecordedMessage,
    others: Map<string, RecordedMessage[]>,
    own: Map<string, RecordedMessage[]>,
    pair: (other: RecordedMessage) => void,
  ): void {
    this.#place.set(message, this.#count++);
    const value = this.#comparer.key(recordedValue(message), 'value', message.redacted);
    const key = `${JSON.stringify(message.action)} ${value}`;
    const queue = others.get(key) ?? [];
    // With a tolerance the key is only a hint.
    for (const [index, other] of queue.entries()) {
      const { changes, ignored } = this.#compare(other, message);
      if (changes.length > 0) continue;
      queue.splice(index, 1);
      if (queue.length === 0) others.delete(key);
      this.#ledger.ignored += ignored;
      pair(other);
      return;
    }
    own.set(key, [...(own.get(key) ?? []), message]);
  }

  #pair(expected: RecordedMessage, actual: RecordedMessage): void {
    this.#ledger.compared(expected.side, expected.action);
    const key = `${expected.link} ${actual.link}`;
    const entry = this.#places.get(key) ?? [];
    this.#places.set(key, entry);
    const { side, link, id, action, at } = expected;
    entry.push({
      expected: this.#place.get(expected) ?? 0,
      actual: this.#place.get(actual) ?? 0,
      message: { side, link, id, action, at },
    });
    this.#place.delete(expected);
    this.#place.delete(actual);
  }

  #compare(expected: RecordedMessage, actual: RecordedMessage): ValueComparison {
    const hidden = [...(expected.redacted ?? []), ...(actual.redacted ?? [])];
    return this.#comparer.compare(recordedValue(expected), recordedValue(actual), 'value', hidden);
  }

  #report(
    kind: 'changed' | 'missing' | 'extra' | 'reordered',
    message: Named,
    changes: readonly ValueChange[],
  ): void {
    const { side, link, id, action, at } = message;
    this.#ledger.differs({ kind, what: 'send', side, link, id, action, at, changes });
  }
}

interface Placed {
  readonly expected: number;
  readonly actual: number;
  readonly message: Named;
}

/** What a report names a message by; its content is let go. */
type Named = Pick<RecordedMessage, 'side' | 'link' | 'id' | 'action' | 'at'>;

function alone(kind: 'missing' | 'extra', message: RecordedMessage): ValueChange {
  const value = recordedValue(message);
  return {
    path: 'value',
    kind,
    expected: kind === 'missing' ? value : undefined,
    actual: kind === 'extra' ? value : undefined,
  };
}
