import { isAscii } from 'node:buffer';
import { FrameWriter } from '../../../src/streams/wire/FrameWriter';
import { framesOf } from './wireFixtures';

function setUp() {
  const writes: Uint8Array[] = [];
  const copies: Buffer[] = [];
  const answers: boolean[] = [];
  const writer = new FrameWriter((bytes) => {
    writes.push(bytes);
    copies.push(Buffer.from(bytes));
    return answers.shift() ?? true;
  });
  return { writer, writes, copies, answers };
}

describe('FrameWriter', () => {
  it('gathers frames until they are flushed', () => {
    const { writer, writes } = setUp();
    const count = writer.request(1, '1', false) + writer.reply(2, '2') + writer.frame({}, '3');
    expect(writes).toEqual([]);
    expect(writer.pendingBytes).toBe(count);
    writer.flush();
    expect(writes.map((bytes) => bytes.length)).toEqual([count]);
    expect(writer.pendingBytes).toBe(0);
  });

  it('hands over by itself once 16 KiB are gathered', () => {
    const { writer, writes } = setUp();
    while (writes.length === 0) writer.reply(1, '"0123456789"');
    expect(writes[0]?.length).toBeGreaterThanOrEqual(16384);
    expect(writes[0]?.length).toBeLessThan(16384 + 200);
    expect(writer.pendingBytes).toBe(0);
  });

  it.each([
    ['text', 'x'.repeat(16385)],
    ['text that is long only in bytes', 'µ'.repeat(16385)],
    ['raw content', new Uint8Array(16385).fill(7)],
  ])('writes large %s by itself, a request with its own header only', (_, content) => {
    const { writer, writes, copies } = setUp();
    writer.reply(1, '1');
    if (typeof content === 'string') writer.request(2, content, false);
    writer.frame({}, content);
    writer.reply(3, '3');
    writer.flush();
    const sizes = writes.map((bytes) => bytes.length);
    const large = Buffer.byteLength(content);
    expect(sizes.filter((size) => size === large)).toHaveLength(1);
    // 256 bytes of header and its two bytes of length.
    expect(sizes.includes(large + 258)).toBe(typeof content === 'string');
    const frames = framesOf(copies);
    expect(frames.map((frame) => frame.text?.length)).toEqual(
      typeof content === 'string' ? [1, content.length, content.length, 1] : [1, undefined, 1],
    );
    expect(frames.at(-1)?.header.messageId).toBe(3);
  });

  it('never touches bytes again that it handed over', () => {
    const { writer, writes, copies } = setUp();
    for (let id = 1; id < 3000; id += 1) {
      writer.request(id, JSON.stringify('µ'.repeat(id % 700)), id % 2 === 0);
      if (id % 5 === 0) writer.flush();
    }
    writer.flush();
    expect(writes.every((bytes, index) => copies[index]?.equals(bytes))).toBe(true);
    expect(framesOf(copies).map((frame) => frame.header.messageId)).toEqual(
      Array.from({ length: 2999 }, (_, index) => index + 1),
    );
  });

  it('never cuts a text short at the end of its memory', () => {
    const { writer, copies } = setUp();
    const texts = Array.from({ length: 200 }, (_, index) => '☃'.repeat(300 + ((index * 377) % 5000)));
    for (const text of texts) writer.reply(1, text);
    writer.flush();
    expect(framesOf(copies).findIndex((frame, index) => frame.text !== texts[index])).toBe(-1);
  });

  it.each([100, 16000, 20_000])('writes empty content behind a header of %d bytes and more', (size) => {
    const { writer, copies } = setUp();
    writer.reply(1, 'x'.repeat(300));
    writer.frame({ action: 'x'.repeat(size) }, new Uint8Array());
    writer.reply(2, '2');
    writer.flush();
    expect(framesOf(copies).map((frame) => frame.wireBytes)).toHaveLength(3);
  });

  it('shares memory with other writers, but never the same bytes', () => {
    const all = Array.from({ length: 3 }, setUp);
    for (let id = 1; id < 500; id += 1) {
      for (const { writer } of all) {
        writer.reply(id, JSON.stringify('x'.repeat((id * 37) % 900)));
        if (id % 3 === 0) writer.flush();
      }
    }
    for (const { writer, writes, copies } of all) {
      writer.flush();
      expect(writes.every((bytes, index) => copies[index]?.equals(bytes))).toBe(true);
      expect(framesOf(copies)).toHaveLength(499);
    }
  });

  it('writes ASCII frames that are ASCII as a whole', () => {
    const { writer, copies } = setUp();
    writer.request(1, '{}', false);
    writer.request(1, '{}', true);
    writer.reply(1, '{}');
    writer.reply(1, '{}', 'next');
    writer.flush();
    expect(isAscii(copies[0] ?? Buffer.of(255))).toBe(true);
  });

  it.each([0, 1, 9, 10, 99, 2 ** 31, 99999999999, 100000000000, Number.MAX_SAFE_INTEGER])(
    'writes and reads message-id %d',
    (id) => {
      const { writer, copies } = setUp();
      writer.request(id, '{}', true);
      writer.reply(id, '{}');
      writer.reply(id, '{}', 'next');
      writer.reply(id, 'x'.repeat(20000));
      writer.flush();
      const headers = framesOf(copies).map(({ header }) => [header.messageId, header.ack, header.status]);
      expect(headers).toEqual([
        [id, 'none', undefined],
        [id, undefined, undefined],
        [id, undefined, 'next'],
        [id, undefined, undefined],
      ]);
    },
  );

  it.each([0, 1, 126, 127, 128, 16383, 16384, 16385, 65535, 65536, 70000])(
    'writes text of %d bytes',
    (size) => {
      const { writer, copies } = setUp();
      const text = 'x'.repeat(size);
      const counts = [writer.reply(1, text), writer.request(2, text, false), writer.frame({}, text)];
      writer.flush();
      const frames = framesOf(copies);
      expect(frames.map((frame) => frame.text === text)).toEqual([true, true, true]);
      expect(frames.map((frame) => frame.wireBytes)).toEqual(counts);
    },
  );

  describe('flush', () => {
    it('gives the last answer of write', () => {
      const { writer, answers } = setUp();
      writer.reply(1, '1');
      answers.push(false);
      expect(writer.flush()).toBe(false);
      writer.reply(1, '1');
      expect(writer.flush()).toBe(true);
    });

    it('gives the answer to what went out before it by itself', () => {
      const { writer, answers } = setUp();
      answers.push(true, false);
      writer.frame({}, 'x'.repeat(20000));
      expect(writer.flush()).toBe(false);
    });

    it('writes nothing and is true when there is nothing, also after a false one', () => {
      const { writer, writes, answers } = setUp();
      answers.push(false);
      writer.reply(1, '1');
      writer.flush();
      expect(writer.flush()).toBe(true);
      expect(writes).toHaveLength(1);
    });
  });

  it('keeps its state when write throws: what was handed over is not written twice', () => {
    let fail = true;
    const copies: Buffer[] = [];
    const writer = new FrameWriter((bytes) => {
      if (fail) throw new Error('closed');
      return copies.push(Buffer.from(bytes)) > 0;
    });
    writer.reply(1, '1');
    expect(() => writer.flush()).toThrow('closed');
    fail = false;
    writer.reply(2, '2');
    writer.flush();
    expect(framesOf(copies).map((frame) => frame.header.messageId)).toEqual([2]);
  });

  it('refuses a header longer than 65535 bytes and writes nothing of it', () => {
    const { writer } = setUp();
    expect(() => writer.frame({ action: 'x'.repeat(65500) }, new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'ERR_UNENCODABLE' }) as Error,
    );
    expect(writer.pendingBytes).toBe(0);
  });
});
