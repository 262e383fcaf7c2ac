import type { RecordedContent } from '../RecordedEvent';

/**
 * The content of a frame as it was on the wire, made again of what a recording holds: text, or bytes for raw
 * content.
 *
 * @param action of a request; undefined for a reply.
 */
export function contentText(content: RecordedContent, action?: string): string | Uint8Array {
  if (content.base64 !== undefined) return new Uint8Array(Buffer.from(content.base64, 'base64'));
  if (content.content !== undefined) return content.content;
  if (content.text === undefined) return '';
  return action === undefined
    ? `{"result": ${content.text}}`
    : `{"action": ${JSON.stringify(action)}, "value": ${content.text}}`;
}
