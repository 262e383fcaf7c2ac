import { scanBlock, scanPlain, scanQuoted, skipRestOfLine } from './scanScalar';
import { END, isBlank, isBreakOrEnd, YamlFault, YamlText } from './YamlText';

/**
 * What a token is; those that end with Start and End of block collections stand for changes of the
 * indentation.
 */
export type YamlTokenKind =
  | 'directive'
  | 'documentStart'
  | 'documentEnd'
  | 'end'
  | 'blockSequenceStart'
  | 'blockMappingStart'
  | 'blockEnd'
  | 'flowSequenceStart'
  | 'flowSequenceEnd'
  | 'flowMappingStart'
  | 'flowMappingEnd'
  | 'flowEntry'
  | 'blockEntry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

export interface YamlToken {
  readonly kind: YamlTokenKind;
  readonly offset: number;
  /**
   * The text of a scalar, the name of an alias or anchor, the name of a directive, the part of a tag behind
   * its handle.
   */
  readonly text: string;
  /** Of a scalar: without quotes, so that it may be a number. */
  readonly plain: boolean;
  /**
   * Of a tag: `!`, `!!`, `!name!`, or undefined for `!<…>` and a lone `!`. Of a %TAG directive: the one it
   * defines.
   */
  readonly handle: string | undefined;
}

/** A token that turns out to be a key when `:` follows on its line. */
interface PossibleKey {
  readonly tokenNumber: number;
  /** At the indentation of the section it can be nothing else. */
  readonly required: boolean;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** PyYAML looks no further ahead for the `:` of a key. */
const LONGEST_KEY = 1024;

const flowStarts: Readonly<Record<string, YamlTokenKind>> = {
  '[': 'flowSequenceStart',
  '{': 'flowMappingStart',
};
const flowEnds: Readonly<Record<string, YamlTokenKind>> = { ']': 'flowSequenceEnd', '}': 'flowMappingEnd' };
const ALIGN = 'align the line with its neighbours, and quote text that holds ": "';
const TAG_REMEDY = 'a tag is !name, !!name or !<name>, with a space behind it';

/**
 * Cuts YAML 1.1 into tokens, as PyYAML does: a token is held back while it may still be a key, because the
 * tokens that open a mapping go before it. Throws YamlFault.
 */
export class YamlScanner {
  readonly #text: YamlText;
  readonly #tokens: YamlToken[] = [];
  /** Tokens handed out. */
  #taken = 0;
  #done = false;
  #flowLevel = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  /** A key may start here without `? `: behind an indicator or at the start of a line. */
  #keyAllowed = true;
  /** By level of flow collections. */
  readonly #possibleKeys = new Map<number, PossibleKey>();

  constructor(text: string) {
    this.#text = new YamlText(text);
  }

  /** The token to come. Behind the last, which is `end`, it stays there. */
  peek(): YamlToken {
    while (this.#needsMore) this.#fetch();
    return this.#tokens[0] ?? this.#token('end');
  }

  next(): YamlToken {
    const token = this.peek();
    this.#tokens.shift();
    this.#taken += 1;
    return token;
  }

  get #needsMore(): boolean {
    if (this.#done) return false;
    if (this.#tokens.length === 0) return true;
    this.#dropStaleKeys();
    return (
      Math.min(...[...this.#possibleKeys.values()].map(({ tokenNumber }) => tokenNumber)) === this.#taken
    );
  }

  #fetch(): void {
    const text = this.#text;
    this.#skipToToken();
    this.#dropStaleKeys();
    this.#unwind(text.column);
    const character = text.peek();
    const flow = this.#flowLevel > 0;
    const marker = text.column === 0 ? text.atDocumentMarker : undefined;
    const spaced = flow || isBlank(text.peek(1));
    if (character === END) this.#fetchEnd();
    else if (character === '%' && text.column === 0) this.#fetchDirective();
    else if (marker !== undefined) this.#fetchMarker(marker === '---' ? 'documentStart' : 'documentEnd');
    else if (Object.hasOwn(flowStarts, character)) this.#fetchFlowStart(flowStarts[character] ?? 'end');
    else if (Object.hasOwn(flowEnds, character)) this.#fetchFlowEnd(flowEnds[character] ?? 'end');
    else if (character === ',') this.#fetchFlowEntry();
    else if (character === '-' && isBlank(text.peek(1))) this.#fetchBlockEntry();
    else if (character === '?' && spaced) this.#fetchKey();
    else if (character === ':' && spaced) this.#fetchValue();
    else if (character === '*' || character === '&') this.#fetchKeyPart(() => this.#scanAnchor());
    else if (character === '!') this.#fetchKeyPart(() => this.#scanTag());
    else if ((character === '|' || character === '>') && !flow) this.#fetchBlock();
    else if (character === "'" || character === '"') this.#fetchKeyPart(() => this.#scanQuoted());
    else if (startsPlain(text, flow)) this.#fetchKeyPart(() => this.#scanPlain());
    else throw this.#cannotStart(character);
  }

  #cannotStart(character: string): YamlFault {
    if (character === '\t')
      return new YamlFault(this.#text.offset, 'a tab cannot stand here', 'YAML takes spaces only');
    return new YamlFault(this.#text.offset, `a value cannot start with ${character}`, 'put it in quotes');
  }

  #token(kind: YamlTokenKind, offset = this.#text.offset): YamlToken {
    return { kind, offset, text: '', plain: false, handle: undefined };
  }

  #skipToToken(): void {
    const text = this.#text;
    for (;;) {
      text.skipSpaces();
      text.skipComment();
      if (text.takeBreak() === '') return;
      if (this.#flowLevel === 0) this.#keyAllowed = true;
    }
  }

  // Keys without `? `.

  #dropStaleKeys(): void {
    for (const [level, key] of this.#possibleKeys) {
      if (key.line === this.#text.line && this.#text.distanceFrom(key.offset) <= LONGEST_KEY) continue;
      this.#refuseRequired(key);
      this.#possibleKeys.delete(level);
    }
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    this.#forgetKey();
    const { offset, line, column } = this.#text;
    const required = this.#flowLevel === 0 && this.#indent === column;
    const tokenNumber = this.#taken + this.#tokens.length;
    this.#possibleKeys.set(this.#flowLevel, { tokenNumber, required, offset, line, column });
  }

  #forgetKey(): void {
    const key = this.#possibleKeys.get(this.#flowLevel);
    if (key === undefined) return;
    this.#refuseRequired(key);
    this.#possibleKeys.delete(this.#flowLevel);
  }

  #refuseRequired({ required, offset }: PossibleKey): void {
    if (required) throw new YamlFault(offset, 'expected a key with ": " behind it on the same line', ALIGN);
  }

  // Indentation.

  #unwind(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#indent = this.#indents.pop() ?? -1;
      this.#tokens.push(this.#token('blockEnd'));
    }
  }

