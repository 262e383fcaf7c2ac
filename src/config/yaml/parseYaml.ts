import type { Place } from '../nodes/ConfigNode';
import type { RawMapping, RawNode, RawPair, RawScalar, RawSequence } from '../nodes/RawNode';
import { resolveScalar } from '../nodes/resolveScalar';
import { YamlFault } from './YamlText';
import { YamlScanner, type YamlToken, type YamlTokenKind } from './YamlScanner';

const STANDARD = 'tag:yaml.org,2002:';
const standardHandles: readonly (readonly [string, string])[] = [
  ['!', '!'],
  ['!!', STANDARD],
];
/** Deeper nesting is no settings file; it would end at the depth of calls, here and in Python. */
const MAX_DEPTH = 200;

/** How tokens are called in messages. */
const names: Readonly<Record<YamlTokenKind, string>> = {
  directive: 'a directive',
  documentStart: '---',
  documentEnd: '...',
  end: 'the end of the text',
  blockSequenceStart: 'a list',
  blockMappingStart: 'a section',
  blockEnd: 'the end of the section',
  flowSequenceStart: '[',
  flowSequenceEnd: ']',
  flowMappingStart: '{',
  flowMappingEnd: '}',
  flowEntry: 'a comma',
  blockEntry: '"- "',
  key: 'a key',
  value: 'a colon',
  alias: 'an alias',
  anchor: 'an anchor',
  tag: 'a tag',
  scalar: 'a value',
};

/**
 * Reads YAML 1.1 as PyYAML 6 does, into the graph it was written as; `undefined` for a text with nothing in
 * it. `placeOf` gives the place of an offset. Throws YamlFault for the first thing that is no YAML, an alias
 * without an anchor, an anchor that is given twice, and a second document.
 */
export function parseYaml(text: string, placeOf: (offset: number) => Place): RawNode | undefined {
  return new YamlParser(text, placeOf).parse();
}

interface OpenSequence extends RawSequence {
  readonly items: RawNode[];
}
interface OpenMapping extends RawMapping {
  readonly pairs: RawPair[];
}

class YamlParser {
  readonly #tokens: YamlScanner;
  readonly #anchors = new Map<string, RawNode>();
  #handles = new Map(standardHandles);
  #depth = 0;

  readonly #placeOf: (offset: number) => Place;

  constructor(text: string, placeOf: (offset: number) => Place) {
    this.#tokens = new YamlScanner(text);
    this.#placeOf = placeOf;
  }

  parse(): RawNode | undefined {
    let root: RawNode | undefined;
    if (!this.#at('directive', 'documentStart', 'end')) root = this.#node('block');
    else if (this.#documentStarts())
      root = this.#at('directive', 'documentStart', 'documentEnd', 'end')
        ? this.#empty()
        : this.#node('block');
    else return undefined;
    if (this.#at('documentEnd')) this.#tokens.next();
    if (this.#documentStarts()) {
      throw new YamlFault(
        this.#tokens.peek().offset,
        'a second YAML document starts here',
        'keep one document in the file',
      );
    }
    return root;
  }

  #at(...kinds: readonly YamlTokenKind[]): boolean {
    return kinds.includes(this.#tokens.peek().kind);
  }

  /** Directives and `---`; false at the end of the text. */
  #documentStarts(): boolean {
    while (this.#at('documentEnd')) this.#tokens.next();
    if (this.#at('end')) return false;
    this.#readDirectives();
    if (!this.#at('documentStart'))
      throw this.#unexpected('the end of the document, or --- behind directives');
    this.#tokens.next();
    return true;
  }

  #readDirectives(): void {
    const handles = new Map<string, string>();
    let version: string | undefined;
    while (this.#at('directive')) {
      const { text, handle, offset } = this.#tokens.next();
      const [name, value = ''] = text.split(' ');
      const twice = name === 'YAML' ? version !== undefined : name === 'TAG' && handles.has(handle ?? '');
      if (twice) throw new YamlFault(offset, 'this directive is given twice', 'keep one of them');
      if (name === 'YAML') {
        version = value;
        if (!/^0*1\./.test(value))
          throw new YamlFault(offset, `YAML ${value} cannot be read`, 'write %YAML 1.1 or leave it out');
      } else if (name === 'TAG') handles.set(handle ?? '', value);
    }
    this.#handles = new Map([...standardHandles, ...handles]);
  }

  #unexpected(expected: string, remedy?: string): YamlFault {
    const { kind, offset } = this.#tokens.peek();
    return new YamlFault(offset, `expected ${expected}, got ${names[kind]}`, remedy);
  }

  /** `indentless`: a list may stand at the column of its key. */
  #node(style: 'block' | 'flow', indentless = false): RawNode {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw new YamlFault(
        this.#tokens.peek().offset,
        `more than ${MAX_DEPTH} levels of lists and sections`,
        'is this a settings file?',
      );
    }
    const node = this.#at('alias') ? this.#aliased() : this.#written(style, indentless);
    this.#depth -= 1;
    return node;
  }

