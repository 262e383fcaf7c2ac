import { END, isBlank, isBreak, isBreakOrEnd, YamlFault, type YamlText } from './YamlText';

/**
 * Text between `: ` and `, `, over several lines when they are indented more than `indent`; a break in it may
 * start a key again.
 */
export function scanPlain(
  text: YamlText,
  indent: number,
  inFlow: boolean,
): { readonly value: string; readonly brokeLast: boolean } {
  let value = '';
  let gap = '';
  let brokeLast = false;
  for (;;) {
    const length = text.peek() === '#' ? 0 : plainLength(text, inFlow);
    if (length === 0) break;
    value += gap + text.take(length);
    const line = text.line;
    const found = plainGap(text);
    brokeLast = text.line !== line;
    if (found === undefined || found === '' || text.peek() === '#') break;
    if (!inFlow && text.column <= indent) break;
    gap = found;
  }
  return { value, brokeLast };
}

function plainLength(text: YamlText, inFlow: boolean): number {
  for (let length = 0; ; length += 1) {
    const character = text.peek(length);
    if (isBlank(character)) return length;
    if (inFlow && ',?[]{}'.includes(character)) return length;
    if (character !== ':') continue;
    const next = text.peek(length + 1);
    if (isBlank(next) || (inFlow && ',[]{}'.includes(next))) return length;
  }
}

/**
 * The white space behind a part of a plain scalar, as it counts when another part follows; undefined where a
 * document ends.
 */
function plainGap(text: YamlText): string | undefined {
  const spaces = text.take(text.match(/ */y).length);
  if (text.peek() === END || !isBreak(text.peek())) return spaces;
  const first = text.takeBreak();
  let breaks = '';
  if (text.atDocumentMarker !== undefined) return undefined;
  for (;;) {
    text.skipSpaces();
    const next = text.takeBreak();
    if (next === '') return fold(first, breaks);
    breaks += next;
    if (text.atDocumentMarker !== undefined) return undefined;
  }
}

