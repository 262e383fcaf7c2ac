import { BadContent, NestingTooDeep } from '../../errors/connections';
import { excerptOf } from '../../runtime/bytes';

/** How content is read. */
export interface ParseJsonOptions {
  /** Integers beyond ±(2^53-1) become bigint instead of the nearest number (configuration `Bigint`). */
  readonly bigint: boolean;
  /** Deepest nesting of arrays and objects accepted (`Limits.Max_nesting`). */
  readonly maxNesting: number;
  /** The other side, named in errors. */
  readonly peer: string;
}

/**
 * Index of the quote that closes the JSON string whose opening quote stands at `from`, or the length of the
 * text when none does.
 */
export function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/** What a JSON string stands for, quotes included; undefined when it is none. */
export function readString(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The reader recurses, so it has a limit of its own where Max_nesting is set very high. */
const MAX_DEPTH = 1000;
/**
 * Python reads no longer ones either (sys.int_info.default_max_str_digits); the time to read one grows with
 * the square of its digits.
 */
const MAX_INTEGER_DIGITS = 4300;

/**
 * Reads JSON text strictly, as JSON.parse does, and further: bare NaN, Infinity and -Infinity, and with
 * `bigint` integers beyond ±(2^53-1) exactly. It is several times slower than JSON.parse and used only where
 * that isn't enough, or failed and its failure is to be told with its position.
 *
 * Throws BadContent (ERR_BAD_CONTENT) and NestingTooDeep (ERR_NESTING_TOO_DEEP).
 */
export function readJson(text: string, options: ParseJsonOptions): unknown {
  return new JsonReader(text, options).read();
}

const SPACES = /[ \t\n\r]*/y;
const NUMBER_TOKEN = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const words: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
];

class JsonReader {
  readonly #text: string;
  readonly #options: ParseJsonOptions;
  #at = 0;
  #depth = 0;

  constructor(text: string, options: ParseJsonOptions) {
    this.#text = text;
    this.#options = options;
  }

  read(): unknown {
    const value = this.#value();
    if (this.#at < this.#text.length) this.#refuse('the end');
    return value;
  }

  /** A value with the white space around it. */
  #value(): unknown {
    this.#match(SPACES);
    const value = this.#bareValue();
    this.#match(SPACES);
    return value;
  }

  #bareValue(): unknown {
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      default:
        return this.#wordOrNumber();
    }
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    const limit = Math.min(this.#options.maxNesting, MAX_DEPTH);
    if (this.#depth > limit) {
      throw new NestingTooDeep(`the content is nested deeper than ${limit}`, this.#options);
    }
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): object {
    const object: Record<string, unknown> = {};
    this.#at += 1;
    this.#match(SPACES);
    if (this.#take('}')) return object;
    for (;;) {
      this.#match(SPACES);
      const key = this.#string();
      this.#match(SPACES);
      if (!this.#take(':')) this.#refuse('":"');
      const value = this.#value();
      // An assignment to __proto__ would set the prototype.
      if (key === '__proto__') {
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      } else object[key] = value;
      if (this.#take('}')) return object;
      if (!this.#take(',')) this.#refuse('"," or "}"');
    }
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    this.#at += 1;
    this.#match(SPACES);
    if (this.#take(']')) return array;
    for (;;) {
      array.push(this.#value());
      if (this.#take(']')) return array;
      if (!this.#take(',')) this.#refuse('"," or "]"');
    }
  }

  #string(): string {
    const start = this.#at;
    if (this.#text.charAt(start) !== '"') this.#refuse('a string in double quotes');
    const end = endOfString(this.#text, start);
    try {
      // Judges escapes and control characters, and a quote that is missing.
      const value = JSON.parse(this.#text.slice(start, end + 1)) as string;
      this.#at = end + 1;
      return value;
    } catch {
      return this.#refuse('a valid string');
    }
  }

  #wordOrNumber(): unknown {
    for (const [word, value] of words) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    const start = this.#at;
    const match = this.#match(NUMBER_TOKEN);
    if (match === undefined) return this.#refuse('a value');
    const [token, fraction, exponent] = match;
    const number = Number(token);
    if (!this.#options.bigint || fraction !== undefined || exponent !== undefined) return number;
    if (Number.isSafeInteger(number)) return number;
    if (token.length > MAX_INTEGER_DIGITS) {
      this.#at = start;
      this.#refuse(`an integer of at most ${MAX_INTEGER_DIGITS} digits`);
    }
    return BigInt(token);
  }

  #match(token: RegExp): RegExpExecArray | undefined {
    token.lastIndex = this.#at;
    const match = token.exec(this.#text);
    if (match === null) return undefined;
    this.#at = token.lastIndex;
    return match;
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #refuse(expected: string): never {
    const found =
      this.#at >= this.#text.length ? 'the text ends there' : `found ${excerptOf(this.#text, this.#at)}`;
    throw new BadContent(`the content is no JSON: expected ${expected} at position ${this.#at}, ${found}`, {
      peer: this.#options.peer,
    });
  }
}
