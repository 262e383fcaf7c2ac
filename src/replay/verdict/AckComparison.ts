import { longestAscent } from './longestAscent';
import type { RecordedAck, RecordedClose, RecordedMessage } from '../../recording/RecordedEvent';
import { placeOf } from '../../recording/eventPlace';
import { recordedValue } from '../../recording/content/recordedValue';
import type { AnswerTiming } from './AnswerTiming';
import type { ComparisonListener } from './ComparisonListener';
import type { Difference, ValueChange } from './Verdict';
import type { ComparisonRules } from './ComparisonRules';
import type { ValueComparison } from './ValueComparer';
import type { VerdictLedger } from './VerdictLedger';
import { compareContents, shownContent, wholeChange } from './compareContents';

/** An acknowledgement and its place among those of its link. */
interface Placed {
  readonly ack: RecordedAck;
  readonly place: number;
}

interface Exchange {
  action: string;
  /** The recorded message. */
  message: RecordedMessage | undefined;
  /** When its message was recorded, and sent in the replay. */
  expectedAt: number | undefined;
  actualAt: number | undefined;
  /** The client gave it up: what comes after that is a matter of chance. */
  cancelled: boolean;
  /** The host gave no answer in time. */
  unanswered: boolean;
  /** That is reported already. */
  told: boolean;
  /** Recorded acknowledgements were seen, so that others can be held against them. */
  answered: boolean;
  asked: boolean;
  /** Not yet held against one of the other side. */
  expected: Placed[];
  actual: Placed[];
  /** Which side's last acknowledgement was seen. */
  expectedEnded: boolean;
  actualEnded: boolean;
}

/** Two acknowledgements that belong together; their contents are let go. */
interface Pair {
  readonly expected: number;
  readonly actual: number;
  /** It was recorded as soon as its message: no other could overtake it. */
  readonly atOnce: boolean;
  /** It is reported as changed, so that another place is no news. */
  readonly isChanged: boolean;
  readonly ack: Named;
  readonly action: string;
  /** What was paired; kept for a listener only. */
  readonly acks: readonly [RecordedAck, RecordedAck] | undefined;
}

/** What a report names an acknowledgement by. */
type Named = Pick<RecordedAck, 'side' | 'link' | 'id' | 'at'> & { readonly place?: string | undefined };

/** Of a stream of results so many wait on each side for an equal one before the older half is judged. */
const MAX_WAITING = 512;
/** An answer recorded within this time was given in the turn of its message, milliseconds. */
const AT_ONCE_MS = 1;
/** So many pairs are held before their order is judged, whatever is still open. */
const MAX_PAIRS = 4096;

/**
 * Compares the acknowledgements of one link of a host: by message those that come first with those recorded
 * first, then their order over the whole link. What was settled is let go, so that a long link needs memory
 * only for what is open.
 */
export class AckComparison {
  readonly #rules: ComparisonRules;
  readonly #ledger: VerdictLedger;
  readonly #timing: AnswerTiming;
  readonly #listener: ComparisonListener | undefined;
  readonly #exchanges = new Map<number, Exchange>();
  #pairs: Pair[] = [];
  #unpaired = 0;
  #expectedPlaces = 0;
  #actualPlaces = 0;
  #endedAsAnswer = false;
  /** The recording holds the end of the link, or of itself, which ends its answers too. */
  #endsAnswers = false;

  constructor(
    rules: ComparisonRules,
    ledger: VerdictLedger,
    timing: AnswerTiming,
    listener?: ComparisonListener,
  ) {
    this.#rules = rules;
    this.#ledger = ledger;
    this.#timing = timing;
    this.#listener = listener;
  }

  /** A recorded message. */
  message(event: RecordedMessage): void {
    // Nothing will ever tell what became of it.
    if (event.confirm === false) {
      this.#ledger.notCompared += 1;
      return;
    }
    const exchange = this.#exchange(event.id);
    exchange.action = event.action;
    exchange.message = event;
    exchange.asked = true;
    exchange.expectedAt = event.at;
  }

  /** A message of the replay. */
  sent(event: RecordedMessage): void {
    if (event.confirm !== false) this.#exchange(event.id).actualAt = event.at;
  }

