import type { RxcometError } from '../../../src/errors/RxcometError';
import type { Frame } from '../../../src/streams/wire/Frame';
import { FrameParser } from '../../../src/streams/wire/FrameParser';
import { frameBytes, framesOf, headerText } from './wireFixtures';

function setUp(maxContentBytes = 100) {
  const frames: Frame[] = [];
  let onFrame = (frame: Frame): unknown => frames.push(frame);
  const parser = new FrameParser({
    maxContentBytes,
    peer: '127.0.0.1:5',
    onFrame: (frame) => onFrame(frame),
  });
  return {
    parser,
    texts: () => frames.map((frame) => frame.text),
    frames,
    doAtFrame: (action: (frame: Frame) => unknown) => {
      onFrame = (frame) => {
        frames.push(frame);
        action(frame);
      };
    },
  };
}

const frame = (text: string): Buffer =>
  frameBytes(headerText({ 'content-length': Buffer.byteLength(text) }), text);
/** Spaced as Python does it, which is recognised without JSON.parse. */
const pythonFrame = (text: string): Buffer =>
  frameBytes(
    `{"byteorder": "little", "content-type": "text/json", "content-encoding": "utf-8", "content-length": ${Buffer.byteLength(text)}}`,
    text,
  );

const template = (digits: string): string =>
  `{"byteorder":"little","content-type":"text/json","content-encoding":"utf-8","content-length":${digits},"message-id":          1}`;

/** The error that these bytes are refused with. */
function refusal(bytes: Uint8Array | string, maxContentBytes = 100): RxcometError {
  const { parser } = setUp(maxContentBytes);
  try {
    parser.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  } catch (error) {
    return error as RxcometError;
  }
  throw new Error('it was not refused');
}

const code = (bytes: Uint8Array | string): string => refusal(bytes).code;

