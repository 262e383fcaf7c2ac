import { checkArgument, shapes } from '../../runtime/checkArguments';
import { parseJson } from '../../streams/json/parseJson';
import type { RecordedContent } from '../RecordedEvent';

/** Only guards the stack; what a host would refuse was refused when it was recorded. */
const MAX_NESTING = 1024;

/**
 * The value (of a message) or result (of an acknowledgement) that a recording holds as text: numbers beyond
 * 2^53 as bigint, raw content as Uint8Array, a text that is no JSON of the protocol as `{ malformed: text }`,
 * nothing (of a `complete`) as undefined.
 *
 * @example recordedValue({ text: '{"volts":NaN}' }) // { volts: NaN }
 */
export function recordedValue(content: RecordedContent): unknown {
  checkArgument('recordedValue: the content', content, shapes.object);
  if (content.base64 !== undefined) return new Uint8Array(Buffer.from(content.base64, 'base64'));
  if (content.text === undefined) {
    return content.content === undefined ? undefined : { malformed: content.content };
  }
  try {
    return parseJson(content.text, { bigint: true, maxNesting: MAX_NESTING, peer: '' });
  } catch {
    return { malformed: content.text };
  }
}
