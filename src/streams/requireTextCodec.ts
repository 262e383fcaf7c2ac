import { UnknownEncoding } from '../errors/connections';
import { pythonCodecName } from './pythonCodecName';

/**
 * Python's name of the codec that a content-encoding means. Throws UnknownEncoding (ERR_UNKNOWN_ENCODING) when there is none here: so it can be said
 * before the content arrives.
 */
export function requireTextCodec(encoding: string, peer: string): string {
  const codec = pythonCodecName(encoding);
  if (codec !== undefined) return codec;
  throw new UnknownEncoding(
    `content-encoding ${JSON.stringify(encoding.slice(0, 60))} of a text/json content is no text codec known here: write utf-8`,
    { peer },
  );
}
