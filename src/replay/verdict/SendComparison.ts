import type { ComparisonListener } from './ComparisonListener';
import { longestAscent } from './longestAscent';
import type { RecordedMessage } from '../../recording/RecordedEvent';
import { placeOf } from '../../recording/eventPlace';
import { recordedValue } from '../../recording/content/recordedValue';
import type { RecordedWork } from './RecordedWork';
import { UnmatchedSends, type PlacedSend } from './UnmatchedSends';
import type { Difference, ValueChange } from './Verdict';
import type { ComparisonRules } from './ComparisonRules';
import type { ValueComparison } from './ValueComparer';
import type { VerdictLedger } from './VerdictLedger';
import { compareContents, shownContent, wholeChange } from './compareContents';

/** So many pairs are held before their order is judged, whatever is still open. */
const MAX_PAIRS = 16_384;
/** Of equal ones, where no rule keeps anything out. */
const whole: ValueComparison = { changes: [], ignored: 0, compared: 1 };

/**
 * Compares what one client of the app sent: by action and value, and in its order within a connection. What
 * has found its counterpart is let go; of the others `UnmatchedSends` holds a few bytes each.
 */
export class SendComparison {
  readonly #rules: ComparisonRules;
  readonly #ledger: VerdictLedger;
  readonly #listener: ComparisonListener | undefined;
  readonly #expected = new UnmatchedSends();
  readonly #actual = new UnmatchedSends();
  /** By action: what the recording hides. */
  readonly #hidden = new Map<string, readonly string[]>();
  /** Counterparts by both connections: places of the recorded in the order of the actual. */
  readonly #pairs = new Map<string, Pair[]>();
  #pairCount = 0;
  #expectedPlaces = 0;
  #actualPlaces = 0;
  /** From this place on one handler sent them all. */
  #aloneFrom = 0;
  /** How often several handlers had been at work by then. */
  #crowds = 0;

  constructor(rules: ComparisonRules, ledger: VerdictLedger, listener?: ComparisonListener) {
    this.#rules = rules;
    this.#ledger = ledger;
    this.#listener = listener;
  }

  /** How many more were recorded than have come. */
  get lacking(): number {
    return this.#expectedPlaces - this.#actualPlaces;
  }

  /** @param work what the recorded host had at work when it was sent. */
  expected(message: RecordedMessage, work: RecordedWork): void {
    if (message.redacted !== undefined) this.#hidden.set(message.action, message.redacted);
    const place = this.#expectedPlaces++;
    if (work.crowds > this.#crowds || !work.isAlone(message.at)) this.#aloneFrom = place;
    this.#crowds = work.crowds;
    const expected = { message, place, aloneFrom: this.#aloneFrom };
    const key = this.#keyOf(message);
    let held = whole;
    const actual = this.#actual.take(key, (other) => {
      held = this.#compareLikely(message, other);
      return held.changes.length === 0;
    });
    if (actual === undefined) this.#expected.add(key, expected);
    else this.#pair(expected, actual, held);
  }

