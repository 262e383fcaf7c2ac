import { JsonPath, formatJsonPath } from '../content/JsonPath';
import { scanJson } from '../content/scanJson';
import { nearestName } from '../../runtime/nearestName';

/**
 * So many characters are looked at, and so many paths kept: it is for a hint, and recording must not become
 * slow.
 */
const MAX_CHARACTERS = 4 * 1024 * 1024;
const MAX_PATHS = 1000;
/** Of an array so many elements; the others are mostly like them. */
const MAX_ELEMENTS = 2;
const roots = ['value', 'result'];

type Path = readonly (string | number)[];

/**
 * The paths that messages and acknowledgements of a recording have, as far as they were looked at, for people
 * who misspelled one.
 */
export class KnownPaths {
  readonly #paths = new Map<string, Path>();
  #left = MAX_CHARACTERS;

  /** @param root `value` or `result`. */
  learn(root: string, text: string): void {
    if (this.#left < text.length || this.#paths.size >= MAX_PATHS) return;
    this.#left -= text.length;
    scanJson(
      text,
      (path) => Number(path.at(-1)) < MAX_ELEMENTS || typeof path.at(-1) !== 'number',
      ({ path }) => {
        if (typeof path.at(-1) === 'number' || this.#paths.size >= MAX_PATHS) return;
        const full = [root, ...path];
        this.#paths.set(formatJsonPath(full).replace(/\[\d+\]/g, '[*]'), full);
      },
    );
  }

  /** What may have been meant by a path that met nothing, for people; '' when nothing is near. */
  hint({ text }: JsonPath): string {
    const names = [...this.#paths.keys()];
    if (!canMatch(text)) {
      const below = beneath(text);
      const meant = this.#first(below) === undefined ? (this.#sameName(text) ?? below) : below;
      const there = this.#first(meant);
      return `a path begins with value or result: ${meant}${there === undefined ? '' : ` (there was ${there})`}`;
    }
    const last = this.#sameName(text);
    const near = nearestName(text, names) ?? (last === undefined ? undefined : this.#first(last));
    return near === undefined ? '' : `the nearest path that was there: ${near}`;
  }

  /** A path at any depth with a last name like that of `text`. */
  #sameName(text: string): string | undefined {
    const lastNames = [...this.#paths.values()]
      .map((path) => path.at(-1))
      .filter((name) => typeof name === 'string');
    const near = nearestName(lastName(text), lastNames);
    return near === undefined ? undefined : beneath(formatJsonPath([near]));
  }

  #first(text: string): string | undefined {
    const path = new JsonPath(text);
    for (const [name, known] of this.#paths) if (path.matches(known)) return name;
    return undefined;
  }
}

/** Whether the path begins as the places of messages and acknowledgements do. */
function canMatch(text: string): boolean {
  const path = new JsonPath(text);
  return roots.some((root) => path.mayMatchBelow([root]));
}

const beneath = (text: string): string => (text.startsWith('[') ? `**${text}` : `**.${text}`);

function lastName(text: string): string {
  return /([^.[\]*"\s]+)(?:\[(?:\*|\d+)\])*$/.exec(text)?.[1] ?? text;
}