  #aliased(): RawNode {
    const { text, offset } = this.#tokens.next();
    const node = this.#anchors.get(text);
    if (node !== undefined) return node;
    throw new YamlFault(
      offset,
      `the alias *${text} has no anchor`,
      `write &${text} before the value it stands for, above this line`,
    );
  }

  #written(style: 'block' | 'flow', indentless: boolean): RawNode {
    const start = this.#tokens.peek();
    const anchorFirst = this.#at('anchor') ? this.#tokens.next() : undefined;
    const tagToken = this.#at('tag') ? this.#tokens.next() : undefined;
    const anchorLast = anchorFirst === undefined && this.#at('anchor') ? this.#tokens.next() : undefined;
    const anchor = anchorFirst ?? anchorLast;
    if (anchor !== undefined && this.#anchors.has(anchor.text)) {
      throw new YamlFault(
        anchor.offset,
        `the anchor &${anchor.text} is given twice`,
        'give one of them another name',
      );
    }
    const written = tagToken === undefined ? '' : this.#fullTag(tagToken);
    // `!` asks for the meaning that the text has without quotes.
    const tag = written === '!' ? '' : written;
    const { kind, offset } = this.#tokens.peek();
    if (kind === 'scalar') {
      const { text, plain } = this.#tokens.next();
      return this.#keep(
        anchor,
        this.#scalar(start.offset, tag, text, written === '!' || (plain && written === '')),
      );
    }
    const isBlock = style === 'block';
    const place = this.#placeOf(offset);
    if (
      (indentless && kind === 'blockEntry') ||
      (isBlock && kind === 'blockSequenceStart') ||
      kind === 'flowSequenceStart'
    ) {
      const node: OpenSequence = { kind: 'sequence', place, tag, items: [] };
      // Known before its items are read: an alias among them may point back at it.
      this.#keep(anchor, node);
      if (kind === 'blockEntry') return this.#indentlessItems(node);
      return kind === 'blockSequenceStart' ? this.#blockItems(node) : this.#flowItems(node);
    }
    if ((isBlock && kind === 'blockMappingStart') || kind === 'flowMappingStart') {
      const node: OpenMapping = { kind: 'mapping', place, tag, pairs: [] };
      this.#keep(anchor, node);
      return kind === 'blockMappingStart' ? this.#blockPairs(node) : this.#flowPairs(node);
    }
    if (anchor === undefined && tagToken === undefined)
      throw this.#unexpected('a value', kind === 'value' ? QUOTE_COLON : undefined);
    return this.#keep(anchor, this.#scalar(start.offset, tag, '', tag === ''));
  }

  #keep<N extends RawNode>(anchor: YamlToken | undefined, node: N): N {
    if (anchor !== undefined) this.#anchors.set(anchor.text, node);
    return node;
  }

  #scalar(offset: number, tag: string, text: string, plain: boolean): RawScalar {
    const isMerge = (plain && text === '<<') || tag === '!!merge';
    return {
      kind: 'scalar',
      place: this.#placeOf(offset),
      tag,
      text,
      value: plain ? resolveScalar(text) : text,
      plain,
      isMerge,
    };
  }

  /** Standard tags in their short form, such as `!!int`. */
  #fullTag({ handle, text, offset }: YamlToken): string {
    const prefix = handle === undefined ? '' : this.#handles.get(handle);
    if (prefix === undefined) {
      throw new YamlFault(
        offset,
        `the handle ${handle ?? ''} of the tag is not defined`,
        `write %TAG ${handle ?? ''} and what it stands for above ---, or remove the tag`,
      );
    }
    const tag = prefix + text;
    return tag.startsWith(STANDARD) ? `!!${tag.slice(STANDARD.length)}` : tag;
  }

  /** A value that is left out has no place: the reader takes that of its key. */
  #empty(): RawScalar {
    return this.#scalar(-1, '', '', true);
  }

  #blockItems(node: OpenSequence): OpenSequence {
    this.#tokens.next();
    while (this.#at('blockEntry')) {
      this.#tokens.next();
      node.items.push(this.#at('blockEntry', 'blockEnd') ? this.#empty() : this.#node('block'));
    }
    if (!this.#at('blockEnd'))
      throw this.#unexpected('"- " or the end of the list', 'align the line with its neighbours');
    this.#tokens.next();
    return node;
  }

  #indentlessItems(node: OpenSequence): OpenSequence {
    while (this.#at('blockEntry')) {
      this.#tokens.next();
      node.items.push(
        this.#at('blockEntry', 'key', 'value', 'blockEnd') ? this.#empty() : this.#node('block'),
      );
    }
    return node;
  }

  #blockPairs(node: OpenMapping): OpenMapping {
    this.#tokens.next();
    while (this.#at('key')) {
      const key = this.#pairPart('key', ['key', 'value', 'blockEnd'], 'block');
      node.pairs.push({ key, value: this.#pairPart('value', ['key', 'value', 'blockEnd'], 'block') });
    }
    if (!this.#at('blockEnd'))
      throw this.#unexpected(
        'a key or the end of the section',
        'align the line with its neighbours, and quote text that holds ": "',
      );
    this.#tokens.next();
    return node;
  }

  /** What follows `? ` or `: `; empty when there is no such token, or nothing behind it. */
  #pairPart(token: 'key' | 'value', ends: readonly YamlTokenKind[], style: 'block' | 'flow'): RawNode {
    if (!this.#at(token)) return this.#empty();
    this.#tokens.next();
    return this.#at(...ends) ? this.#empty() : this.#node(style, style === 'block');
  }

  #flowItems(node: OpenSequence): OpenSequence {
    const ends = ['flowEntry', 'flowSequenceEnd'] as const;
    for (const { offset } of this.#flowEntries('flowSequenceEnd', ']')) {
      if (this.#at('key')) {
        const key = this.#pairPart('key', ['value', ...ends], 'flow');
        const pairs = [{ key, value: this.#pairPart('value', ends, 'flow') }];
        node.items.push({ kind: 'mapping', place: this.#placeOf(offset), tag: '', pairs });
      } else node.items.push(this.#node('flow'));
    }
    return node;
  }

  #flowPairs(node: OpenMapping): OpenMapping {
    const ends = ['flowEntry', 'flowMappingEnd'] as const;
    for (const _entry of this.#flowEntries('flowMappingEnd', '}')) {
      if (this.#at('key')) {
        const key = this.#pairPart('key', ['value', ...ends], 'flow');
        node.pairs.push({ key, value: this.#pairPart('value', ends, 'flow') });
      } else node.pairs.push({ key: this.#node('flow'), value: this.#empty() });
    }
    return node;
  }

  /** The first token of each entry of a flow collection; commas and the brackets are read here. */
  *#flowEntries(end: 'flowSequenceEnd' | 'flowMappingEnd', bracket: string): Generator<YamlToken> {
    this.#tokens.next();
    for (let first = true; !this.#at(end); first = false) {
      if (!first) {
        if (!this.#at('flowEntry')) throw this.#unexpected(`a comma or ${bracket}`, IN_FLOW);
        this.#tokens.next();
        if (this.#at(end)) break;
      }
      yield this.#tokens.peek();
    }
    this.#tokens.next();
  }
}

const QUOTE_COLON = 'inside { } and [ ] text that starts with a colon needs quotes: {IP: "::1"}';
const IN_FLOW = 'is a bracket above left open? Inside { } and [ ] put ${…} in quotes: {Port: "${PORT}"}';