  /** True: a deeper section starts. */
  #deepen(column: number): boolean {
    if (this.#indent >= column) return false;
    this.#indents.push(this.#indent);
    this.#indent = column;
    return true;
  }

  #requireKeyAllowed(what: string): void {
    if (!this.#keyAllowed) throw new YamlFault(this.#text.offset, `${what} cannot stand here`, ALIGN);
  }

  // One token each, some with those that open a section before it.

  #fetchEnd(): void {
    this.#unwind(-1);
    this.#forgetKey();
    this.#keyAllowed = false;
    this.#possibleKeys.clear();
    this.#tokens.push(this.#token('end'));
    this.#done = true;
  }

  #fetchDirective(): void {
    this.#unwind(-1);
    this.#forgetKey();
    this.#keyAllowed = false;
    this.#tokens.push(this.#scanDirective());
  }

  #fetchMarker(kind: 'documentStart' | 'documentEnd'): void {
    this.#unwind(-1);
    this.#forgetKey();
    this.#keyAllowed = false;
    this.#tokens.push(this.#token(kind));
    this.#text.take(3);
  }

  #fetchFlowStart(kind: YamlTokenKind): void {
    this.#saveKey();
    this.#flowLevel += 1;
    this.#keyAllowed = true;
    this.#tokens.push(this.#token(kind));
    this.#text.take(1);
  }

  #fetchFlowEnd(kind: YamlTokenKind): void {
    this.#forgetKey();
    this.#flowLevel -= 1;
    this.#keyAllowed = false;
    this.#tokens.push(this.#token(kind));
    this.#text.take(1);
  }

  #fetchFlowEntry(): void {
    this.#keyAllowed = true;
    this.#forgetKey();
    this.#tokens.push(this.#token('flowEntry'));
    this.#text.take(1);
  }

  #fetchBlockEntry(): void {
    if (this.#flowLevel === 0) {
      this.#requireKeyAllowed('an entry of a list');
      if (this.#deepen(this.#text.column)) this.#tokens.push(this.#token('blockSequenceStart'));
    }
    this.#keyAllowed = true;
    this.#forgetKey();
    this.#tokens.push(this.#token('blockEntry'));
    this.#text.take(1);
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      this.#requireKeyAllowed('a key');
      if (this.#deepen(this.#text.column)) this.#tokens.push(this.#token('blockMappingStart'));
    }
    this.#keyAllowed = this.#flowLevel === 0;
    this.#forgetKey();
    this.#tokens.push(this.#token('key'));
    this.#text.take(1);
  }

  #fetchValue(): void {
    const key = this.#possibleKeys.get(this.#flowLevel);
    if (key !== undefined) {
      this.#possibleKeys.delete(this.#flowLevel);
      const opens = this.#flowLevel === 0 && this.#deepen(key.column);
      const before = opens ? [this.#token('blockMappingStart', key.offset)] : [];
      this.#tokens.splice(key.tokenNumber - this.#taken, 0, ...before, this.#token('key', key.offset));
      this.#keyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        this.#requireKeyAllowed('": "');
        if (this.#deepen(this.#text.column)) this.#tokens.push(this.#token('blockMappingStart'));
      }
      this.#keyAllowed = this.#flowLevel === 0;
      this.#forgetKey();
    }
    this.#tokens.push(this.#token('value'));
    this.#text.take(1);
  }

  #fetchBlock(): void {
    this.#keyAllowed = true;
    this.#forgetKey();
    const { offset } = this.#text;
    const text = scanBlock(this.#text, this.#indent);
    this.#tokens.push({ ...this.#token('scalar', offset), text });
  }

  /** A token that may be a key or stand before one. */
  #fetchKeyPart(scan: () => YamlToken): void {
    this.#saveKey();
    this.#keyAllowed = false;
    this.#tokens.push(scan());
  }

  #scanPlain(): YamlToken {
    const { offset } = this.#text;
    const { value, brokeLast } = scanPlain(this.#text, this.#indent, this.#flowLevel > 0);
    this.#keyAllowed = brokeLast;
    return { ...this.#token('scalar', offset), text: value, plain: true };
  }

  #scanQuoted(): YamlToken {
    const { offset } = this.#text;
    return { ...this.#token('scalar', offset), text: scanQuoted(this.#text) };
  }

  #scanAnchor(): YamlToken {
    const { offset } = this.#text;
    const kind = this.#text.take(1) === '*' ? 'alias' : 'anchor';
    const name = this.#text.take(this.#text.match(/[0-9A-Za-z_-]*/y).length);
    const behind = this.#text.peek();
    if (name === '' || !(isBlank(behind) || '?:,]}%@`'.includes(behind))) {
      throw new YamlFault(
        offset,
        `the name of an ${kind} is made of letters, digits, - and _`,
        `in quotes it is text and no ${kind}`,
      );
    }
    return { ...this.#token(kind, offset), text: name };
  }

  #scanTag(): YamlToken {
    const text = this.#text;
    const { offset } = text;
    let handle: string | undefined;
    let suffix = '!';
    if (text.peek(1) === '<') {
      text.take(2);
      suffix = this.#scanUri(offset);
      if (text.take(1) !== '>') throw new YamlFault(offset, 'the tag is not closed by >', TAG_REMEDY);
    } else if (isBlank(text.peek(1))) {
      text.take(1);
    } else {
      const named = text.match(/![^!\0 \r\n\x85\u2028\u2029]*!/y) !== '';
      handle = named ? this.#scanHandle(offset) : text.take(1);
      if (named && handle === '!')
        throw new YamlFault(offset, 'the tag holds a character it cannot', TAG_REMEDY);
      suffix = this.#scanUri(offset);
    }
    if (text.peek() !== ' ' && !isBreakOrEnd(text.peek()))
      throw new YamlFault(offset, 'the tag holds a character it cannot', TAG_REMEDY);
    return { ...this.#token('tag', offset), text: suffix, handle };
  }

  #scanHandle(offset: number): string {
    const handle = this.#text.take(this.#text.match(/!(?:[0-9A-Za-z_-]*!)?/y).length);
    if (handle === '') throw new YamlFault(offset, 'the tag holds a character it cannot', TAG_REMEDY);
    return handle;
  }

  #scanUri(offset: number): string {
    const written = this.#text.take(this.#text.match(/[0-9A-Za-z;/?:@&=+$,_.!~*'()[\]%-]*/y).length);
    try {
      if (written !== '') return decodeURIComponent(written);
    } catch {
      // Told below.
    }
    throw new YamlFault(offset, 'the tag has no name that can be read', TAG_REMEDY);
  }

  #scanDirective(): YamlToken {
    const text = this.#text;
    const { offset } = text;
    const remedy =
      'a directive is %YAML 1.1 or %TAG !name! prefix; put other text that starts with % in quotes';
    text.take(1);
    const name = text.take(text.match(/[0-9A-Za-z_-]*/y).length);
    if (name === '' || !(text.peek() === ' ' || isBreakOrEnd(text.peek())))
      throw new YamlFault(offset, 'this is no directive', remedy);
    let value = '';
    let handle: string | undefined;
    text.skipSpaces();
    if (name === 'YAML') {
      value = text.take(text.match(/[0-9]+\.[0-9]+/y).length);
      if (value === '' || !(text.peek() === ' ' || isBreakOrEnd(text.peek())))
        throw new YamlFault(offset, 'this version of YAML cannot be read', remedy);
    } else if (name === 'TAG') {
      handle = this.#scanHandle(offset);
      if (text.peek() !== ' ') throw new YamlFault(offset, 'this is no directive', remedy);
      text.skipSpaces();
      value = this.#scanUri(offset);
      if (!(text.peek() === ' ' || isBreakOrEnd(text.peek())))
        throw new YamlFault(offset, 'this is no directive', remedy);
    } else text.take(text.match(/[^\0\r\n\x85\u2028\u2029]*/y).length);
    skipRestOfLine(text, remedy);
    return {
      ...this.#token('directive', offset),
      text: name === 'YAML' || name === 'TAG' ? `${name} ${value}` : name,
      handle,
    };
  }
}

function startsPlain(text: YamlText, flow: boolean): boolean {
  const character = text.peek();
  if (!isBlank(character) && !'-?:,[]{}#&*!|>\'"%@`'.includes(character)) return true;
  return !isBlank(text.peek(1)) && (character === '-' || (!flow && (character === '?' || character === ':')));
}