describe('FrameParser', () => {
  describe('tells what it holds', () => {
    it('at each step of a frame', () => {
      const { parser } = setUp();
      const bytes = frame('12345');
      const states: unknown[] = [];
      const note = () => states.push([parser.insideFrame, parser.bufferedBytes, parser.declaredBytes]);
      note();
      parser.push(bytes.subarray(0, 1));
      note();
      parser.push(bytes.subarray(1, 2));
      note();
      parser.push(bytes.subarray(2, 10));
      note();
      parser.push(bytes.subarray(10, -5));
      note();
      parser.push(bytes.subarray(-5, -1));
      note();
      parser.push(bytes.subarray(-1));
      note();
      expect(states).toEqual([
        [false, 0, 0],
        [true, 1, 0],
        [true, 0, 0],
        [true, 8, 0],
        [true, 0, 5],
        [true, 4, 5],
        [false, 0, 0],
      ]);
    });

    it('and inside no frame when onFrame is called', () => {
      const { parser, doAtFrame } = setUp();
      const inside: boolean[] = [];
      doAtFrame(() => inside.push(parser.insideFrame));
      parser.push(frame('1'));
      parser.push(pythonFrame('1'));
      expect(inside).toEqual([false, false]);
    });
  });

  describe('refuses at its first bytes', () => {
    it.each([
      ['TLS', '\x16\x03\x01', /TLS/],
      ['HTTP', 'GET', /HTTP/],
      ['HTTP', 'POST / HTTP/1.1\r\n', /HTTP/],
      ['SSH', 'SSH-2.0-OpenSSH', /SSH/],
      ['JSON without a frame', '{"action":"a"}', /JSON without/],
      ['indented JSON', '{\n  "action": 1', /JSON without/],
      ['a longer length', '\0\0\0\x10', /four or more bytes/],
      ['plain text', 'ab1 volts\n', /plain text/],
      ['anything else', '\x9f\x01\x02', /another protocol/],
    ])('%s', (_, bytes, guess) => {
      const error = refusal(bytes);
      expect(error.code).toBe('ERR_BAD_HEADER');
      expect(error.message).toMatch(guess);
      expect(error.message).toMatch(/^127\.0\.0\.1:5: no COMET frame: /);
    });

    it('also when they come one by one', () => {
      const { parser } = setUp();
      parser.push(Buffer.from('GE'));
      expect(() => parser.push(Buffer.from('T'))).toThrow(/HTTP/);
    });

    it('also after white space in a chunk of its own', () => {
      const { parser } = setUp();
      parser.push(Buffer.from('\x7f\x7f \n'));
      expect(() => parser.push(Buffer.from('["'))).toThrow(/byte 0x5b where a header begins/);
    });

    it('a header length below 2, without waiting for more', () => {
      expect(code('\0\x01')).toBe('ERR_BAD_HEADER');
      expect(code('\0\0')).toBe('ERR_BAD_HEADER');
    });

    it('but waits while it may become a header', () => {
      const { parser } = setUp();
      parser.push(Buffer.from('\0\x67 \n\t\r{"b'));
      expect(parser.insideFrame).toBe(true);
    });
  });

  describe('refuses a header', () => {
    it.each([
      ['that is no JSON', '{"a": }', /no JSON object/],
      ['of white space', '     ', /no JSON object/],
      ['with more behind the object', `${headerText({})}x`, /no JSON object/],
      ['with an empty object', '{}', /has no "byteorder"/],
      [
        'without a required key',
        '{"byteorder":"big","content-type":"","content-length":0}',
        /no "content-encoding"/,
      ],
      ['whose required key is only inherited', '{"__proto__":{"byteorder":"big"}}', /has no "byteorder"/],
      ['with a type that is no string', headerText({ 'content-type': 5 }), /"content-type".*not "5"/],
      ['with an encoding of null', headerText({ 'content-encoding': null }), /"content-encoding".*"null"/],
      ['with a byte order that is no string', headerText({ byteorder: 1 }), /"byteorder"/],
    ])('%s', (_, header, message) => {
      const error = refusal(frameBytes(header));
      expect(error.code).toBe('ERR_BAD_HEADER');
      expect(error.message).toMatch(message);
    });

    it.each([-1, 1.5, '5', null, true, 2 ** 53, [0]])('whose content-length is %j', (length) => {
      const error = refusal(frameBytes(headerText({ 'content-length': length })), Infinity);
      expect(error.code).toBe('ERR_BAD_HEADER');
      expect(error.message).toMatch(/must be an integer >= 0, not "/);
    });

    it('that is not UTF-8', () => {
      const bytes = frameBytes(headerText({ action: '?' }));
      bytes[bytes.indexOf('?')] = 0xff;
      expect(refusal(bytes).message).toMatch(/header is not valid UTF-8/);
    });

    it.each(['     007', '    1 2 ', '        ', '    0x1f', '      -1', '     +1 '])(
      'that is our template but for its digits, "%s"',
      (digits) => {
        expect(code(frameBytes(template(digits)))).toBe('ERR_BAD_HEADER');
      },
    );

    it.each([
      ['      10', 10],
      ['10      ', 10],
      ['     1e1', 10],
      ['10.0    ', 10],
      ['       0', 0],
      ['      -0', 0],
    ])('but not our template with the legal digits "%s"', (digits, length) => {
      const frames = framesOf([frameBytes(template(digits), '1234567890'.slice(0, length))]);
      expect(frames.map(({ header }) => [header.contentLength, header.messageId])).toEqual([[length, 1]]);
    });

    it('but takes -0 and 2.0 as integers', () => {
      const minus = frameBytes(headerText({}).replace(':0}', ':-0}'));
      expect(framesOf([minus])[0]?.header.contentLength).toBe(0);
      expect(framesOf([frameBytes(headerText({}).replace(':0}', ':2.0}'), '{}')])[0]?.text).toBe('{}');
    });
  });

  describe('refuses content', () => {
    it('that is declared over the limit, before any of it arrives', () => {
      const { parser } = setUp(100);
      const header = frameBytes(headerText({ 'content-length': 101 }));
      expect(() => parser.push(header)).toThrow(
        expect.objectContaining({ code: 'ERR_CONTENT_TOO_LARGE' }) as Error,
      );
      expect(refusal(pythonFrame('x'.repeat(101))).code).toBe('ERR_CONTENT_TOO_LARGE');
    });

    it('but not at the limit', () => {
      expect(framesOf([frame('x'.repeat(100))], 100)).toHaveLength(1);
      expect(framesOf([pythonFrame('x'.repeat(100))], 100)).toHaveLength(1);
    });

    it('of an encoding that is not known, before it arrives', () => {
      const { parser } = setUp();
      const header = frameBytes(headerText({ 'content-encoding': 'binary', 'content-length': 3 }));
      expect(() => parser.push(header)).toThrow(
        expect.objectContaining({ code: 'ERR_UNKNOWN_ENCODING' }) as Error,
      );
    });

    it('that cannot be decoded, both in a recognised frame and in another', () => {
      for (const bytes of [frame('"abc"'), pythonFrame('"abc"')]) {
        bytes[bytes.length - 2] = 0xff;
        const error = refusal(bytes);
        expect(error.code).toBe('ERR_BAD_CONTENT');
        expect(error.message).toMatch(/not valid utf-8: byte 0xff at 3/);
      }
    });
  });

  it('is dead after a violation and keeps the frames before it', () => {
    const { parser, texts } = setUp();
    expect(() => parser.push(Buffer.concat([pythonFrame('1'), frame('2'), Buffer.from('GET /')]))).toThrow(
      /HTTP/,
    );
    parser.push(frame('3'));
    parser.finish();
    expect(texts()).toEqual(['1', '2']);
    expect(parser.insideFrame).toBe(false);
    expect(parser.bufferedBytes).toBe(0);
  });

  describe('at the end of the stream', () => {
    it.each([
      [1, 'after the first of the two bytes of the header length'],
      [2, 'after 0 of 95 header bytes'],
      [10, 'after 8 of 95 header bytes'],
      [97, 'after 0 of 5 content bytes'],
      [101, 'after 4 of 5 content bytes'],
    ])('throws when only %d bytes of a frame came', (count, progress) => {
      const { parser } = setUp();
      parser.push(frame('12345').subarray(0, count));
      const thrown = expect.objectContaining({
        code: 'ERR_TRUNCATED_FRAME',
        message: `127.0.0.1:5: the connection ended inside a frame, ${progress}`,
      }) as Error;
      expect(() => parser.finish()).toThrow(thrown);
      expect(() => parser.finish()).not.toThrow();
    });

    it('is content between frames', () => {
      const { parser } = setUp();
      parser.push(frame('1'));
      parser.finish();
    });
  });

  describe.each([
    ['recognised frames', pythonFrame],
    ['other frames', frame],
  ])('with %s', (_, make) => {
    const three = Buffer.concat([make('1'), make('2'), make('3'), make('4').subarray(0, 50)]);
    const tail = make('4').subarray(50);

    it('emits none after stop, also not from the chunk being walked', () => {
      const { parser, texts, doAtFrame } = setUp();
      doAtFrame((received) => {
        if (received.text === '2') parser.stop();
      });
      parser.push(three);
      parser.push(tail);
      parser.finish();
      expect(texts()).toEqual(['1', '2']);
    });

    it('lets an error of onFrame out untouched and goes on with the next push', () => {
      const { parser, texts, doAtFrame } = setUp();
      const error = new Error('mine');
      doAtFrame((received) => {
        if (received.text === '1' || received.text === '3') throw error;
      });
      expect(() => parser.push(three)).toThrow(error);
      expect(texts()).toEqual(['1']);
      expect(parser.bufferedBytes).toBe(three.length - make('1').length);
      expect(() => parser.push(tail)).toThrow(error);
      expect(texts()).toEqual(['1', '2', '3']);
      parser.finish();
      expect(texts()).toEqual(['1', '2', '3', '4']);
    });

    it('keeps the order when onFrame pushes', () => {
      const { parser, texts, doAtFrame } = setUp();
      doAtFrame((received) => {
        if (received.text !== '1') return;
        parser.push(tail);
        parser.finish();
      });
      parser.push(three);
      expect(texts()).toEqual(['1', '2', '3', '4']);
    });

    it('throws out of push when onFrame called finish too early', () => {
      const { parser, doAtFrame } = setUp();
      doAtFrame(() => parser.finish());
      expect(() => parser.push(three)).toThrow(/ended inside a frame/);
    });
  });

  it('gives raw bytes that share no memory with the chunk', () => {
    const bytes = frameBytes(headerText({ 'content-type': 'x', 'content-length': 2 }), 'ab');
    const { parser, frames } = setUp();
    parser.push(bytes);
    parser.push(bytes.subarray(0, -1));
    parser.push(bytes.subarray(-1));
    bytes.fill(0);
    for (const received of frames) {
      expect(received.bytes).toStrictEqual(Uint8Array.of(0x61, 0x62));
      expect(received.bytes?.buffer.byteLength).toBe(2);
    }
    expect(frames).toHaveLength(2);
  });

  it('joins content of many pieces of all sizes', () => {
    const content = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251));
    const bytes = frameBytes(headerText({ 'content-type': 'x', 'content-length': content.length }), content);
    const chunks: Uint8Array[] = [];
    const sizes = [1, 4095, 4096, 1, 1, 9000, 3, 4094];
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    expect(Buffer.from(framesOf(chunks)[0]?.bytes ?? []).equals(content)).toBe(true);
  });

  it('takes H up to 65535', () => {
    const bytes = frameBytes(headerText({ 'content-length': 2 }).padEnd(65535), '{}');
    expect(framesOf([bytes])[0]).toMatchObject({ text: '{}', wireBytes: 65539 });
  });

  it('accepts a chunk that is no Buffer and a view into a larger one', () => {
    const bytes = frame('"ü"');
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 7);
    expect(framesOf([larger.subarray(7, 7 + bytes.length)])[0]?.text).toBe('"ü"');
  });
});
