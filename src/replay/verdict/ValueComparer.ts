import { BadOption } from '../../errors/setUp';
import type { CompareOptions, NumberTolerance } from './CompareOptions';
import { JsonPath, formatJsonPath } from '../../recording/content/JsonPath';
import type { ValueChange } from './Verdict';
import { isBytes } from '../../runtime/bytes';

/**
 * One text for each number, whether it comes as number or as bigint: 2^53 and 9007199254740992n alike; -0 is
 * 0.
 */
function canonicalNumber(value: number | bigint): string {
  // Beyond 2^53 a number's own text is rounded.
  const large = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return large ? BigInt(value).toString() : String(value);
}

const number = new Float64Array(1);
const bits = new Uint32Array(number.buffer);
/** Above ASCII, so that no digit is taken for a mark of the key around it. */
const FIRST = 0x100;

/**
 * A text for a number that is no integer, another one for each; ten times as fast as its decimal digits,
 * which are most of the work where recordings hold measured curves.
 */
export function fractionKey(value: number): string {
  number[0] = value;
  const [low = 0, high = 0] = bits;
  return String.fromCharCode(
    FIRST + (low & 0x7ff),
    FIRST + ((low >>> 11) & 0x7ff),
    FIRST + (low >>> 22),
    FIRST + (high & 0x7ff),
    FIRST + ((high >>> 11) & 0x7ff),
    FIRST + (high >>> 22),
  );
}

type Path = (string | number)[];

/** What came of comparing two values. */
export interface ValueComparison {
  /** Empty when they are equal; at most 100, unless more are asked for. */
  readonly changes: readonly ValueChange[];
  /** Places a rule kept from being compared. */
  readonly ignored: number;
  /** Places that were compared; 0 when rules kept all of them out. */
  readonly compared: number;
}

interface Rule {
  readonly text: string;
  used: boolean;
}
type PathRule = Rule & { readonly path: JsonPath };
type ToleranceRule = PathRule & { readonly tolerance: NumberTolerance };
type NormaliseRule = PathRule & { readonly apply: (value: unknown) => unknown };
type TypeRule = Rule & { readonly is: (value: unknown) => boolean };

/** What is shown in place of a secret. */
export const HIDDEN = '[redacted]';

const MAX_CHANGES = 100;
const EVERYWHERE = '**';
/** No JSON begins with it. */
const IGNORED_KEY = '~';
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  'type:iso-time': (value) => typeof value === 'string' && ISO_TIME.test(value),
  'type:uuid': (value) => typeof value === 'string' && UUID.test(value),
};

/** What `ignore` takes beside paths. */
export const ruleTypes = Object.keys(types);

/**
 * Compares values by structure under the rules of `CompareOptions`: keys of objects in any order, elements of
 * arrays in theirs, numbers exact (NaN equals NaN, bigint equals the number of the same size). Remembers
 * which rules ever matched.
 */
export class ValueComparer {
  readonly #ignore: readonly PathRule[];
  readonly #redact: readonly PathRule[];
  readonly #types: readonly TypeRule[];
  readonly #tolerances: readonly ToleranceRule[];
  readonly #normalise: readonly NormaliseRule[];
  /** Those of its own, and not of the general comparer. */
  readonly #own: readonly Rule[];

  /**
   * @param general has the rules that hold as well; what they meet here counts for them.
   * @throws BadOption (ERR_BAD_OPTION) for a rule that is none.
   */
  constructor(
    options: Pick<CompareOptions, 'ignore' | 'redact' | 'tolerance' | 'normalise'>,
    general?: ValueComparer,
  ) {
    const given = options.ignore ?? [];
    const types = given.filter((text) => text.startsWith('type:')).map(typeRule);
    const ignore = given.filter((text) => !text.startsWith('type:')).map((text) => pathRule(text, text));
    const redact = (options.redact ?? []).map((text) => pathRule(text, text));
    const tolerances = (options.tolerance ?? []).map((tolerance) => ({
      ...pathRule(tolerance.path ?? EVERYWHERE, `tolerance at ${tolerance.path ?? EVERYWHERE}`),
      tolerance: checkTolerance(tolerance),
    }));
    const normalise = (options.normalise ?? []).map((rule) => ({
      ...pathRule(rule.path, `normalise at ${rule.path}`),
      apply: rule.with,
    }));
    this.#own = [...ignore, ...types, ...tolerances, ...normalise];
    // The first tolerance that fits counts: that of the action before the general one.
    this.#types = [...types, ...(general === undefined ? [] : general.#types)];
    this.#ignore = [...ignore, ...redact, ...(general === undefined ? [] : general.#ignore)];
    this.#redact = [...redact, ...(general === undefined ? [] : general.#redact)];
    this.#tolerances = [...tolerances, ...(general === undefined ? [] : general.#tolerances)];
    this.#normalise = [...normalise, ...(general === undefined ? [] : general.#normalise)];
  }