  /** The recorded client gave a message up. */
  cancel(id: number): void {
    const exchange = this.#exchanges.get(id);
    if (exchange !== undefined) exchange.cancelled = true;
  }

  /** The replay waited in vain for the answer to a message. */
  unanswered(id: number): void {
    this.#exchange(id).unanswered = true;
  }

  expected(ack: RecordedAck): void {
    const exchange = this.#exchange(ack.id);
    if (exchange.cancelled) return;
    exchange.answered = true;
    exchange.expectedEnded = ack.status !== 'next';
    this.#place(exchange, exchange.expected, { ack, place: this.#expectedPlaces++ });
  }

  actual(ack: RecordedAck): void {
    const exchange = this.#exchange(ack.id);
    // Too late; whether it came in time for the end of the replay is chance.
    if (exchange.unanswered) return;
    exchange.actualEnded = ack.status !== 'next';
    this.#place(exchange, exchange.actual, { ack, place: this.#actualPlaces++ });
  }

  /** The recorder was stopped while answers were awaited: that they are lacking is no wonder. */
  recorderStopped(): void {
    this.#endsAnswers = true;
  }

  /** The recorded end of the link. */
  close(event: RecordedClose): void {
    this.#endsAnswers = true;
    // A legacy host whose handler fails closes without an answer. A native one never does, and a reset comes
    // from a host that was stopped.
    this.#endedAsAnswer = event.from === 'host' && event.how === 'fin' && event.dialect !== 'native';
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
      exchange = {
        action: '',
        message: undefined,
        expectedAt: undefined,
        actualAt: undefined,
        cancelled: false,
        unanswered: false,
        told: false,
        answered: false,
        asked: false,
        expected: [],
        actual: [],
        expectedEnded: false,
        actualEnded: false,
      };
      this.#exchanges.set(id, exchange);
    }
    return exchange;
  }

  #place(exchange: Exchange, into: Placed[], placed: Placed): void {
    into.push(placed);
    this.#unpaired += 1;
    this.#pairHeads(exchange);
    if (exchange.expectedEnded && exchange.actualEnded) {
      this.#settle(exchange);
      this.#exchanges.delete(placed.ack.id);
    } else if (Math.min(exchange.expected.length, exchange.actual.length) >= MAX_WAITING) {
      this.#settle(exchange, MAX_WAITING / 2);
    }
    // Everything so far has found its counterpart: nothing that follows can come before it.
    if (this.#unpaired === 0 || this.#pairs.length >= MAX_PAIRS) this.#judgeOrder();
  }

  /** The short way for what is as recorded. */
  #pairHeads(exchange: Exchange): void {
    const [expected] = exchange.expected;
    const [actual] = exchange.actual;
    // Only while nothing else waits on either side do the heads belong together for sure.
    if (expected === undefined || actual === undefined) return;
    if (exchange.expected.length + exchange.actual.length > 2) return;
    const comparison = this.#compare(expected.ack, actual.ack, exchange.action);
    if (comparison.changes.length > 0) return;
    exchange.expected = [];
    exchange.actual = [];
    this.#pair(expected, actual, exchange, comparison);
  }

  #pair(
    expected: Placed,
    actual: Placed,
    exchange: Exchange,
    { changes, ignored, compared }: ValueComparison,
  ): void {
    const { action, expectedAt } = exchange;
    const { side, link, id, at } = expected.ack;
    const ack = { side, link, id, at, place: placeOf(expected.ack) };
    const atOnce = expectedAt === undefined || at - expectedAt <= AT_ONCE_MS;
    const isChanged = changes.length > 0;
    const acks = this.#listener === undefined ? undefined : ([expected.ack, actual.ack] as const);
    const pair = { expected: expected.place, actual: actual.place, atOnce, isChanged, ack, action, acks };
    this.#pairs.push(pair);
    this.#listener?.paired(expected.ack, actual.ack, changes);
    this.#ledger.ignored += ignored;
    this.#unpaired -= 2;
    if (compared > 0) this.#ledger.compared(side, action);
    else this.#ledger.notCompared += 1;
    if (expected.ack.status !== 'next' && actual.ack.status !== 'next')
      this.#judgeTime(exchange, ack, actual.ack);
  }

  #judgeTime({ action, expectedAt, actualAt }: Exchange, ack: Named, { at }: Named): void {
    if (expectedAt === undefined || actualAt === undefined) return;
    const [expected, actual] = [toMicroseconds(ack.at - expectedAt), toMicroseconds(at - actualAt)];
    const kind = this.#timing.judge(expected, actual);
    if (kind === undefined) return;
    const difference = differenceOf(kind, ack, action, [{ path: 'ms', kind: 'changed', expected, actual }]);
    if (this.#timing.isAsserted) this.#ledger.differs(difference);
    else this.#ledger.note(difference);
  }

  /** @param keep so many of each side, the youngest, may stay if they found no equal one. */
  #settle(exchange: Exchange, keep = 0): void {
    const { action, answered, asked, cancelled } = exchange;
    const isExplained = cancelled || this.#endsAnswers || exchange.expectedEnded || !asked;
    // Of events that were handed in nobody can say that something was cut off.
    const place = exchange.message === undefined ? undefined : placeOf(exchange.message);
    if (keep === 0 && !isExplained && exchange.actualEnded && place !== undefined) this.#ledger.unheld(place);
    const heldAgainstNothing = !answered && asked && (exchange.actual.length === 0 || !this.#endedAsAnswer);
    // Its message is not in the recording, so nothing was sent that it could answer.
    const unasked = answered && !asked && exchange.actual.length === 0;
    if (heldAgainstNothing || unasked) {
      this.#ledger.notCompared += 1;
      this.#unpaired -= exchange.actual.length + exchange.expected.length;
      return;
    }
    // What more came before the client gave up or left is chance, and so is what came in spite of that.
    const isCut = cancelled || (keep === 0 && asked && !exchange.expectedEnded && !this.#endedAsAnswer);
    const young = {
      expected: new Set(exchange.expected.slice(exchange.expected.length - keep)),
      actual: new Set(exchange.actual.slice(exchange.actual.length - keep)),
    };
    // First those that only changed their place, then what is left in its order.
    const left = this.#pairEqual(exchange);
    const isYoung = (placed: Placed): boolean =>
      keep > 0 && (young.expected.has(placed) || young.actual.has(placed));
    exchange.expected = left.expected.filter(isYoung);
    exchange.actual = left.actual.filter(isYoung);
    const actual = left.actual.filter((placed) => !isYoung(placed));
    let next = 0;
    // An error in place of a result ends the answer: that the rest is missing is no news.
    let failed = false;
    for (const expected of left.expected) {
      if (isYoung(expected)) continue;
      const other = actual[next];
      next += 1;
      if (other === undefined) {
        this.#unpaired -= 1;
        this.#listener?.missing(expected.ack);
        if (!failed) this.#missing(exchange, expected.ack);
      } else {
        const comparison = this.#compare(expected.ack, other.ack, action);
        this.#pair(expected, other, exchange, comparison);
        this.#report('changed', exchange, expected.ack, other.ack, comparison.changes);
        failed = other.ack.status === 'error';
      }
    }
    for (const { ack } of actual.slice(next)) {
      this.#unpaired -= 1;
      if (isCut) continue;
      this.#listener?.extra(ack);
      this.#report('extra', exchange, undefined, ack, [wholeChange(this.#rules, action, 'extra', ack)]);
    }
  }

  #missing(exchange: Exchange, ack: RecordedAck): void {
    const changes = [wholeChange(this.#rules, exchange.action, 'missing', ack)];
    if (!exchange.unanswered) this.#report('missing', exchange, ack, undefined, changes);
    // One message without an answer is one difference, however many results it had.
    else if (!exchange.told) {
      exchange.told = true;
      this.#report('unanswered', exchange, ack, undefined, changes);
    }
  }

  /** Pairs what is equal, wherever it stands, and gives back the rest. */
  #pairEqual(exchange: Exchange): { expected: Placed[]; actual: Placed[] } {
    const { expected, actual } = exchange;
    if (expected.length === 0 || actual.length === 0) return { expected, actual };
    const hidden = [...new Set([...expected, ...actual].flatMap(({ ack }) => ack.redacted ?? []))];
    const comparer = this.#rules.comparerOf(exchange.action);
    const keyOf = ({ ack }: Placed): string =>
      `${ack.status ?? ''} ${comparer.key(recordedValue(ack), 'result', hidden)}`;
    const byKey = new Map<string, Placed[]>();
    for (const placed of actual) {
      const key = keyOf(placed);
      const others = byKey.get(key);
      if (others === undefined) byKey.set(key, [placed]);
      else others.push(placed);
    }
    const found = new Set<Placed>();
    const left = expected.filter((placed) => {
      const others = byKey.get(keyOf(placed)) ?? [];
      // With a tolerance the key is only a hint.
      for (const [index, other] of others.entries()) {
        const comparison = this.#compare(placed.ack, other.ack, exchange.action);
        if (comparison.changes.length > 0) continue;
        others.splice(index, 1);
        found.add(other);
        this.#pair(placed, other, exchange, comparison);
        return false;
      }
      return true;
    });
    return { expected: left, actual: actual.filter((placed) => !found.has(placed)) };
  }

  #compare(expected: RecordedAck, actual: RecordedAck, action: string): ValueComparison {
    const comparer = this.#rules.comparerOf(action);
    const sameStatus = expected.status === actual.status;
    // Like texts are like values, and most are.
    const sameText = expected.text !== undefined && expected.text === actual.text;
    const isHidden = expected.redacted !== undefined || actual.redacted !== undefined;
    if (sameStatus && sameText && !comparer.hasRules && !isHidden)
      return { changes: [], ignored: 0, compared: 1 };
    const limit = this.#listener === undefined ? undefined : Infinity;
    const values = compareContents(this.#rules, action, expected, actual, limit);
    if (sameStatus) return values;
    const status = (ack: RecordedAck): string => ack.status ?? 'result';
    const change = {
      path: 'status',
      kind: 'changed',
      expected: status(expected),
      actual: status(actual),
    } as const;
    return { ...values, compared: values.compared + 1, changes: [change, ...values.changes] };
  }

  #judgeOrder(): void {
    const pairs = this.#pairs.filter(({ action }) => !this.#rules.isUnordered(action));
    if (pairs.length > 1) {
      pairs.sort((a, b) => a.actual - b.actual);
      const kept = longestAscent(pairs.map(({ expected }) => expected));
      pairs.forEach((pair, index) => {
        if (kept.has(index)) return;
        // Answers to several messages that took their time may overtake one another.
        const overtook = pairs.every((other, at) => {
          const inOrder = at < index === other.expected < pair.expected;
          const isBound = other.ack.id === pair.ack.id || (other.atOnce && pair.atOnce);
          return inOrder || !isBound || other.isChanged || pair.isChanged;
        });
        const difference = differenceOf('reordered', pair.ack, pair.action, []);
        if (overtook) {
          this.#ledger.note(difference);
          return;
        }
        this.#ledger.differs(difference);
        if (pair.acks !== undefined) this.#listener?.reordered(...pair.acks);
      });
    }
    this.#pairs = [];
  }

  /** One of the two is there. */
  #report(
    kind: Difference['kind'],
    { action, message }: Exchange,
    expected: RecordedAck | undefined,
    actual: RecordedAck | undefined,
    changes: readonly ValueChange[],
  ): void {
    const ack = expected ?? actual;
    if (ack === undefined) return;
    const { side, link, id, at } = ack;
    const place = expected === undefined ? undefined : placeOf(expected);
    const shown = (content: RecordedAck | RecordedMessage): unknown =>
      shownContent(this.#rules, action, content);
    this.#ledger.differs({
      ...differenceOf(kind, { side, link, id, at, place }, action, changes),
      ...(message === undefined ? {} : { request: shown(message) }),
      ...(expected === undefined ? {} : { recorded: shown(expected) }),
      ...(actual === undefined ? {} : { replayed: shown(actual) }),
    });
  }
}

function differenceOf(
  kind: Difference['kind'],
  { side, link, id, at, place }: Named,
  action: string,
  changes: readonly ValueChange[],
): Difference {
  const where = place === undefined ? {} : { place };
  return { kind, what: 'acknowledgement', side, link, id, action, at, ...where, changes };
}

const toMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;
