import { endOfString, readString } from '../../streams/json/readJson';

/** A member or element found in JSON text, or the root (empty path). */
export interface JsonNode {
  /** Keys and indexes from the root. */
  readonly path: readonly (string | number)[];
  /** Offset of the first character. */
  readonly start: number;
  /** Offset after the last character. */
  readonly end: number;
}

/** Deeper text is not scanned; far above what a peer may send (Max_nesting is 128 by default). */
const MAX_DEPTH = 1024;

/**
 * Walks JSON text and tells where each value of interest stands, so that pieces can be cut out or replaced
 * while the rest keeps its spelling (1.0, -0, NaN, key order, white space). Reads what COMET peers write:
 * NaN, Infinity and -Infinity are numbers.
 *
 * @param descend tells whether the children of `path` are of interest; others are skipped without being
 * reported.
 * @param onNode called for each value that was reached, children before parents. `path` is only valid during
 * the call.
 * @returns whether the text is one JSON value; when not, what was reported before means nothing.
 */
export function scanJson(
  text: string,
  descend: (path: readonly (string | number)[]) => boolean,
  onNode: (node: JsonNode) => void,
): boolean {
  const path: (string | number)[] = [];
  let at = 0;

  const skipSpace = (): void => {
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  };

  /** Reads a string at `at` without its meaning. */
  const skipString = (): boolean => {
    if (text[at] !== '"') return false;
    at = endOfString(text, at) + 1;
    return at <= text.length;
  };

  const member = (name: string | number, report: boolean): boolean => {
    path.push(name);
    const good = value(report);
    path.pop();
    return good;
  };

  const container = (close: '}' | ']', report: boolean): boolean => {
    const inside = report && descend(path);
    at += 1;
    skipSpace();
    if (text[at] === close) {
      at += 1;
      return true;
    }
    for (let index = 0; ; index += 1) {
      let name: string | number = index;
      if (close === '}') {
        const from = at;
        if (!skipString()) return false;
        if (inside) name = keyOf(text.slice(from, at));
        skipSpace();
        if (text[at] !== ':') return false;
        at += 1;
        skipSpace();
      }
      if (!member(name, inside)) return false;
      skipSpace();
      const next = text[at];
      at += 1;
      if (next === close) return true;
      if (next !== ',') return false;
      skipSpace();
    }
  };

  const scalar = /-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN|true|false|null/y;

  const value = (report: boolean): boolean => {
    if (path.length > MAX_DEPTH) return false;
    const start = at;
    const first = text[at];
    let good: boolean;
    if (first === '{') good = container('}', report);
    else if (first === '[') good = container(']', report);
    else if (first === '"') good = skipString();
    else {
      scalar.lastIndex = at;
      good = scalar.test(text);
      if (good) at = scalar.lastIndex;
    }
    if (good && report) onNode({ path, start, end: at });
    return good;
  };

  skipSpace();
  if (!value(true)) return false;
  skipSpace();
  return at === text.length;
}

/** A key as the reader of JSON sees it. */
function keyOf(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  // No legal string: the parser of the content refuses the frame; here it only must not stop the scan.
  return readString(literal) ?? literal;
}
