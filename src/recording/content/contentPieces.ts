import type { RecordedContent } from '../RecordedEvent';
import { readString } from '../../streams/json/readJson';
import { scanJson } from './scanJson';

/** What `contentPieces` found in a frame. */
export interface ContentPieces {
  /** The action, when the text holds one. */
  readonly action?: string;
  readonly content: RecordedContent;
}

/**
 * Cuts the JSON text of a value or a result out of a frame's text, keeping its spelling. Text of another
 * shape is kept whole.
 *
 * @param member `value` for a request (which must have an action too), `result` for a reply.
 * @example contentPieces('{"action": "Move", "value": 1.0}', 'value') // { action: 'Move', content: { text: '1.0' } }
 */
export function contentPieces(text: string, member: 'value' | 'result'): ContentPieces {
  const found = new Map<string, string>();
  const good = scanJson(
    text,
    (path) => path.length === 0,
    ({ path, start, end }) => {
      // The last of equal keys wins, as for every reader of JSON.
      const [name] = path;
      if (typeof name === 'string') found.set(name, text.slice(start, end));
    },
  );
  const cut = found.get(member);
  if (!good || cut === undefined) return { content: { content: text } };
  if (member === 'result') return { content: { text: cut } };
  const action = readString(found.get('action') ?? '');
  return action === undefined ? { content: { content: text } } : { action, content: { text: cut } };
}
