/** Stands behind the last character; YAML forbids it anywhere else. */
export const END = '\0';

/** Anything that YAML forbids in a text file. PyYAML also refuses halves of a surrogate pair. */
const FORBIDDEN = /[^\t\n\r\x20-\x7e\x85\xa0-\ufffd]|\p{Surrogate}/u;
const ASTRAL = /[\u{10000}-\u{10ffff}]/gu;

/** The text breaks a rule of YAML at this offset. */
export class YamlFault extends Error {
  constructor(
    readonly offset: number,
    message: string,
    readonly remedy: string = LOOK_HERE,
  ) {
    super(message);
  }
}

const LOOK_HERE = 'look here and at the line above';

/** Line breaks of YAML 1.1. */
export function isBreak(character: string): boolean {
  return '\r\n\x85\u2028\u2029'.includes(character);
}

export function isBreakOrEnd(character: string): boolean {
  return character === END || isBreak(character);
}

/** What may follow an indicator such as `-`. */
export function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || isBreakOrEnd(character);
}

/**
 * Walks through a YAML text and knows the column. Throws YamlFault when the text holds a character that YAML
 * forbids.
 */
export class YamlText {
  offset = 0;
  line = 0;
  column = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    // A byte order mark is no part of the first line.
    if (text.startsWith('\ufeff')) this.offset = 1;
    const forbidden = FORBIDDEN.exec(text.replaceAll(ASTRAL, '\ufffd\ufffd'));
    if (forbidden !== null) {
      const code = forbidden[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      throw new YamlFault(
        forbidden.index,
        `the character U+${code} is not allowed`,
        'is it a text file? Save it as UTF-8',
      );
    }
  }

  peek(ahead = 0): string {
    return this.#text[this.offset + ahead] ?? END;
  }

  startsWith(part: string): boolean {
    return this.#text.startsWith(part, this.offset);
  }

  /** What the pattern, which must be sticky, matches from here on; '' for nothing. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.offset;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  /** Steps over characters of one line and gives them. */
  take(length: number): string {
    const taken = this.#text.slice(this.offset, this.offset + length);
    this.offset += taken.length;
    this.column += taken.length;
    return taken;
  }

  /** As many code points as PyYAML counts between an offset and here. */
  distanceFrom(offset: number): number {
    const length = this.offset - offset;
    return length <= 1024 ? length : Array.from(this.#text.slice(offset, this.offset)).length;
  }

  skipSpaces(): void {
    this.take(this.match(/ */y).length);
  }

  skipComment(): void {
    if (this.peek() === '#') this.take(this.match(/[^\r\n\x85\u2028\u2029]*/y).length);
  }

  /**
   * Steps over one line break and gives what a scalar has of it: a line feed, or the separators of Unicode as
   * they are; '' for none.
   */
  takeBreak(): string {
    const character = this.peek();
    if (character === END || !isBreak(character)) return '';
    this.offset += this.startsWith('\r\n') ? 2 : 1;
    this.line += 1;
    this.column = 0;
    return character === '\u2028' || character === '\u2029' ? character : '\n';
  }

  /** `---` or `...` at the start of a line. */
  get atDocumentMarker(): '---' | '...' | undefined {
    const marker = this.startsWith('---') ? '---' : this.startsWith('...') ? '...' : undefined;
    return marker !== undefined && isBlank(this.peek(3)) ? marker : undefined;
  }
}
