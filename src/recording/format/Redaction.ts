import { JsonPath, formatJsonPath } from '../content/JsonPath';
import type { RecordedAck, RecordedEvent, RecordedMessage } from '../RecordedEvent';
import { scanJson } from '../content/scanJson';
import { KnownPaths } from './KnownPaths';

/** What stands in a recording instead of a hidden value. */
const REDACTED_TEXT = '"[redacted]"';

/** A path of `redact` that hid nothing. */
export interface UnusedRedaction {
  /** As it was given. */
  readonly path: string;
  /** The nearest path that was there, or that could be; '' when there is none. */
  readonly hint: string;
}

/**
 * Hides what the paths name and marks each hidden place in `redacted`; the rest of the text keeps its
 * spelling. What cannot be looked into is hidden whole: text that is not of the protocol's shape, and raw
 * content when a path names the value itself. Remembers which paths ever hid something.
 */
export class Redaction {
  readonly #rules: readonly JsonPath[];
  readonly #unused: Set<JsonPath>;
  readonly #known = new KnownPaths();

  /**
   * @param kept paths that hide as well, and are not expected to.
   * @throws BadOption (ERR_BAD_OPTION) for a path that is none.
   */
  constructor(paths: readonly string[], kept: readonly string[] = []) {
    this.#rules = [...new Set([...paths, ...kept])].map((text) => new JsonPath(text));
    this.#unused = new Set(this.#rules.filter(({ text }) => paths.includes(text)));
  }

  /** As they were given, each once. */
  get paths(): readonly string[] {
    return this.#rules.map(({ text }) => text);
  }

  /**
   * Paths, but for the kept ones, that have hidden nothing so far: the secret is in the recording, or never
   * came.
   */
  get unused(): readonly UnusedRedaction[] {
    return [...this.#unused].map((rule) => ({ path: rule.text, hint: this.#known.hint(rule) }));
  }

  apply<E extends RecordedEvent>(event: E): E;
  apply(event: RecordedEvent): RecordedEvent {
    if (this.#rules.length === 0 || (event.kind !== 'message' && event.kind !== 'ack')) return event;
    const root = event.kind === 'message' ? 'value' : 'result';
    if (event.text !== undefined) {
      const { text, redacted } = this.#redactText(event.text, root);
      // What was hidden before stays marked, and in its order.
      const marked = [...new Set([...(event.redacted ?? []), ...redacted])];
      return redacted.length === 0 ? event : { ...event, text, redacted: marked };
    }
    const hidesWhole = event.base64 !== undefined && this.#hides([root]);
    return event.content !== undefined || hidesWhole ? hideAll(event, root) : event;
  }

  #redactText(text: string, root: string): { readonly text: string; readonly redacted: readonly string[] } {
    if (this.#unused.size > 0) this.#known.learn(root, text);
    const hits: { start: number; end: number; path: string }[] = [];
    const good = scanJson(
      text,
      (path) => this.#rules.some((rule) => rule.mayMatchBelow([root, ...path])),
      ({ path, start, end }) => {
        const full = [root, ...path];
        if (!this.#hides(full)) return;
        // Children are reported before their parent, which swallows them.
        while ((hits[hits.length - 1]?.start ?? -1) >= start) hits.pop();
        hits.push({ start, end, path: formatJsonPath(full) });
      },
    );
    if (!good) return { text: REDACTED_TEXT, redacted: [root] };
    let result = '';
    let from = 0;
    for (const { start, end } of hits) {
      result += text.slice(from, start) + REDACTED_TEXT;
      from = end;
    }
    return { text: result + text.slice(from), redacted: hits.map(({ path }) => path) };
  }

  #hides(path: readonly (string | number)[]): boolean {
    for (const rule of this.#unused) if (rule.matches(path)) this.#unused.delete(rule);
    return this.#rules.some((rule) => rule.matches(path));
  }
}

function hideAll(event: RecordedMessage | RecordedAck, root: string): RecordedEvent {
  const { base64: _base64, content: _content, ...rest } = event;
  return { ...rest, text: REDACTED_TEXT, redacted: [root] };
}
