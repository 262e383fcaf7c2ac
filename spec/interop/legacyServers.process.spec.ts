import { lastValueFrom, toArray } from 'rxjs';
import { createApp, parseConfig, type App, type Failure } from 'rxcomet';
import { silentLogger } from '../../src/runtime/Logger';
import { describeWithPython } from './describeWithPython';
import { LegacyServer } from './LegacyServer';

describeWithPython('A legacy server in Python, asked by an rxcomet client', () => {
  let app: App;
  let server: LegacyServer;
  let failures: Failure[];

  /** Starts the server and an app with one client, Lab, that sends to it. */
  const connect = async (
    args: readonly string[],
    client: Readonly<Record<string, unknown>> = {},
  ): Promise<void> => {
    server = await LegacyServer.start(...args);
    const Lab = { IP: '127.0.0.1', Port: server.port, ...client };
    app = createApp(parseConfig({ Socket_connection: { Client: { Lab } } }), { logger: silentLogger });
    failures = [];
    app.failures$.subscribe((failure) => failures.push(failure));
  };

  afterEach(async () => {
    await app.stop({ graceMs: 0 });
    await server.stop();
    expect(server.events.filter(({ event }) => event === 'hang')).toEqual([]);
  });

  it('answers every JSON value it does not call falsy', async () => {
    await connect(['--echo']);
    const values = [
      { id: 'text', nested: { list: [1, [2, { three: 3 }]], no: null } },
      'plain text',
      -12.5,
      9007199254740991,
      true,
      [0],
      NaN,
      [NaN, Infinity, -Infinity],
      'ü € 漢字 𝄞 😀 "quoted" \\ \n',
    ];
    const results: unknown[] = [];
    for (const value of values) results.push(await app.peer('Lab').ask('Echo', value));
    expect(results).toEqual(values.map((value) => ({ action: 'Echo', value })));
    expect(await server.until('answered', values.length)).toEqual(
      values.map(() => expect.objectContaining({ reset: false }) as unknown),
    );
  });

  it('sees a frame of its own kind', async () => {
    await connect(['--echo'], { Dialect: 'comet' });
    await app.peer('Lab').ask('Status', { unit: 4 });
    const [request] = await server.until('request');
    expect(request).toMatchObject({
      header: {
        byteorder: expect.stringMatching(/^(little|big)$/) as string,
        'content-type': 'text/json',
        'content-encoding': 'utf-8',
        'content-length': expect.any(Number) as number,
      },
      text: '{"action": "Status", "value": {"unit": 4}}',
    });
    expect(Object.keys(request?.header ?? {}).length).toBe(4);
  });

  it('gives its result once to a send, which then completes', async () => {
    await connect(['--answers', '{"Status": "ready"}']);
    expect(await lastValueFrom(app.peer('Lab').send('Status', 1).pipe(toArray()))).toEqual(['ready']);
    expect(await app.peer('Lab').ask('Nothing', 1)).toBeNull();
  });

  it('may answer in pieces', async () => {
    await connect(['--echo', '--pieces', '1', '--delay-ms', '0.5']);
    expect(await app.peer('Lab').ask('Slow', 'piece by piece: 𝄞')).toEqual({
      action: 'Slow',
      value: 'piece by piece: 𝄞',
    });
  });

  it('takes and returns a value of 5 MB', async () => {
    await connect(['--echo']);
    const value = 'v'.repeat(5_000_000);
    const result = (await app.peer('Lab').ask('Large', value, { timeoutMs: 20_000 })) as { value: string };
    expect(result.value === value).toBe(true);
  });

  it('may answer with raw bytes', async () => {
    await connect(['--raw-reply', 'raw 𝄞']);
    const result = await app.peer('Lab').ask('Image', 1);
    expect(result).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(result as Uint8Array).toString()).toBe('raw 𝄞');
  });

  it('is sent raw bytes under the empty action', async () => {
    await connect([]);
    const result = await app.peer('Lab').ask('', new TextEncoder().encode('abcdefghijklmnop'));
    expect(Buffer.from(result as Uint8Array).toString()).toBe('First 10 bytes of request: abcdefghij');
  });

  it('gets its messages in the order they were sent, detached or awaited', async () => {
    await connect(['--echo']);
    const lab = app.peer('Lab');
    const asked: Promise<unknown>[] = [];
    for (let n = 1; n <= 30; n += 1) {
      if (n % 3 === 0) asked.push(lab.ask('Point', n));
      else lab.tell('Point', n);
    }
    await Promise.all(asked);
    const requests = await server.until('request', 30);
    expect(requests.map(({ text }) => (JSON.parse(text ?? '') as { value: number }).value)).toEqual(
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
    expect(failures).toEqual([]);
  });

  it('that refuses a falsy value is a failure, not a result', async () => {
    await connect(['--echo']);
    for (const value of [0, '', {}, [], false, null]) {
      await expect(app.peer('Lab').ask('A', value)).rejects.toMatchObject({
        code: 'ERR_REMOTE',
        client: 'Lab',
        action: 'A',
        delivered: 'yes',
        message: expect.stringContaining('Error: invalid action and or value A') as string,
      });
    }
  });

  it('without a responder is a failure, not a result', async () => {
    await connect(['--no-responder']);
    await expect(app.peer('Lab').ask('A', 1)).rejects.toMatchObject({ code: 'ERR_REMOTE', delivered: 'yes' });
    app.peer('Lab').tell('A', 1);
    await server.until('answered', 2);
    await app.stop();
    expect(failures).toMatchObject([{ code: 'ERR_REMOTE', action: 'A', peer: 'Lab' }]);
  });

  it('may give a result that only looks like an error', async () => {
    await connect(['--answers', '{"Log": "Error: 0 of 5 measurements failed"}']);
    expect(await app.peer('Lab').ask('Log', 1)).toBe('Error: 0 of 5 measurements failed');
  });

  it('that drops the first ask is told as such, and answers the next', async () => {
    await connect(['--echo', '--die-before-answering', '1']);
    await expect(app.peer('Lab').ask('First', 1)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_CLOSED',
      client: 'Lab',
      action: 'First',
      delivered: 'unknown',
    });
    expect(await app.peer('Lab').ask('Second', 2)).toEqual({ action: 'Second', value: 2 });
    // It was never sent twice.
    expect(await server.until('request', 2)).toHaveLength(2);
  });

  it('that dies on the first ask is told as such, and then as unreachable', async () => {
    await connect(['--echo', '--die-before-answering', '1', '--exit']);
    await expect(app.peer('Lab').ask('First', 1)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_CLOSED',
      delivered: 'unknown',
    });
    await server.ended();
    const error: unknown = await app
      .peer('Lab')
      .ask('Second', 2, { timeoutMs: 300 })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_PEER_UNREACHABLE', delivered: 'no' });
    expect(String((error as Error).cause)).toMatch(/refuse/i);
  });

  it.each([
    ['no frame', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['JSON without a result', legacyFrame('{"answer": 1}')],
    ['no JSON', legacyFrame('{nonsense')],
  ])('that answers with %s is a bad reply', async (_what, reply) => {
    await connect(['--reply-hex', reply.toString('hex')]);
    await expect(app.peer('Lab').ask('A', 1)).rejects.toMatchObject({ code: 'ERR_BAD_REPLY', client: 'Lab' });
  });

  it('that closes in the middle of its reply leaves the ask without one', async () => {
    await connect(['--reply-hex', legacyFrame('{"result": 1}').subarray(0, 60).toString('hex')]);
    await expect(app.peer('Lab').ask('A', 1)).rejects.toMatchObject({ client: 'Lab', delivered: 'unknown' });
  });

  it.each(['auto', 'comet'])('is never sent what would hang it (dialect %s)', async (Dialect) => {
    await connect(['--echo'], { Dialect });
    const lab = app.peer('Lab');
    const values = [0, '', {}, [], false, null, undefined, NaN, new Uint8Array(0), new Uint8Array([1])];
    for (const action of ['', 'A', '__proto__']) {
      for (const value of values) {
        lab.tell(action, value);
        lab.tell(action, value, { confirm: false });
        await lab.ask(action, value).catch(() => undefined);
      }
    }
    const subscription = lab.send('A', 1).subscribe();
    subscription.unsubscribe();
    expect(await lab.ask('Alive', 'yes')).toEqual({ action: 'Alive', value: 'yes' });
    for (const { header, base64, text } of await server.until('request')) {
      expect(header).not.toHaveProperty('ack');
      expect(header).not.toHaveProperty('cancel');
      expect(header).not.toHaveProperty('ping');
      expect(base64 ?? text).not.toBe('');
    }
  });

  it('refuses to carry an empty content or a raw value with an action, before anything is written', async () => {
    await connect(['--echo']);
    const lab = app.peer('Lab');
    await lab.ask('A', 1);
    await expect(lab.ask('', new Uint8Array(0))).rejects.toMatchObject({
      code: 'ERR_LEGACY_EMPTY_CONTENT',
      delivered: 'no',
    });
    await expect(lab.ask('Image', new Uint8Array([1]))).rejects.toMatchObject({
      code: 'ERR_LEGACY_RAW_ACTION',
      delivered: 'no',
    });
    expect(await server.until('request')).toHaveLength(1);
  });

  it('may replace a native host on the same port, and be replaced by one again', async () => {
    await connect(['--echo']);
    const { port } = server;
    const lab = app.peer('Lab');
    const askUntilAnswered = async (value: number): Promise<unknown> => {
      // The kept connection of a host that has just gone may take the first message with it.
      for (;;) {
        try {
          return await lab.ask('Who', value);
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/CONNECTION_CLOSED|UNREACHABLE/) as string,
          });
        }
      }
    };
    expect(await askUntilAnswered(1)).toEqual({ action: 'Who', value: 1 });

    for (const round of [1, 2]) {
      await server.stop();
      const Host = { IP: '127.0.0.1', Port: port };
      const native = createApp(parseConfig({ Socket_connection: { Host } }), { logger: silentLogger });
      native.handle('Who', (_value, { dialect }) => dialect);
      await native.start();
      expect(await askUntilAnswered(round)).toBe('native');
      await native.stop();

      server = await LegacyServer.start('--echo', '--port', String(port));
      expect(await askUntilAnswered(round)).toEqual({ action: 'Who', value: round });
    }
  });
});

function legacyFrame(text: string): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.from(
    `{"byteorder": "little", "content-type": "text/json", "content-encoding": "utf-8", "content-length": ${content.length}}`,
  );
  return Buffer.concat([Buffer.from([0, header.length]), header, content]);
}
