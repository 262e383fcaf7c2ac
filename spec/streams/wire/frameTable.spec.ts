import fc from '../../support/fc';
import type { Frame, FrameHeader } from '../../../src/streams/wire/Frame';
import { FrameWriter } from '../../../src/streams/wire/FrameWriter';
import { frameBytes, framesOf, headerOf, headerText, singly, splitsInTwo } from './wireFixtures';

interface Row {
  readonly name: string;
  /** What arrives. */
  readonly bytes: Uint8Array;
  readonly header: Partial<FrameHeader>;
  readonly text?: string;
  readonly raw?: readonly number[];
  /** How the writer makes these bytes, where it does. */
  readonly write?: (writer: FrameWriter) => number;
}

const start = '{"byteorder":"little","content-type":"text/json","content-encoding":"utf-8","content-length":';
const short = (length: number, id: number): string =>
  `${start}${String(length).padStart(8)},"message-id":${String(id).padStart(11)}}`;
const long = (length: number, id: number, rest: string): string =>
  `${start}${String(length).padStart(8)},"message-id":${String(id).padStart(11)}${rest}}`.padEnd(256);

// Written down from Python 3.11: struct.pack('>H', len(header)) + json.dumps(header) + json.dumps(content,
// ensure_ascii=False).
const pythonRequest = Buffer.from(
  '00677b22627974656f72646572223a20226c6974746c65222c2022636f6e74656e742d74797065223a2022746578742f' +
    '6a736f6e222c2022636f6e74656e742d656e636f64696e67223a20227574662d38222c2022636f6e74656e742d6c656e' +
    '677468223a2035327d7b22616374696f6e223a202254656c656772616d426f74222c202276616c7565223a207b223122' +
    '3a202270696e6720c2b5227d7d',
  'hex',
);
const pythonReply = Buffer.from(
  '00677b22627974656f72646572223a20226c6974746c65222c2022636f6e74656e742d74797065223a2022746578742f' +
    '6a736f6e222c2022636f6e74656e742d656e636f64696e67223a20227574662d38222c2022636f6e74656e742d6c656e' +
    '677468223a2031387d7b22726573756c74223a2022706f6e67227d',
  'hex',
);

const rows: readonly Row[] = [
  {
    name: 'the request of a COMET client',
    bytes: pythonRequest,
    header: { contentLength: 52 },
    text: '{"action": "TelegramBot", "value": {"1": "ping µ"}}',
    write: (writer) => writer.frame({}, '{"action": "TelegramBot", "value": {"1": "ping µ"}}'),
  },
  {
    name: 'the reply of a COMET server',
    bytes: pythonReply,
    header: { contentLength: 18 },
    text: '{"result": "pong"}',
    write: (writer) => writer.frame({}, '{"result": "pong"}'),
  },
  {
    name: 'a request on a kept connection',
    bytes: frameBytes(long(24, 7, ',"connection":"keep-alive"'), '{"action":"a","value":1}'),
    header: { contentLength: 24, messageId: 7, connection: 'keep-alive' },
    text: '{"action":"a","value":1}',
    write: (writer) => writer.request(7, '{"action":"a","value":1}', false),
  },
  {
    name: 'a request without an acknowledgement, beyond the BMP',
    bytes: frameBytes(long(8, 99999999999, ',"connection":"keep-alive","ack":"none"'), '"µ😀"'),
    header: { contentLength: 8, messageId: 99999999999, connection: 'keep-alive', ack: 'none' },
    text: '"µ😀"',
    write: (writer) => writer.request(99999999999, '"µ😀"', true),
  },
  {
    name: 'a request whose id is too long for the template',
    bytes: frameBytes(
      '{"byteorder": "little", "content-type": "text/json", "content-encoding": "utf-8", "content-length": 1, "message-id": 100000000000, "connection": "keep-alive"}',
      '1',
    ),
    header: { contentLength: 1, messageId: 100000000000, connection: 'keep-alive' },
    text: '1',
    write: (writer) => writer.request(100000000000, '1', false),
  },
  {
    name: 'the one reply',
    bytes: frameBytes(short(15, 7), '{"result":null}'),
    header: { contentLength: 15, messageId: 7 },
    text: '{"result":null}',
    write: (writer) => writer.reply(7, '{"result":null}'),
  },
  {
    name: 'one reply of several',
    bytes: frameBytes(long(12, 7, ',"status":"next"'), '{"result":1}'),
    header: { contentLength: 12, messageId: 7, status: 'next' },
    text: '{"result":1}',
    write: (writer) => writer.reply(7, '{"result":1}', 'next'),
  },
  {
    name: 'the end of a stream of replies',
    bytes: frameBytes(long(0, 7, ',"status":"complete"')),
    header: { contentLength: 0, messageId: 7, status: 'complete' },
    text: '',
    write: (writer) => writer.reply(7, '', 'complete'),
  },
  {
    name: 'an error reply',
    bytes: frameBytes(long(2, 7, ',"status":"error"'), '{}'),
    header: { contentLength: 2, messageId: 7, status: 'error' },
    text: '{}',
    write: (writer) => writer.reply(7, '{}', 'error'),
  },
  {
    name: 'raw content of a type',
    bytes: frameBytes(
      '{"byteorder": "little", "content-type": "binary/picture", "content-encoding": "binary", "content-length": 3, "action": "Show \\"it\\" µ"}',
      Uint8Array.of(0, 255, 1),
    ),
    header: {
      contentType: 'binary/picture',
      contentEncoding: 'binary',
      contentLength: 3,
      action: 'Show "it" µ',
    },
    raw: [0, 255, 1],
    write: (writer) =>
      writer.frame(
        { action: 'Show "it" µ', 'content-type': 'binary/picture', 'content-length': 9 },
        Uint8Array.of(0, 255, 1),
      ),
  },
  {
    name: 'empty raw content',
    bytes: frameBytes(
      '{"byteorder": "little", "content-type": "binary/rxcomet", "content-encoding": "binary", "content-length": 0, "ping": 1}',
    ),
    header: { contentType: 'binary/rxcomet', contentEncoding: 'binary', ping: 1 },
    raw: [],
    write: (writer) => writer.frame({ ping: 1 }, new Uint8Array()),
  },
  {
    name: 'keys in another order, with white space around them',
    bytes: frameBytes(
      '\r\n\t {"content-length" : 2,\n"content-encoding":"UTF8","content-type":"text/json","byteorder":"big"}\n',
      '{}',
    ),
    header: { contentEncoding: 'UTF8', contentLength: 2 },
    text: '{}',
  },
  {
    name: 'every native key, and a foreign one with the longest header length of two ASCII bytes',
    bytes: frameBytes(
      headerText({
        native: 1,
        'message-id': 2,
        connection: 'keep-alive',
        ack: 'none',
        status: 'next',
        action: 'a',
        'message-key': 'k',
        authorization: 'b',
        traceparent: 't',
        cancel: 3,
        ping: 4,
        pong: 5,
        goaway: 6,
        foreign: { 'content-length': 'ö' },
      }).padEnd(0x7f7e),
    ),
    header: {
      native: 1,
      messageId: 2,
      connection: 'keep-alive',
      ack: 'none',
      status: 'next',
      action: 'a',
      messageKey: 'k',
      authorization: 'b',
      traceparent: 't',
      cancel: 3,
      ping: 4,
      pong: 5,
      goaway: 6,
    },
    text: '',
  },
  {
    name: 'content in latin-1',
    bytes: frameBytes(
      headerText({ 'content-encoding': 'ISO-8859-1', 'content-length': 3 }),
      Uint8Array.of(0x22, 0xe9, 0x22),
    ),
    header: { contentEncoding: 'ISO-8859-1', contentLength: 3 },
    text: '"é"',
  },
  {
    name: 'content in utf-16 whose bytes are all ASCII',
    bytes: frameBytes(headerText({ 'content-encoding': 'utf-16', 'content-length': 4 }), '1\x002\x00'),
    header: { contentEncoding: 'utf-16', contentLength: 4 },
    text: '12',
  },
  {
    name: 'an empty text in an encoding nobody knows',
    bytes: frameBytes(headerText({ 'content-encoding': 'rot13' })),
    header: { contentEncoding: 'rot13' },
    text: '',
  },
  {
    name: 'a header with duplicate keys and __proto__',
    bytes: frameBytes(
      headerText({}).replace('{', '{"content-length": 5, "__proto__": {"status": "error"}, '),
    ),
    header: {},
    text: '',
  },
];

