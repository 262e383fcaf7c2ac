import { type JsonPath, formatJsonPath } from '../content/JsonPath';
import type { RecordedAck, RecordedEvent, RecordedMessage } from '../RecordedEvent';
import { scanJson } from '../content/scanJson';

/** What stands in a recording instead of a hidden value. */
const placeholder = '"[redacted]"';

/**
 * Hides what the paths name and marks each hidden place in `redacted`; the rest of the text keeps its spelling. What cannot be looked
 * into is hidden whole: text that is not of the protocol's shape, and raw content when a path names the value itself.
 */
export function redactEvent(event: RecordedEvent, paths: readonly JsonPath[]): RecordedEvent {
  if (paths.length === 0 || (event.kind !== 'message' && event.kind !== 'ack')) return event;
  const root = event.kind === 'message' ? 'value' : 'result';
  if (event.text !== undefined) {
    const { text, redacted } = redactText(event.text, root, paths);
    return redacted.length === 0 ? event : { ...event, text, redacted };
  }
  const whole = paths.some((path) => path.matches([root]));
  return event.content !== undefined || (event.base64 !== undefined && whole) ? hideAll(event, root) : event;
}

function redactText(
  text: string,
  root: string,
  paths: readonly JsonPath[],
): { readonly text: string; readonly redacted: readonly string[] } {
  const hits: { start: number; end: number; path: string }[] = [];
  const good = scanJson(
    text,
    (path) => paths.some((rule) => rule.mayMatchBelow([root, ...path])),
    ({ path, start, end }) => {
      const full = [root, ...path];
      if (!paths.some((rule) => rule.matches(full))) return;
      // Children are reported before their parent, which swallows them.
      while ((hits[hits.length - 1]?.start ?? -1) >= start) hits.pop();
      hits.push({ start, end, path: formatJsonPath(full) });
    },
  );
  if (!good) return { text: placeholder, redacted: [root] };
  let result = '';
  let from = 0;
  for (const { start, end } of hits) {
    result += text.slice(from, start) + placeholder;
    from = end;
  }
  return { text: result + text.slice(from), redacted: hits.map(({ path }) => path) };
}

function hideAll(event: RecordedMessage | RecordedAck, root: string): RecordedEvent {
  const { base64: _base64, content: _content, ...rest } = event;
  return { ...rest, text: placeholder, redacted: [root] };
}
