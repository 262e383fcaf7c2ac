import { EVENT_ID, type Event, SCALAR_STYLE, YAMLException, getScalarValue, parseEvents } from 'js-yaml';
import type { Place } from '../nodes/ConfigNode';
import type { ProblemList } from '../nodes/ProblemList';
import type { RawMapping, RawNode, RawPair, RawSequence } from '../nodes/RawNode';
import { resolveScalar } from '../nodes/resolveScalar';

/** What js-yaml found, in words that lead to the fix: [message, remedy]. */
function describeSyntaxError(reason: string, text: string, place: Place): [string, string] {
  const line = text.split(/\r\n|\n|\r/)[place.line - 1] ?? '';
  if (/^ *\t/.test(line)) return ['this line is indented with a tab', 'YAML takes spaces only'];
  if (/flow collection/.test(reason) && line.includes('${')) {
    return [`this is no YAML: ${reason}`, 'inside { } and [ ] put ${…} in quotes: {Port: "${PORT}"}'];
  }
  if (/bad indentation/.test(reason)) {
    return [
      `this is no YAML: ${reason}`,
      'align the line with its neighbours, and quote text that holds ": "',
    ];
  }
  if (/deficient indentation|unexpected end of the stream/.test(reason)) {
    return [`this is no YAML: ${reason}`, 'is a quote or bracket above left open?'];
  }
  if (/null byte|non-printable/.test(reason)) {
    return [`this is no YAML: ${reason}`, 'is it a text file? Save it as UTF-8'];
  }
  return [`this is no YAML: ${reason}`, 'look here and at the line above'];
}

type OpenNode =
  | { readonly node: RawSequence; readonly items: RawNode[] }
  | { readonly node: RawMapping; readonly pairs: RawPair[]; key: RawNode | undefined };

/**
 * Reads YAML text into the graph it was written as, without judging tags, keys or duplicates, which are nobody's business outside
 * `Socket_connection`. Undefined when the text holds nothing, or cannot be read and the reason is on the list.
 */
export function composeYaml(text: string, problems: ProblemList): RawNode | undefined {
  let events: Event[];
  try {
    events = parseEvents(text, {});
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const place = { line: (error.mark?.line ?? 0) + 1, column: (error.mark?.column ?? 0) + 1 };
    // The exception itself is not kept: it quotes the lines around, where a token may stand.
    problems.add(place, '', ...describeSyntaxError(error.reason, text, place));
    return undefined;
  }
  return new Composer(text, problems).compose(events);
}

class Composer {
  readonly #anchors = new Map<string, RawNode>();
  readonly #open: OpenNode[] = [];
  readonly #lineStarts: readonly number[];
  #root: RawNode | undefined;

  constructor(
    readonly text: string,
    readonly problems: ProblemList,
  ) {
    this.#lineStarts = [
      0,
      ...[...text.matchAll(/\r\n|\n|\r/g)].map((found) => found.index + found[0].length),
    ];
  }

  compose(events: readonly Event[]): RawNode | undefined {
    const secondDocument = events.findIndex(({ type }, index) => type === EVENT_ID.DOCUMENT && index > 0);
    if (secondDocument !== -1) {
      const place = this.#placeOf(startOf(events[secondDocument + 1]) ?? this.text.length);
      this.problems.add(place, '', 'a second YAML document starts here', 'keep one document in the file');
      return undefined;
    }
    for (const event of events) {
      if (event.type === EVENT_ID.DOCUMENT) continue;
      if (event.type === EVENT_ID.POP) this.#open.pop();
      else if (!this.#read(event)) return undefined;
    }
    return this.#root;
  }

  /** False when an alias names nothing. */
  #read(event: Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>): boolean {
    if (event.type === EVENT_ID.ALIAS) {
      const name = this.text.slice(event.anchorStart, event.anchorEnd);
      const known = this.#anchors.get(name);
      if (known === undefined) {
        const remedy = `write &${name} before the value it stands for, above this line`;
        this.problems.add(
          this.#placeOf(event.anchorStart - 1),
          '',
          `the alias *${name} has no anchor`,
          remedy,
        );
        return false;
      }
      this.#attach(known);
      return true;
    }
    const tag = event.tagStart === -1 ? '' : this.text.slice(event.tagStart, event.tagEnd);
    const opened = this.#nodeOf(event, tag);
    const node = 'node' in opened ? opened.node : opened;
    // Known before its children are read: an alias inside may point back at it.
    if (event.anchorStart !== -1)
      this.#anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), node);
    this.#attach(node);
    if ('node' in opened) this.#open.push(opened);
    return true;
  }

  #nodeOf(
    event: Extract<
      Event,
      { type: typeof EVENT_ID.SCALAR | typeof EVENT_ID.SEQUENCE | typeof EVENT_ID.MAPPING }
    >,
    tag: string,
  ): RawNode | OpenNode {
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const text = getScalarValue(this.text, event);
        const plain = event.style === SCALAR_STYLE.PLAIN;
        return {
          kind: 'scalar',
          place: this.#placeOf(firstOf(event.tagStart, event.anchorStart - 1, this.#quoteStart(event))),
          tag,
          text,
          value: plain ? resolveScalar(text) : text,
          isMerge: plain && text === '<<' && (tag === '' || tag === '!!merge'),
        };
      }
      case EVENT_ID.SEQUENCE: {
        const items: RawNode[] = [];
        return { node: { kind: 'sequence', place: this.#placeOf(event.start), tag, items }, items };
      }
      case EVENT_ID.MAPPING: {
        const pairs: RawPair[] = [];
        return {
          node: { kind: 'mapping', place: this.#placeOf(event.start), tag, pairs },
          pairs,
          key: undefined,
        };
      }
    }
  }

  #attach(node: RawNode): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = node;
    else if ('items' in parent) parent.items.push(node);
    else if (parent.key === undefined) parent.key = node;
    else {
      parent.pairs.push({ key: parent.key, value: node });
      parent.key = undefined;
    }
  }

  /** Events of quoted scalars point behind the quote. */
  #quoteStart(event: { readonly valueStart: number; readonly style: number }): number {
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return quoted ? event.valueStart - 1 : event.valueStart;
  }

  /** An empty value has no place (-1): line 0 says so, and the reader takes that of its key. */
  #placeOf(offset: number): Place {
    if (offset < 0) return { line: 0, column: 0 };
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}

/** Where a node starts; undefined for an empty one. */
function startOf(event: Event | undefined): number | undefined {
  if (event === undefined) return undefined;
  const start = 'start' in event ? event.start : 'valueStart' in event ? event.valueStart : -1;
  return start === -1 ? undefined : start;
}

function firstOf(...offsets: readonly number[]): number {
  return offsets.find((offset) => offset >= 0) ?? -1;
}