/** One line feed is a space, each further one stays. */
function fold(first: string, breaks: string): string {
  if (first !== '\n') return first + breaks;
  return breaks === '' ? ' ' : breaks;
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '\\': '\\',
  '/': '/',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Text in quotes; the cursor stands on the first one. */
export function scanQuoted(text: YamlText): string {
  const quote = text.take(1);
  let value = quotedPart(text, quote);
  while (text.peek() !== quote) value += quotedGap(text) + quotedPart(text, quote);
  text.take(1);
  return value;
}

function quotedPart(text: YamlText, quote: string): string {
  const single = quote === "'";
  let value = '';
  for (;;) {
    value += text.take(text.match(/[^'"\\\0 \t\r\n\x85\u2028\u2029]*/y).length);
    const character = text.peek();
    if (single && text.startsWith("''")) value += text.take(2).charAt(0);
    else if (single ? character === '"' || character === '\\' : character === "'") value += text.take(1);
    else if (!single && character === '\\') value += escaped(text);
    else return value;
  }
}

function escaped(text: YamlText): string {
  const start = text.offset;
  text.take(1);
  const character = text.peek();
  const replacement = Object.hasOwn(escapes, character) ? escapes[character] : undefined;
  if (replacement !== undefined) {
    text.take(1);
    return replacement;
  }
  if (character !== END && isBreak(character)) {
    text.takeBreak();
    return quotedBreaks(text);
  }
  const length = Object.hasOwn(hexLengths, character) ? (hexLengths[character] ?? 0) : 0;
  if (length === 0) {
    throw new YamlFault(
      start,
      `"\\${character === END ? '' : character}" is no escape of YAML`,
      'write \\\\ for a backslash, or use single quotes',
    );
  }
  text.take(1);
  const digits = text.match(/[0-9A-Fa-f]*/y).slice(0, length);
  const point = Number.parseInt(digits, 16);
  if (digits.length < length || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    throw new YamlFault(
      start,
      `\\${character} takes ${length} hexadecimal digits that name a character`,
      'write the character itself',
    );
  }
  text.take(length);
  return String.fromCodePoint(point);
}

function quotedGap(text: YamlText): string {
  const spaces = text.take(text.match(/[ \t]*/y).length);
  if (text.peek() === END)
    throw new YamlFault(text.offset, 'the text ends within quotes', 'is a quote above left open?');
  if (!isBreak(text.peek())) return spaces;
  const first = text.takeBreak();
  return fold(first, quotedBreaks(text));
}

function quotedBreaks(text: YamlText): string {
  let breaks = '';
  for (;;) {
    if (text.atDocumentMarker !== undefined) {
      throw new YamlFault(text.offset, 'a document ends within quotes', 'is a quote above left open?');
    }
    text.take(text.match(/[ \t]*/y).length);
    const next = text.takeBreak();
    if (next === '') return breaks;
    breaks += next;
  }
}

/** The lines behind `|` or `>`, on which the cursor stands; `parentIndent` is that of the section around. */
export function scanBlock(text: YamlText, parentIndent: number): string {
  const folded = text.take(1) === '>';
  const { chomping, increment } = blockIndicators(text);
  const least = Math.max(1, parentIndent + 1);
  let indent: number;
  let breaks: string;
  if (increment === undefined) {
    const found = blockIndentation(text);
    indent = Math.max(least, found.indent);
    breaks = found.breaks;
  } else {
    indent = least + increment - 1;
    breaks = blockBreaks(text, indent);
  }
  let value = '';
  let lineBreak = '';
  while (text.column === indent && text.peek() !== END) {
    value += breaks;
    const startsWithText = !' \t'.includes(text.peek());
    value += text.take(text.match(/[^\0\r\n\x85\u2028\u2029]*/y).length);
    lineBreak = text.takeBreak();
    breaks = blockBreaks(text, indent);
    if (text.column !== indent || text.peek() === END) break;
    if (folded && lineBreak === '\n' && startsWithText && !' \t'.includes(text.peek())) {
      if (breaks === '') value += ' ';
    } else value += lineBreak;
  }
  if (chomping !== '-') value += lineBreak;
  if (chomping === '+') value += breaks;
  return value;
}

/** `|`, `|2-`, `>+1`: how the last break is kept, and the indentation when it is given. */
function blockIndicators(text: YamlText): {
  readonly chomping: string;
  readonly increment: number | undefined;
} {
  const indicators = text.take(text.match(/[+-][0-9]?|[0-9][+-]?/y).length);
  const digit = /[0-9]/.exec(indicators)?.[0];
  const remedy = 'behind | or > comes nothing but +, - and a digit from 1 to 9';
  if (digit === '0') throw new YamlFault(text.offset - 1, 'an indentation of 0 is not possible', remedy);
  const behind = text.peek();
  if (behind !== ' ' && !isBreakOrEnd(behind))
    throw new YamlFault(text.offset, 'a block of text starts on the next line', remedy);
  skipRestOfLine(text, remedy);
  return {
    chomping: indicators.replace(/[0-9]/, ''),
    increment: digit === undefined ? undefined : Number(digit),
  };
}

/** Steps over spaces, a comment and the break behind an indicator or a directive. */
export function skipRestOfLine(text: YamlText, remedy: string): void {
  text.skipSpaces();
  text.skipComment();
  if (!isBreakOrEnd(text.peek()))
    throw new YamlFault(text.offset, 'expected a comment or the end of the line', remedy);
  text.takeBreak();
}

function blockIndentation(text: YamlText): { readonly breaks: string; readonly indent: number } {
  let breaks = '';
  let indent = 0;
  for (;;) {
    text.skipSpaces();
    indent = Math.max(indent, text.column);
    const next = text.takeBreak();
    if (next === '') return { breaks, indent };
    breaks += next;
  }
}

function blockBreaks(text: YamlText, indent: number): string {
  let breaks = '';
  for (;;) {
    while (text.column < indent && text.peek() === ' ') text.take(1);
    const next = text.takeBreak();
    if (next === '') return breaks;
    breaks += next;
  }
}
