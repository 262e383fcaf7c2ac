import { nearestName } from '../../runtime/nearestName';
import type { Place } from './ConfigNode';
import type { FlatEntry, NodeReader } from './NodeReader';
import type { ProblemList } from './ProblemList';
import type { RawNode } from './RawNode';

/** The shortest configuration that does something, as remedies show it. */
export const MINIMAL_EXAMPLE = 'Socket_connection: {Host: {IP: 127.0.0.1, Port: 65432}}';

const KEY = 'Socket_connection';
const NESTED = 'settings';
const start: Place = { line: 0, column: 0 };

/** `Socket_connection`, and where it was found. */
interface FoundSection {
  readonly raw: RawNode;
  readonly place: Place;
  readonly path: string;
}

/**
 * Finds the section at the top level or under `settings`; undefined when the reason it is not there is on the
 * list.
 */
export function findSocketConnection(
  root: RawNode | undefined,
  reader: NodeReader,
  problems: ProblemList,
): FoundSection | undefined {
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) {
    problems.add(start, '', 'there is nothing in it', `it needs at least ${MINIMAL_EXAMPLE}`);
    return undefined;
  }
  if (root.kind !== 'mapping') {
    const got = root.kind === 'scalar' ? 'a single value' : 'a list';
    problems.add(root.place, '', `expected settings with ${KEY}, got ${got}`, notSettings(root));
    return undefined;
  }
  const keysOf = (node: RawNode | undefined, path: string): ReadonlyMap<string, FlatEntry> =>
    node?.kind === 'mapping'
      ? reader.flatten(node, { path, mayRepeat: (key) => key !== KEY && key !== NESTED, strict: false })
      : new Map();
  const top = keysOf(root, '');
  const nested = keysOf(top.get(NESTED)?.value, NESTED);
  const found = [
    { entry: top.get(KEY), path: KEY },
    { entry: nested.get(KEY), path: `${NESTED}.${KEY}` },
  ].flatMap(({ entry, path }) =>
    entry === undefined ? [] : [{ raw: entry.value, place: entry.place, path }],
  );
  const [first, second] = found;
  if (second !== undefined) {
    problems.add(second.place, second.path, 'stands at the top level, too', 'keep one of them');
  }
  if (first === undefined) {
    const [place, remedy] = remedyForMissing(new Map([...nested, ...top]));
    problems.add(place, KEY, 'is missing', remedy);
  }
  return first;
}

function remedyForMissing(entries: ReadonlyMap<string, FlatEntry>): [Place, string] {
  const names = [...entries.keys()];
  const placeOf = (name: string | undefined): Place => entries.get(name ?? '')?.place ?? start;
  const below = names.filter((name) => name === 'Host' || name === 'Client');
  if (below.length > 0) return [placeOf(below[0]), `put ${below.join(' and ')} under ${KEY}:`];
  const nearest = nearestName(KEY, names);
  return nearest === undefined
    ? [start, `for example ${MINIMAL_EXAMPLE}`]
    : [placeOf(nearest), `did you mean it by ${nearest}?`];
}

function notSettings(root: RawNode): string {
  const isFileName = root.kind === 'scalar' && /\.(?:ya?ml|json)$/i.test(root.text);
  return isFileName
    ? 'loadConfig reads a file, parseConfig takes its content'
    : `for example ${MINIMAL_EXAMPLE}`;
}
