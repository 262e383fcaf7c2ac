import { longestAscent } from './longestAscent';
import type { RecordedAck, RecordedClose, RecordedMessage } from './RecordedEvent';
import { recordedValue } from './recordedValue';
import type { ValueChange } from './ValueChange';
import type { ValueComparer, ValueComparison } from './ValueComparer';
import type { VerdictLedger } from './VerdictLedger';

/** An acknowledgement and its place among those of its link. */
interface Placed {
  readonly ack: RecordedAck;
  readonly place: number;
}

interface Exchange {
  action: string;
  /** Recorded acknowledgements were seen, so that others can be held against them. */
  answered: boolean;
  asked: boolean;
  /** Not yet held against one of the other side. */
  expected: Placed[];
  actual: Placed[];
}

/** Two acknowledgements that belong together. */
interface Pair {
  readonly expected: Placed;
  readonly actual: Placed;
  readonly action: string;
}

/**
 * Compares the acknowledgements of one link of a host: by message those that come first with those recorded first, then their order over the
 * whole link. What was settled is let go, so that a long link needs memory only for what is open or differs.
 */
export class AckComparison {
  readonly #comparer: ValueComparer;
  readonly #ledger: VerdictLedger;
  readonly #exchanges = new Map<number, Exchange>();
  #pairs: Pair[] = [];
  #unpaired = 0;
  #expectedPlaces = 0;
  #actualPlaces = 0;
  #closedByHost = false;

  constructor(comparer: ValueComparer, ledger: VerdictLedger) {
    this.#comparer = comparer;
    this.#ledger = ledger;
  }

  /** A recorded message. */
  message(event: RecordedMessage): void {
    const exchange = this.#exchange(event.id);
    exchange.action = event.action;
    exchange.asked = true;
  }

  expected(ack: RecordedAck): void {
    const exchange = this.#exchange(ack.id);
    exchange.answered = true;
    this.#place(exchange, exchange.expected, { ack, place: this.#expectedPlaces++ });
  }

  actual(ack: RecordedAck): void {
    const exchange = this.#exchange(ack.id);
    this.#place(exchange, exchange.actual, { ack, place: this.#actualPlaces++ });
  }

  /** The recorded end of the link. */
  close(event: RecordedClose): void {
    this.#closedByHost = event.from === 'host';
  }

  /** Judges what is still open; nothing may follow. */
  finish(): void {
    for (const exchange of this.#exchanges.values()) this.#settle(exchange);
    this.#exchanges.clear();
    this.#judgeOrder();
  }

  #exchange(id: number): Exchange {
    let exchange = this.#exchanges.get(id);
    if (exchange === undefined) {
      exchange = { action: '', answered: false, asked: false, expected: [], actual: [] };
      this.#exchanges.set(id, exchange);
    }
    return exchange;
  }

  #place(exchange: Exchange, into: Placed[], placed: Placed): void {
    into.push(placed);
    this.#unpaired += 1;
    const [expected] = exchange.expected;
    const [actual] = exchange.actual;
    // Only while nothing waits on either side do the heads belong together for sure.
    if (expected === undefined || actual === undefined) return;
    if (exchange.expected.length + exchange.actual.length > 2) return;
    const comparison = this.#compare(expected.ack, actual.ack);
    if (comparison.changes.length > 0) return;
    exchange.expected = [];
    exchange.actual = [];
    this.#pair({ expected, actual, action: exchange.action }, comparison);
    if (expected.ack.status !== 'next') this.#exchanges.delete(expected.ack.id);
    // Everything so far has found its counterpart: nothing that follows can come before it.
    if (this.#unpaired === 0) this.#judgeOrder();
  }

  #pair(pair: Pair, { ignored }: ValueComparison): void {
    this.#pairs.push(pair);
    this.#ledger.ignored += ignored;
    this.#unpaired -= 2;
    this.#ledger.compared(pair.expected.ack.side, pair.action);
  }

  #settle(exchange: Exchange): void {
    const { action, actual } = exchange;
    if (!exchange.answered) {
      if (exchange.asked && (actual.length === 0 || !this.#closedByHost)) {
        this.#ledger.notCompared += 1;
        return;
      }
    }
    // First those that only changed their place, then what is left in its order.
    const left: Placed[] = [];
    for (const expected of exchange.expected) {
      const comparisons = actual.map(({ ack }) => this.#compare(expected.ack, ack));
      const index = comparisons.findIndex(({ changes }) => changes.length === 0);
      const [comparison] = comparisons.slice(index, index + 1);
      const [found] = index < 0 ? [] : actual.splice(index, 1);
      if (found === undefined || comparison === undefined) left.push(expected);
      else this.#pair({ expected, actual: found, action }, comparison);
    }
    for (const expected of left) {
      const other = actual.shift();
      if (other === undefined) {
        this.#report('missing', expected.ack, action, [alone('missing', expected.ack)]);
      } else {
        const comparison = this.#compare(expected.ack, other.ack);
        this.#pair({ expected, actual: other, action }, comparison);
        this.#report('changed', expected.ack, action, comparison.changes);
      }
    }
    for (const { ack } of actual) this.#report('extra', ack, action, [alone('extra', ack)]);
  }

  #compare(expected: RecordedAck, actual: RecordedAck): ValueComparison {
    const sameStatus = expected.status === actual.status;
    // Like texts are like values, and most are.
    const sameText = expected.text !== undefined && expected.text === actual.text;
    if (sameStatus && sameText && !this.#comparer.hasRules) return { changes: [], ignored: 0 };
    const hidden = [...(expected.redacted ?? []), ...(actual.redacted ?? [])];
    const values = this.#comparer.compare(recordedValue(expected), recordedValue(actual), 'result', hidden);
    if (sameStatus) return values;
    const status = (ack: RecordedAck): string => ack.status ?? 'result';
    const change = {
      path: 'status',
      kind: 'changed',
      expected: status(expected),
      actual: status(actual),
    } as const;
    return { ...values, changes: [change, ...values.changes] };
  }

  #judgeOrder(): void {
    if (this.#pairs.length > 1) {
      this.#pairs.sort((a, b) => a.actual.place - b.actual.place);
      const kept = longestAscent(this.#pairs.map(({ expected }) => expected.place));
      this.#pairs.forEach(({ expected, action }, index) => {
        if (!kept.has(index)) this.#report('reordered', expected.ack, action, []);
      });
    }
    this.#pairs = [];
  }

  #report(
    kind: 'changed' | 'missing' | 'extra' | 'reordered',
    ack: RecordedAck,
    action: string,
    changes: readonly ValueChange[],
  ): void {
    const { side, link, id, at } = ack;
    this.#ledger.differs({ kind, what: 'acknowledgement', side, link, id, action, at, changes });
  }
}

function alone(kind: 'missing' | 'extra', ack: RecordedAck): ValueChange {
  const value = recordedValue(ack);
  return {
    path: 'result',
    kind,
    expected: kind === 'missing' ? value : undefined,
    actual: kind === 'extra' ? value : undefined,
  };
}
