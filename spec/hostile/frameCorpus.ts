import { FrameWriter } from '../../src/streams/wire/FrameWriter';
import { frameOf } from '../support/FramePeer';

const NATIVE = { native: 1, 'message-id': 1, connection: 'keep-alive' };

function written(write: (writer: FrameWriter) => void): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new FrameWriter((bytes) => {
    chunks.push(Buffer.from(bytes));
    return true;
  });
  write(writer);
  writer.flush();
  return Buffer.concat(chunks);
}

/**
 * What passes between peers, one conversation each: as Python writes it, as we write it, control frames, odd
 * encodings, many in a row.
 */
export const frameCorpus: readonly [Buffer, ...Buffer[]] = [
  written((writer) => writer.frame({}, '{"action": "Echo", "value": {"1": "ping"}}')),
  written((writer) =>
    writer.frame({ ...NATIVE }, '{"action":"Echo","value":[1,2.5e-7,NaN,-Infinity,null,true,"µ"]}'),
  ),
  written((writer) => {
    writer.frame(
      { ...NATIVE, 'message-key': 'key-1', authorization: 'Bearer x' },
      '{"action":"Slow","value":1}',
    );
    for (let id = 2; id < 8; id += 1) writer.request(id, `{"action":"Many","value":${id}}`, id % 3 === 0);
    writer.frame({ cancel: 3 }, '');
    writer.frame({ ping: 1 }, '');
    writer.frame({ 'message-id': 8 }, '{"action":"Fail","value":0}');
  }),
  frameOf({ ...NATIVE, action: 'Echo' }, Buffer.from([0, 1, 2, 254, 255])),
  frameOf({ 'content-type': 'binary/custom-client-binary-type' }, Buffer.alloc(64, 7)),
  frameOf({ 'content-encoding': 'latin-1', 'content-length': 33 }, Buffer.alloc(0)),
  Buffer.concat([
    frameOf({ 'content-encoding': 'latin-1', 'content-length': 30 }, ''),
    Buffer.from('{"action":"Echo","value":"\xe4"}', 'latin1'),
  ]),
  Buffer.concat([
    frameOf({ 'content-encoding': 'utf-16-le', 'content-length': 58 }, ''),
    Buffer.from('{"action":"Echo","value":"\u20ac"}', 'utf16le'),
  ]),
  frameOf({}, '[[[[[[[[[[{"action":1}]]]]]]]]]]'),
  frameOf(
    { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    { action: '*', value: 0 },
  ),
  frameOf({}, { action: 'Echo', value: 'x'.repeat(3000) }),
  Buffer.from('GET / HTTP/1.1\r\nHost: lab\r\n\r\n'),
  Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
];
