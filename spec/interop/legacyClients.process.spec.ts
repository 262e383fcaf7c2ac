import { from } from 'rxjs';
import { createApp, parseConfig, type App, type Failure } from 'rxcomet';
import { silentLogger } from '../../src/runtime/Logger';
import { describeWithPython } from './describeWithPython';
import { runLegacyClient, type LegacyExchange, type LegacyResult } from './runLegacyClient';

const MIB = 1024 * 1024;

describeWithPython('A legacy client in Python, answered by an rxcomet host', () => {
  let app: App;
  let failures: Failure[];

  beforeEach(() => {
    const config = parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } });
    app = createApp(config, { logger: silentLogger });
    failures = [];
    app.failures$.subscribe((failure) => failures.push(failure));
  });

  afterEach(async () => {
    await app.stop({ graceMs: 0 });
  });

  const ask = async (...exchanges: LegacyExchange[]): Promise<LegacyResult[]> => {
    await app.start();
    return runLegacyClient(app.address, exchanges);
  };

  /** The result of a reply that is exactly one legal frame followed by FIN. */
  const resultOf = ({ header, text, extra, end, error }: LegacyResult = {}): unknown => {
    expect({ extra, end, error }).toEqual({ extra: 0, end: 'fin', error: undefined });
    expect(header).toMatchObject({
      byteorder: expect.stringMatching(/^(little|big)$/) as string,
      'content-type': 'text/json',
      'content-encoding': 'utf-8',
      'content-length': Buffer.byteLength(text ?? ''),
    });
    const reply = JSON.parse(text ?? '') as { result: unknown };
    expect(Object.keys(reply)).toEqual(['result']);
    return reply.result;
  };

  /** Resolves with the failures once there is one of that code. */
  const failed = async (code: string): Promise<Failure> => {
    for (;;) {
      const failure = failures.find((each) => each.code === code);
      if (failure !== undefined) return failure;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('gets every JSON value back as it sent it', async () => {
    const values = [
      { id: 'text', nested: { list: [1, [2, { three: 3 }]], no: null } },
      'plain text',
      '',
      0,
      -12.5,
      1e-7,
      true,
      false,
      [],
      {},
      'ü € 漢字 𝄞 😀 \u0000 "quoted" \\ \n',
      { '😀': '𝄞', __proto__x: 1 },
    ];
    app.handle('Echo', (value) => value);
    const results = await ask(...values.map((value) => ({ action: 'Echo', value })));
    expect(results.map(resultOf)).toEqual(values);
    expect(failures).toEqual([]);
  });

  it('sends and receives NaN and Infinity as Python writes them', async () => {
    const seen: unknown[] = [];
    app.handle('Echo', (value) => {
      seen.push(value);
      return value;
    });
    const [result] = await ask({ action: 'Echo', valueText: '[NaN, Infinity, -Infinity, 1.0]' });
    expect(seen).toEqual([[NaN, Infinity, -Infinity, 1]]);
    expect(result?.text?.replaceAll(' ', '')).toBe('{"result":[NaN,Infinity,-Infinity,1]}');
  });

  it('may write its request in another of Python’s encodings', async () => {
    app.handle('Echo', (value) => value);
    const results = await ask(
      { action: 'Echo', value: 'ü€𝄞', encoding: 'utf-16' },
      { action: 'Echo', value: 'ü€𝄞', encoding: 'U8' },
      { action: 'Echo', value: 'üß', encoding: 'latin-1' },
      { action: 'Echo', value: 'ü€', encoding: 'cp1252' },
      { action: 'Echo', value: 'plain', encoding: 'ascii' },
    );
    expect(results.map(resultOf)).toEqual(['ü€𝄞', 'ü€𝄞', 'üß', 'ü€', 'plain']);
  });

  it('gets a value of 5 MB back', async () => {
    app.handle('Echo', (value) => value);
    const [result] = await ask({ action: 'Echo', value_length: 5_000_000 });
    const text = resultOf(result) as string;
    expect(text.length).toBe(5_000_000);
    expect(text === 'v'.repeat(5_000_000)).toBe(true);
  });

  it('may write in pieces and half-close', async () => {
    app.handle('Echo', (value) => value);
    const results = await ask(
      { action: 'Echo', value: 'byte by byte', pieces: 1 },
      { action: 'Echo', value: 'closed', half_close: true },
      { action: 'Echo', value: 'both', half_close: true, pieces: 7, delay_ms: 1 },
    );
    expect(results.map(resultOf)).toEqual(['byte by byte', 'closed', 'both']);
  });

  it('may half-close and still wait for an answer that takes its time', async () => {
    app.handle('Slow', async (value, { signal }) => {
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return signal.aborted ? 'aborted' : value;
    });
    const [result] = await ask({ action: 'Slow', value: 'later', half_close: true });
    expect(resultOf(result)).toBe('later');
  });

  it('reads its refusal after a blocking sendall of 20 MB, and does not die of a broken pipe', async () => {
    const [result] = await ask({ raw_length: 20_000_000 });
    expect(resultOf(result)).toMatch(/^Error: .*20000000/);
    expect(result?.header).toMatchObject({ status: 'error' });
    const failure = await failed('ERR_CONTENT_TOO_LARGE');
    expect(failure.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(failure.error.message).toContain(String(16 * MIB));
    expect(failure.error.message).toContain('Max_content_bytes');
  });

  it('is served beside 49 others at the same time', async () => {
    app.handle('Echo', async (value) => {
      await new Promise((resolve) => setImmediate(resolve));
      return value;
    });
    await app.start();
    const exchanges = Array.from({ length: 50 }, (_, n) => ({ action: 'Echo', value: { n } }));
    const results = await runLegacyClient(app.address, exchanges, { parallel: true });
    expect(results.map(resultOf)).toEqual(exchanges.map(({ value }) => value));
  });

  it('is told in a result when the handler throws, and so is failures$', async () => {
    app.handle('Break', () => {
      throw new Error('the shutter is stuck');
    });
    const [first, second] = await ask({ action: 'Break', value: 1 }, { action: 'Break', value: 2 });
    expect(resultOf(first)).toBe('Error: the shutter is stuck');
    expect(first?.header).toMatchObject({ status: 'error' });
    expect(resultOf(second)).toBe('Error: the shutter is stuck');
    expect(await failed('ERR_HANDLER_FAILED')).toMatchObject({ action: 'Break' });
  });

  it('gets null when nobody answers', async () => {
    app.handle('Silent', () => undefined);
    const results = await ask({ action: 'Silent', value: 1 }, { action: 'Nobody', value: 1 });
    expect(results.map(resultOf)).toEqual([null, null]);
    expect(await failed('ERR_UNKNOWN_ACTION')).toMatchObject({ action: 'Nobody' });
  });

  it('gets a stream of results as their array', async () => {
    app.handle('Sweep', () => from([1, 2, 3]));
    app.handle('Pull', async function* () {
      yield 'a';
      yield 'b';
    });
    const results = await ask({ action: 'Sweep', value: 1 }, { action: 'Pull', value: 1 });
    expect(results.map(resultOf)).toEqual([
      [1, 2, 3],
      ['a', 'b'],
    ]);
  });

  it('gets bytes when the answer is bytes', async () => {
    app.handle('Image', () => new Uint8Array([0, 1, 254, 255]));
    const [result] = await ask({ action: 'Image', value: 1 });
    expect(result).toMatchObject({ extra: 0, end: 'fin', header: { 'content-length': 4 } });
    expect(Buffer.from(result?.base64 ?? '', 'base64')).toEqual(Buffer.from([0, 1, 254, 255]));
  });

  it('sends raw bytes as the action without a name', async () => {
    app.handle('', (value) => (value instanceof Uint8Array ? Buffer.from(value).toString() : 'no bytes'));
    const [result] = await ask({ raw: 'shutter open' });
    expect(resultOf(result)).toBe('shutter open');
  });

  it('hits nothing with an action that is only the name of something else', async () => {
    let real = 0;
    app.handle('Real', () => {
      real += 1;
      return 'hit';
    });
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '*', '', 'real', 'Real '];
    const results = await ask(...names.map((action) => ({ action, value: 1 })));
    expect(results.map(resultOf)).toEqual(names.map(() => null));
    expect(real).toBe(0);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is not answered when it is gone in the middle of a frame; others do not notice', async () => {
    app.handle('Echo', (value) => value);
    const results = await ask(
      { action: 'Echo', value: 'cut in the prefix', only: 1 },
      { action: 'Echo', value: 'cut in the header', only: 40 },
      { action: 'Echo', value_length: 100_000, only: 90_000 },
      { action: 'Echo', value: 'whole' },
    );
    expect(results.slice(0, 3)).toEqual([{ left: true }, { left: true }, { left: true }]);
    expect(resultOf(results[3])).toBe('whole');
    const failure = await failed('ERR_TRUNCATED_FRAME');
    expect(failure.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('is refused with one readable frame, whatever it writes', async () => {
    const refused: readonly (readonly [LegacyExchange, string])[] = [
      [{ garbage: Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex') }, 'ERR_BAD_HEADER'],
      [{ garbage: '160301020001000001fc0303' }, 'ERR_BAD_HEADER'],
      [{ garbage: '00057b6e6f7065' }, 'ERR_BAD_HEADER'],
      [{ garbage: '00025b5d' }, 'ERR_BAD_HEADER'],
      [{ garbage: '00017b' }, 'ERR_BAD_HEADER'],
      [{ action: 'A', value: 1, header: { byteorder: null } }, 'ERR_BAD_HEADER'],
      [{ action: 'A', value: 1, header: { 'content-type': 7 } }, 'ERR_BAD_HEADER'],
      [{ action: 'A', value: 1, header: { 'content-length': -1 } }, 'ERR_BAD_HEADER'],
      [{ action: 'A', value: 1, header: { 'content-length': 1.5 } }, 'ERR_BAD_HEADER'],
      [{ action: 'A', value: 1, header: { 'content-length': 2 ** 40 } }, 'ERR_CONTENT_TOO_LARGE'],
      [{ action: 'A', value: 1, header: { 'content-encoding': 'rot13' } }, 'ERR_UNKNOWN_ENCODING'],
      [
        { action: 'A', value: 'ü', encoding: 'latin-1', header: { 'content-encoding': 'utf-8' } },
        'ERR_BAD_CONTENT',
      ],
      [{ content: '{"action": "A", "value": }' }, 'ERR_BAD_CONTENT'],
      [{ content: '' }, 'ERR_BAD_CONTENT'],
      [{ content: '[1]' }, 'ERR_BAD_REQUEST'],
      [{ content: '{}' }, 'ERR_BAD_REQUEST'],
      [{ action: 5, value: 1 }, 'ERR_BAD_REQUEST'],
    ];
    app.handle('A', () => 'must not be reached');
    const results = await ask(...refused.map(([exchange]) => exchange));
    for (const result of results) expect(resultOf(result)).toMatch(/^Error: ./);
    expect(failures.map(({ code }) => code)).toEqual(refused.map(([, code]) => code));
    for (const { peer, error } of failures) {
      expect(peer).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(error.message).toContain(peer);
    }
  });

  it('gets one answer and FIN even when it wrote more than its one request', async () => {
    app.handle('Echo', (value) => value);
    const results = await ask(
      { action: 'Echo', value: 1, follow_length: 1 },
      { action: 'Echo', value: 2, follow_length: 5_000_000 },
    );
    expect(results.map(resultOf)).toEqual([1, 2]);
  });

  it('is not taken for a native peer because of keys of its own in the header', async () => {
    app.handle('Echo', (value) => value);
    const [result] = await ask({
      action: 'Echo',
      value: 'mine',
      header: {
        'message-id': 'abc',
        status: 5,
        connection: 'keep-alive',
        ack: 'none',
        cancel: [1],
        goaway: {},
      },
    });
    expect(resultOf(result)).toBe('mine');
  });
});
