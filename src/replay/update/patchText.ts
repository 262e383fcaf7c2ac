import { scanJson } from '../../recording/content/scanJson';
import type { PathTree } from './PathTree';

/** A value within a text, with the members or elements below it that were looked for. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly name: string | number;
  readonly below: readonly Place[];
}

/** A member or element as it stands in its container, to be put together again. */
interface Piece {
  /** What stands between it and the one before. */
  readonly separator: string;
  /** Its name with colon and white space; '' of an element. */
  readonly key: string;
  readonly value: string;
}

/**
 * The JSON text with what changed taken from another text; the rest keeps its spelling, character for
 * character: numbers, the order of keys, white space, and what rules leave out of the comparison. Undefined
 * when either is no JSON.
 *
 * @param changes where the values differ, as paths from the root of the values.
 * @example patchText('{"a": 1.0, "t": 7}', '{"a":1,"b":2,"t":9}', tree) // with b as extra: '{"a": 1.0, "t": 7, "b": 2}'
 */
export function patchText(text: string, other: string, changes: PathTree): string | undefined {
  if (changes.change !== undefined) return other;
  const [from, to] = [readPlaces(text, changes), readPlaces(other, changes)];
  if (from === undefined || to === undefined) return undefined;
  const value = merge(text, from, other, to, changes);
  return text.slice(0, from.start) + value + text.slice(from.end);
}

/** Reads the value and what stands below it as far as the paths go. */
function readPlaces(text: string, changes: PathTree): Place | undefined {
  /** By depth: what was found and has no parent yet. */
  const found: Place[][] = [[]];
  const good = scanJson(
    text,
    (path) => changes.at(path)?.isInner === true,
    ({ path, start, end }) => {
      const below = found[path.length + 1] ?? [];
      found[path.length + 1] = [];
      (found[path.length] ??= []).push({ start, end, name: path.at(-1) ?? '', below });
    },
  );
  return good ? found[0]?.[0] : undefined;
}

function merge(text: string, from: Place, other: string, to: Place, changes: PathTree): string {
  const [open, close] = [text[from.start], text[from.end - 1]];
  // Without anything to keep there is no style to follow either.
  if (open !== other[to.start] || from.below.length === 0) return other.slice(to.start, to.end);
  const others = new Map(to.below.map((place) => [place.name, place]));
  const pieces = piecesOf(text, from);
  const [first] = pieces;
  const style = pieces[1] ?? first;
  const kept: Piece[] = [];
  from.below.forEach((place, index) => {
    const change = changes.below.get(place.name);
    const piece = pieces[index];
    if (piece === undefined || change?.change === 'missing') return;
    const counterpart = others.get(place.name);
    if (change === undefined || counterpart === undefined) kept.push(piece);
    else {
      const isWhole = change.change !== undefined;
      const value = isWhole
        ? other.slice(counterpart.start, counterpart.end)
        : merge(text, place, other, counterpart, change);
      kept.push({ ...piece, value });
    }
  });
  for (const [name, { change }] of changes.below) {
    const added = others.get(name);
    if (change !== 'extra' || added === undefined) continue;
    const colon = /:\s*$/.exec(style?.key ?? '')?.[0] ?? ':';
    const key = open === '{' ? `${JSON.stringify(name)}${colon}` : '';
    const separator = pieces.length > 1 ? (style?.separator ?? ',') : colon.length > 1 ? ', ' : ',';
    kept.push({ separator, key, value: other.slice(added.start, added.end) });
  }
  if (kept.length === 0) return `${open}${close}`;
  const inside = kept
    .map(({ separator, key, value }, index) => (index === 0 ? '' : separator || ',') + key + value)
    .join('');
  const last = from.below.at(-1) ?? from;
  return open + (first?.separator ?? '') + inside + text.slice(last.end, from.end);
}

function piecesOf(text: string, { start, below }: Place): Piece[] {
  return below.map((place, index) => {
    const lead = text.slice(index === 0 ? start + 1 : (below[index - 1] ?? place).end, place.start);
    const separator = /^[\s,]*/.exec(lead)?.[0] ?? '';
    return { separator, key: lead.slice(separator.length), value: text.slice(place.start, place.end) };
  });
}
