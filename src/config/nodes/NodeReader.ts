import { type ConfigEntry, type ConfigNode, type ConfigScalar, type Place, joinPath } from './ConfigNode';
import type { ProblemList } from './ProblemList';
import type { RawMapping, RawNode, RawScalar } from './RawNode';
import { scalarProblem } from './refuseUnreadable';
import { resolveScalar, scalarTags } from './resolveScalar';
import { substituteEnvironment, type Environment } from './substituteEnvironment';

/**
 * Values a configuration may have once its aliases and merges are written out; a bomb of aliases ends here.
 */
const MAX_VALUES = 100_000;

/** What a mapping holds under one key once merges are done. */
export interface FlatEntry {
  readonly place: Place;
  readonly value: RawNode;
}

/**
 * How strictly a mapping is taken: inside `Socket_connection` everything counts, around it only the keys that
 * lead there.
 */
export interface FlattenRules {
  readonly path: string;
  readonly mayRepeat: (key: string) => boolean;
  /** Say so when a merge or a key is of the wrong kind, rather than leave it alone. */
  readonly strict: boolean;
}

/**
 * Turns what was written into what it means: aliases, merge keys, tags, YAML 1.1 scalars, environment
 * variables.
 */
export class NodeReader {
  readonly #within = new Set<RawNode>();
  #values = 0;

  constructor(
    readonly problems: ProblemList,
    readonly environment: Environment,
  ) {}

  /** Reads a node of `Socket_connection`; `keyPlace` is where its key stands. */
  read(raw: RawNode, path: string, keyPlace: Place): ConfigNode {
    const place = raw.kind === 'scalar' && raw.place.line > 0 ? raw.place : keyPlace;
    const broken: ConfigNode = { kind: 'broken', place };
    if (!this.#mayEnter(raw, path, place)) return broken;
    if (raw.kind === 'scalar') return this.#readScalar(raw, path, place);
    const standardTag = raw.kind === 'mapping' ? '!!map' : '!!seq';
    if (raw.tag !== '' && raw.tag !== standardTag) {
      this.#refuseTag(raw.tag, path, place);
      return broken;
    }
    this.#within.add(raw);
    try {
      if (raw.kind === 'sequence') {
        const items = raw.items.map((item, index) => this.read(item, joinPath(path, index), item.place));
        return { kind: 'sequence', place, items };
      }
      const entries = new Map<string, ConfigEntry>();
      for (const [key, entry] of this.#flatten(raw, { path, mayRepeat: () => false, strict: true })) {
        entries.set(key, {
          place: entry.place,
          node: this.read(entry.value, joinPath(path, key), entry.place),
        });
      }
      return { kind: 'mapping', place, entries };
    } finally {
      this.#within.delete(raw);
    }
  }

  /**
   * The entries of a mapping with its merges done: its own keys win, then earlier mappings of a merge list,
   * as in PyYAML.
   */
  flatten(raw: RawMapping, rules: FlattenRules): ReadonlyMap<string, FlatEntry> {
    this.#within.add(raw);
    try {
      return this.#flatten(raw, rules);
    } finally {
      this.#within.delete(raw);
    }
  }

  #flatten(raw: RawMapping, rules: FlattenRules): Map<string, FlatEntry> {
    const own = new Map<string, FlatEntry>();
    const merged = new Map<string, FlatEntry>();
    for (const { key, value } of raw.pairs) {
      if (key.kind !== 'scalar') {
        if (rules.strict)
          this.problems.add(key.place, rules.path, 'a key must be text, not a list or section');
      } else if (key.isMerge) {
        // A later merge of the same mapping wins over an earlier one.
        for (const [name, entry] of this.#merge(value, key.place, rules)) merged.set(name, entry);
      } else {
        const first = own.get(key.text);
        if (first !== undefined && !rules.mayRepeat(key.text)) {
          const message = `is given twice, first on line ${first.place.line}`;
          this.problems.add(key.place, joinPath(rules.path, key.text), message, 'keep one of them');
        }
        const problem = key.text === '=' || !rules.strict ? undefined : scalarProblem(key);
        if (problem !== undefined) this.problems.add(key.place, rules.path, ...problem);
        own.set(key.text, { place: key.place, value });
      }
    }
    return new Map([...merged, ...own]);
  }

  #merge(source: RawNode, place: Place, rules: FlattenRules): Map<string, FlatEntry> {
    const result = new Map<string, FlatEntry>();
    for (const mapping of source.kind === 'sequence' ? source.items : [source]) {
      if (mapping.kind !== 'mapping') {
        const remedy = 'write <<: *name, where &name stands before a section';
        if (rules.strict)
          this.problems.add(place, rules.path, '<< takes a section or a list of them', remedy);
        continue;
      }
      if (!this.#mayEnter(mapping, rules.path, place)) continue;
      for (const [key, entry] of this.flatten(mapping, rules)) {
        if (!this.#mayEnter(entry.value, rules.path, place, 'merge')) break;
        if (!result.has(key)) result.set(key, entry);
      }
    }
    return result;
  }

  /** Counts the value, and refuses what contains itself or grows without bound. */
  #mayEnter(raw: RawNode, path: string, place: Place, why: 'read' | 'merge' = 'read'): boolean {
    this.#values += 1;
    if (this.#values > MAX_VALUES) {
      if (this.#values === MAX_VALUES + 1) {
        const message = `aliases and merges make more than ${MAX_VALUES} values of this`;
        this.problems.add(place, path, message, 'write out what you need');
      }
      return false;
    }
    if (why === 'read' && this.#within.has(raw)) {
      this.problems.add(place, path, 'contains itself through an alias', 'write the value out');
      return false;
    }
    return true;
  }

  #readScalar(raw: RawScalar, path: string, place: Place): ConfigNode {
    const plain: ConfigScalar = { kind: 'scalar', place, value: raw.value, text: raw.text, variables: [] };
    const broken: ConfigNode = { kind: 'broken', place };
    const { tag, text } = raw;
    const meaning = Object.hasOwn(scalarTags, tag) ? scalarTags[tag] : undefined;
    if (tag !== '' && meaning === undefined) {
      this.#refuseTag(tag, path, place);
      return broken;
    }
    const problem = scalarProblem(raw);
    if (problem !== undefined) {
      this.problems.add(place, path, ...problem);
      return broken;
    }
    const value = meaning === undefined ? raw.value : meaning(text);
    return typeof value === 'string' ? this.#substitute({ ...plain, value }, path) : { ...plain, value };
  }

  #substitute(scalar: ConfigScalar, path: string): ConfigNode {
    if (!scalar.text.includes('${')) return scalar;
    const result = substituteEnvironment(scalar.text, this.environment);
    if ('message' in result) {
      this.problems.add(scalar.place, path, result.message, result.remedy);
      return { kind: 'broken', place: scalar.place };
    }
    const { text, variables } = result;
    // Quoted or not, `"${PORT}"` may become a number: inside { } YAML asks for the quotes.
    const value = variables.length > 0 ? resolveScalar(text.trim()) : text;
    return { ...scalar, text, value, variables };
  }

  #refuseTag(tag: string, path: string, place: Place): void {
    const remedy = 'remove the tag; ${NAME} takes a value from the environment';
    this.problems.add(place, path, `the tag ${tag} is not known here`, remedy);
  }
}