/** What the row should give, to be compared with what was parsed. */
function expected(row: Row): Frame {
  return {
    header: headerOf(row.header),
    text: row.text,
    bytes: row.raw === undefined ? undefined : Uint8Array.from(row.raw),
    wireBytes: row.bytes.length,
  };
}

function written(write: (writer: FrameWriter) => void): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new FrameWriter((bytes) => chunks.push(bytes) > 0);
  write(writer);
  writer.flush();
  return Buffer.concat(chunks);
}

describe.each(rows)('$name', (row) => {
  it('is parsed', () => {
    expect(framesOf([row.bytes])).toStrictEqual([expected(row)]);
  });

  it('is parsed wherever it is split', () => {
    const cuts =
      row.bytes.length > 1000 ? [[row.bytes.slice(0, 1000), row.bytes.slice(1000)]] : splitsInTwo(row.bytes);
    for (const chunks of cuts) expect(framesOf(chunks)).toStrictEqual([expected(row)]);
    expect(framesOf(singly(row.bytes))).toStrictEqual([expected(row)]);
  });

  it('is parsed between other frames', () => {
    const bytes = Buffer.concat([pythonRequest, row.bytes, row.bytes, pythonReply]);
    expect(framesOf([bytes]).slice(1, 3)).toStrictEqual([expected(row), expected(row)]);
    const ascii = Buffer.concat([pythonReply, row.bytes, row.bytes, pythonReply]);
    expect(framesOf([ascii]).slice(1, 3)).toStrictEqual([expected(row), expected(row)]);
  });

  if (row.write !== undefined) {
    const { write } = row;
    it('is written byte for byte, and counted', () => {
      let count = 0;
      const bytes = written((writer) => {
        count = write(writer);
      });
      expect(bytes.toString('latin1')).toBe(Buffer.from(row.bytes).toString('latin1'));
      expect(count).toBe(row.bytes.length);
    });

    it('comes back from what was written', () => {
      expect(framesOf([written(write)])).toStrictEqual([expected(row)]);
    });
  }
});

describe('all rows in one stream', () => {
  const stream = Buffer.concat(rows.map((row) => row.bytes));

  it('are parsed from chunks of any sizes', () => {
    const all = rows.map(expected);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const chunks: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const end = at + (sizes[turn % sizes.length] ?? 1);
          chunks.push(stream.subarray(at, end));
          at = end;
        }
        expect(framesOf(chunks)).toStrictEqual(all);
      }),
      { numRuns: 40 },
    );
  });
});
