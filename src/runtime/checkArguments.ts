import { BadOption } from '../errors/setUp';
import { quoteName } from './names';
import { nearestName } from './nearestName';

/** What an argument has to be. */
export interface Shape {
  /** In words: "a number above 0". */
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  /** What to do about a value that does not fit, where more can be said than what was expected. */
  readonly advise?: (value: unknown) => string | undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const has = (value: unknown, name: PropertyKey): boolean =>
  isObject(value) && typeof (value as Readonly<Record<PropertyKey, unknown>>)[name] === 'function';
const isNumber = (value: unknown, least: number): boolean => typeof value === 'number' && value >= least;

/** The shapes that arguments of public functions have. */
export const shapes = {
  text: { expected: 'a text', fits: isText },
  flag: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
  callback: { expected: 'a function', fits: (value) => typeof value === 'function' },
  /** 0 or more, Infinity included. */
  amount: { expected: 'a number from 0', fits: (value) => isNumber(value, 0) },
  count: {
    expected: 'a whole number from 0',
    fits: (value) => isNumber(value, 0) && Number.isSafeInteger(value),
  },
  paths: {
    expected: "a list of texts such as ['result.time']",
    fits: (value) => Array.isArray(value) && value.every(isText),
  },
  list: { expected: 'a list', fits: Array.isArray },
  object: {
    expected: 'an object',
    fits: (value) => isObject(value) && !Array.isArray(value) && !has(value, 'then'),
  },
  clock: { expected: 'a clock, with now() and setTimeout()', fits: (value) => has(value, 'setTimeout') },
  logger: { expected: 'a logger, with warn() and the others', fits: (value) => has(value, 'warn') },
  transport: {
    expected: 'a transport, with listen() and connect()',
    fits: (value) => has(value, 'listen') && has(value, 'connect'),
  },
  signal: { expected: 'an AbortSignal', fits: (value) => has(value, 'addEventListener') },
  sink: { expected: 'a RecordingWriter, or what has write()', fits: (value) => has(value, 'write') },
  speed: {
    expected: "a number above 0, or 'max'",
    fits: (value) => value === 'max' || (isNumber(value, 0) && value !== 0),
  },
  moment: {
    expected: 'a Date, or milliseconds since 1970',
    fits: (value) =>
      !Number.isNaN(value instanceof Date ? value.getTime() : value) &&
      (typeof value === 'number' || has(value, 'getTime')),
  },
  rules: {
    expected: 'the name of a rules file, or false',
    fits: (value) => value === false || isText(value),
  },
  events: {
    expected: 'events, or a recording as readRecording gives it',
    fits: (value) => isObject(value) && (has(value, Symbol.asyncIterator) || has(value, Symbol.iterator)),
    advise: (value) => (isText(value) ? `readRecording(${JSON.stringify(value)})` : undefined),
  },
  file: {
    expected: 'the name of a file',
    fits: (value) => isText(value) && value !== '',
  },
} satisfies Readonly<Record<string, Shape>>;

/** One of some words. */
export const oneOf = (...words: readonly string[]): Shape => ({
  expected: words.map((word) => `'${word}'`).join(' or '),
  fits: (value) => isText(value) && words.includes(value),
});

/**
 * Refuses an argument that is not what it has to be.
 *
 * @param name "createStandIn: the recording": the function, and what the argument is called.
 * @throws BadOption (ERR_BAD_OPTION) with what was expected, what came, and what to do.
 */
export function checkArgument(name: string, value: unknown, { expected, fits, advise }: Shape): void {
  if (fits(value)) return;
  const remedy = has(value, 'then') ? 'await it' : advise?.(value);
  const then = remedy === undefined ? '' : `; ${remedy}`;
  throw new BadOption(`${name}: expected ${expected}, got ${describeGiven(value)}${then}`);
}

/**
 * Refuses options that are no object, that nobody knows, or that are not what they have to be; one that is
 * undefined counts as absent.
 *
 * @throws BadOption (ERR_BAD_OPTION), with the nearest name for one that nobody knows.
 */
export function checkOptions(
  call: string,
  options: unknown,
  known: Readonly<Record<string, Shape>>,
  required: readonly string[] = [],
): void {
  checkArgument(`${call}: the options`, options, shapes.object);
  const given = options as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(given)) {
    const shape = Object.hasOwn(known, name) ? known[name] : undefined;
    if (shape === undefined) {
      const near = nearestName(name, Object.keys(known));
      const remedy =
        near === undefined ? `expected ${Object.keys(known).join(', ')}` : `did you mean ${near}?`;
      throw new BadOption(`${call}: there is no option ${quoteName(name)}; ${remedy}`);
    }
    if (value !== undefined) checkArgument(`${call}: ${name}`, value, shape);
  }
  for (const name of required) {
    if (given[name] === undefined && known[name] !== undefined)
      checkArgument(`${call}: ${name}`, undefined, known[name]);
  }
}

function describeGiven(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isText(value)) return `the text ${quoteName(value)}`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (has(value, 'then')) return 'a Promise';
  if (isObject(value)) return 'an object';
  return `${value as number | bigint | boolean}`;
}