  /** Keys may be equal although `compare` finds a difference. */
  get hasTolerance(): boolean {
    return this.#tolerances.length > 0;
  }

  /** Without rules, like texts are like values and nothing is ignored. */
  get hasRules(): boolean {
    return this.#ignore.length + this.#types.length + this.#tolerances.length + this.#normalise.length > 0;
  }

  /** Whether a rule names a secret. */
  get hasSecrets(): boolean {
    return this.#redact.length > 0;
  }

  /** Its own rules that never met a value. */
  get unusedRules(): readonly string[] {
    return this.#own.filter(({ used }) => !used).map(({ text }) => text);
  }

  /**
   * @param root first step of every path: `value` or `result`.
   * @param hidden paths that a recording hides; they are ignored.
   * @param limit so many changes are told.
   */
  compare(
    expected: unknown,
    actual: unknown,
    root: string,
    hidden: readonly string[] = [],
    limit = MAX_CHANGES,
  ): ValueComparison {
    const changes: ValueChange[] = [];
    const hiddenPaths = new Set(hidden);
    const path: Path = [root];
    let ignored = 0;
    let compared = 0;

    const report = (kind: ValueChange['kind'], left: unknown, right: unknown): void => {
      compared += 1;
      if (changes.length < limit) {
        const [expectedShown, actualShown] = [
          this.shown(left, path, hidden),
          this.shown(right, path, hidden),
        ];
        changes.push({ path: formatJsonPath(path), kind, expected: expectedShown, actual: actualShown });
      }
    };
    const skipped = (): boolean => {
      if (!this.#ignores(path) && !(hiddenPaths.size > 0 && hiddenPaths.has(formatJsonPath(path))))
        return false;
      ignored += 1;
      return true;
    };
    const at = (step: string | number, action: () => void): void => {
      path.push(step);
      if (!skipped()) action();
      path.pop();
    };

    const walk = (left: unknown, right: unknown): void => {
      const [a, b] = [this.#normalised(left, path), this.#normalised(right, path)];
      if (this.#sameType(a, b)) {
        ignored += 1;
      } else if (Array.isArray(a) && Array.isArray(b)) {
        if (a.length + b.length === 0) compared += 1;
        for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
          at(index, () => {
            if (index >= b.length) report('missing', a[index], undefined);
            else if (index >= a.length) report('extra', undefined, b[index]);
            else walk(a[index], b[index]);
          });
        }
      } else if (isRecord(a) && isRecord(b)) {
        if (Object.keys(a).length + Object.keys(b).length === 0) compared += 1;
        for (const [key, value] of Object.entries(a)) {
          at(key, () => (Object.hasOwn(b, key) ? walk(value, b[key]) : report('missing', value, undefined)));
        }
        for (const [key, value] of Object.entries(b)) {
          if (!Object.hasOwn(a, key)) at(key, () => report('extra', undefined, value));
        }
      } else if (sameScalar(a, b) || this.#near(a, b, path)) compared += 1;
      else report('changed', a, b);
    };

    if (!skipped()) walk(expected, actual);
    return { changes, ignored, compared };
  }

  /**
   * The value at a path with what is secret replaced, for people and files; `hidden`: paths that a recording
   * hides.
   */
  shown(value: unknown, at: readonly (string | number)[], hidden: readonly string[] = []): unknown {
    if (!this.hasSecrets && hidden.length === 0) return value;
    const walk = (given: unknown, path: Path): unknown => {
      if (this.#redact.some((rule) => rule.path.matches(path)) || hidden.includes(formatJsonPath(path)))
        return HIDDEN;
      if (Array.isArray(given)) return given.map((element, index) => walk(element, [...path, index]));
      if (!isRecord(given)) return given;
      return Object.fromEntries(
        Object.entries(given).map(([key, member]) => [key, walk(member, [...path, key])]),
      );
    };
    return walk(value, [...at]);
  }

  /** Equal for values that `compare` finds equal; the reverse holds too unless a tolerance is given. */
  key(value: unknown, root: string, hidden: readonly string[] = []): string {
    const hiddenPaths = new Set(hidden);
    const path: Path = [root];
    const at = (step: string | number, child: unknown): string => {
      path.push(step);
      const text = write(child);
      path.pop();
      return text;
    };
    const write = (raw: unknown): string => {
      if (this.#ignores(path) || (hiddenPaths.size > 0 && hiddenPaths.has(formatJsonPath(path))))
        return IGNORED_KEY;
      const given = this.#normalised(raw, path);
      const type = this.#types.find(({ is }) => is(given));
      if (type !== undefined) {
        type.used = true;
        return `~${type.text}`;
      }
      if (typeof given === 'number' || typeof given === 'bigint') {
        if (this.#toleranceAt(path) !== undefined) return '~number';
        const fraction = typeof given === 'number' && given % 1 !== 0 && Number.isFinite(given);
        return fraction ? fractionKey(given) : canonicalNumber(given);
      }
      if (isBytes(given)) return `bytes:${Buffer.from(given).toString('base64')}`;
      // What is ignored counts as absent, as in `compare`.
      if (Array.isArray(given)) {
        const elements = given.map((element, index) => at(index, element));
        while (elements[elements.length - 1] === IGNORED_KEY) elements.pop();
        return `[${elements.join()}]`;
      }
      if (isRecord(given)) {
        const members = Object.keys(given)
          .sort()
          .map((name) => [JSON.stringify(name), at(name, given[name])] as const)
          .filter(([, member]) => member !== IGNORED_KEY);
        return `{${members.map((member) => member.join(':')).join()}}`;
      }
      return JSON.stringify(given) ?? 'undefined';
    };
    return write(value);
  }

  #ignores(path: Path): boolean {
    const rule = this.#ignore.find((candidate) => candidate.path.matches(path));
    if (rule !== undefined) rule.used = true;
    return rule !== undefined;
  }

  #normalised(value: unknown, path: Path): unknown {
    let result = value;
    for (const rule of this.#normalise) {
      if (!rule.path.matches(path)) continue;
      rule.used = true;
      result = rule.apply(result);
    }
    return result;
  }

  #sameType(a: unknown, b: unknown): boolean {
    const rule = this.#types.find(({ is }) => is(a) && is(b));
    if (rule !== undefined) rule.used = true;
    return rule !== undefined;
  }

  #toleranceAt(path: Path): ToleranceRule | undefined {
    return this.#tolerances.find((rule) => rule.path.matches(path));
  }

  #near(a: unknown, b: unknown, path: Path): boolean {
    const rule = this.#toleranceAt(path);
    if (rule === undefined || !isNumeric(a) || !isNumeric(b)) return false;
    rule.used = true;
    const { absolute, relative } = rule.tolerance;
    const difference = Math.abs(Number(a) - Number(b));
    return difference <= (absolute ?? -1) || difference <= (relative ?? -1) * Math.abs(Number(a));
  }
}

function pathRule(path: string, text: string): PathRule {
  return { text, used: false, path: new JsonPath(path) };
}

function typeRule(text: string): TypeRule {
  const is = types[text];
  if (is === undefined) {
    throw new BadOption(`"${text}": expected ${ruleTypes.join(' or ')}, or a path such as result.timestamp`);
  }
  return { text, used: false, is };
}

function checkTolerance(tolerance: NumberTolerance): NumberTolerance {
  const { absolute, relative } = tolerance;
  const given = [absolute, relative].filter((bound) => bound !== undefined);
  if (given.length === 0 || given.some((bound) => !(bound >= 0))) {
    throw new BadOption('tolerance: expected absolute or relative, a number >= 0');
  }
  return tolerance;
}

const isNumeric = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value);
}

function sameScalar(a: unknown, b: unknown): boolean {
  if (isNumeric(a) && isNumeric(b)) return canonicalNumber(a) === canonicalNumber(b);
  if (isBytes(a) && isBytes(b)) return Buffer.compare(a, b) === 0;
  return a === b;
}
