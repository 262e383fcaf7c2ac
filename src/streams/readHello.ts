import * as t from 'io-ts';
import { ProtocolViolation } from '../errors/connections';
import type { Frame } from './wire/Frame';
import { parseJson } from './json/parseJson';

/** What a native host says of itself (protocol 2). */
export interface Hello {
  readonly maxInFlight: number;
  readonly maxContentBytes: number;
  /** 0 = it wants no heartbeat. */
  readonly heartbeatMs: number;
  readonly dedup: boolean;
}

const HelloContent = t.type({
  'max-in-flight': t.number,
  'max-content-bytes': t.number,
  'heartbeat-ms': t.number,
  dedup: t.boolean,
});

/** Reads the content of a hello; throws ProtocolViolation. */
export function readHello(frame: Frame, peer: string): Hello {
  const content = parseJson(frame.text ?? 'null', { bigint: false, maxNesting: 8, peer });
  if (!HelloContent.is(content) || content['max-in-flight'] < 1 || content['heartbeat-ms'] < 0) {
    const text = 'hello must hold max-in-flight, max-content-bytes, heartbeat-ms and dedup; protocol 2';
    throw new ProtocolViolation(text, { peer });
  }
  return {
    maxInFlight: content['max-in-flight'],
    maxContentBytes: content['max-content-bytes'],
    heartbeatMs: content['heartbeat-ms'],
    dedup: content.dedup,
  };
}