  /** @param isOptional the recording ended before it could hold this one. */
  actual(message: RecordedMessage, isOptional = false): void {
    const actual = { message, place: this.#actualPlaces++, aloneFrom: 0 };
    const key = this.#keyOf(message);
    let held = whole;
    const expected = this.#expected.take(key, (other) => {
      held = this.#compareLikely(other, message);
      return held.changes.length === 0;
    });
    if (expected !== undefined) this.#pair(expected, actual, held);
    else if (isOptional && this.lacking < 0) this.#ledger.notCompared += 1;
    else this.#actual.add(key, actual);
  }

  /** Judges what is left; nothing may follow. */
  finish(): void {
    const cursors = new Map<string, { row: number }>();
    this.#expected.visit((expected) => {
      const { action } = expected.message;
      const cursor = cursors.get(action) ?? { row: 0 };
      cursors.set(action, cursor);
      const actual = this.#actual.takeFrom(cursor, (other) => other.action === action);
      if (actual === undefined) {
        this.#listener?.missing(expected.message);
        this.#report('missing', expected.message, undefined, [
          wholeChange(this.#rules, action, 'missing', expected.message),
        ]);
        return true;
      }
      const comparison = this.#compare(expected.message, actual.message);
      const { changes, ignored } = comparison;
      if (changes.length === 0) this.#pair(expected, actual, comparison);
      else {
        this.#ledger.compared(expected.message.side, action);
        this.#ledger.ignored += ignored;
        this.#listener?.paired(expected.message, actual.message, changes);
        this.#report('changed', expected.message, actual.message, changes);
      }
      return true;
    });
    this.#actual.visit(({ message }) => {
      this.#listener?.extra(message);
      this.#report('extra', undefined, message, [wholeChange(this.#rules, message.action, 'extra', message)]);
      return true;
    });
    this.#judgeOrder();
    this.close();
  }

  /** Gives back temporary files. */
  close(): void {
    this.#expected.close();
    this.#actual.close();
  }

  #keyOf({ action, redacted, ...content }: RecordedMessage): string {
    const value = this.#rules
      .comparerOf(action)
      .key(recordedValue(content), 'value', redacted ?? this.#hidden.get(action));
    return `${JSON.stringify(action)} ${value}`;
  }

  /** Two with equal keys; a tolerance makes them only a hint. */
  #compareLikely(expected: RecordedMessage, actual: RecordedMessage): ValueComparison {
    const hidden = expected.redacted !== undefined || actual.redacted !== undefined;
    const plain = !this.#rules.comparerOf(expected.action).hasRules && !hidden;
    return plain ? whole : this.#compare(expected, actual);
  }

  #pair(
    { message, place, aloneFrom }: PlacedSend,
    actual: PlacedSend,
    { ignored, compared }: ValueComparison,
  ): void {
    const { side, link, id, action, at } = message;
    this.#ledger.ignored += ignored;
    if (compared > 0) this.#ledger.compared(side, action);
    else this.#ledger.notCompared += 1;
    if (this.#rules.isUnordered(action)) return;
    const key = `${link} ${actual.message.link}`;
    const pair = {
      expected: place,
      aloneFrom,
      actual: actual.place,
      message: { side, link, id, action, at, place: placeOf(message) },
      messages: this.#listener === undefined ? undefined : ([message, actual.message] as const),
    };
    this.#listener?.paired(message, actual.message, []);
    const pairs = this.#pairs.get(key);
    if (pairs === undefined) this.#pairs.set(key, [pair]);
    else pairs.push(pair);
    this.#pairCount += 1;
    // Once everything has found its counterpart, nothing that follows can come before it.
    const settled = this.#expected.size + this.#actual.size === 0;
    if (settled || this.#pairCount >= MAX_PAIRS) this.#judgeOrder();
  }

  #judgeOrder(): void {
    for (const pairs of this.#pairs.values()) {
      if (pairs.length === 1) continue;
      pairs.sort((a, b) => a.actual - b.actual);
      const kept = longestAscent(pairs.map(({ expected }) => expected));
      pairs.forEach((pair, index) => {
        if (kept.has(index)) return;
        const overtook = pairs.every((other, at) => {
          const inOrder = at < index === other.expected < pair.expected;
          if (inOrder) return true;
          const [first, second] = other.expected < pair.expected ? [other, pair] : [pair, other];
          // Not bound to its place: perhaps another handler sent it.
          return first.expected < second.aloneFrom;
        });
        const difference = differenceOf('reordered', pair.message, []);
        if (overtook) {
          this.#ledger.note(difference);
          return;
        }
        this.#ledger.differs(difference);
        if (pair.messages !== undefined) this.#listener?.reordered(...pair.messages);
      });
    }
    this.#pairs.clear();
    this.#pairCount = 0;
  }

  #compare(expected: RecordedMessage, actual: RecordedMessage): ValueComparison {
    const limit = this.#listener === undefined ? undefined : Infinity;
    return compareContents(this.#rules, expected.action, expected, actual, limit);
  }

  /** One of the two is there. */
  #report(
    kind: 'changed' | 'missing' | 'extra',
    expected: RecordedMessage | undefined,
    actual: RecordedMessage | undefined,
    changes: readonly ValueChange[],
  ): void {
    const message = expected ?? actual;
    if (message === undefined) return;
    const { side, link, id, action, at } = message;
    const place = expected === undefined ? undefined : placeOf(expected);
    const shown = (content: RecordedMessage): unknown => shownContent(this.#rules, action, content);
    this.#ledger.differs({
      ...differenceOf(kind, { side, link, id, action, at, place }, changes),
      ...(expected === undefined ? {} : { recorded: shown(expected) }),
      ...(actual === undefined ? {} : { replayed: shown(actual) }),
    });
  }
}

function differenceOf(
  kind: Difference['kind'],
  { side, link, id, action, at, place }: Named,
  changes: readonly ValueChange[],
): Difference {
  const where = place === undefined ? {} : { place };
  return { kind, what: 'send', side, link, id, action, at, ...where, changes };
}

interface Pair {
  readonly expected: number;
  readonly aloneFrom: number;
  readonly actual: number;
  readonly message: Named;
  /** What was paired; kept for a listener only. */
  readonly messages: readonly [RecordedMessage, RecordedMessage] | undefined;
}

/** What a report names a message by; its content is let go. */
type Named = Pick<RecordedMessage, 'side' | 'link' | 'id' | 'action' | 'at'> & {
  readonly place?: string | undefined;
};
