import { describeWithPython } from './describeWithPython';
import { LegacyServer } from './LegacyServer';
import { runLegacyClient, type LegacyExchange, type LegacyResult } from './runLegacyClient';

/** The stand-ins must themselves be legacy peers, or the other interoperation specs prove nothing. */
describeWithPython('The legacy server in Python, asked by the legacy client', () => {
  let server: LegacyServer;

  const ask = async (exchange: LegacyExchange): Promise<LegacyResult> => {
    const [result] = await runLegacyClient({ ip: '127.0.0.1', port: server.port }, [exchange]);
    if (result === undefined) throw new Error('no result');
    return result;
  };

  afterEach(async () => {
    await server.stop();
  });

  it('answers with the result of its answer map, in one frame and FIN', async () => {
    server = await LegacyServer.start('--answers', '{"Status": {"ok": true}}');
    expect(await ask({ action: 'Status', value: 'now' })).toEqual({
      header: {
        byteorder: expect.stringMatching(/^(little|big)$/) as string,
        'content-type': 'text/json',
        'content-encoding': 'utf-8',
        'content-length': 24,
      },
      text: '{"result": {"ok": true}}',
      extra: 0,
      end: 'fin',
    });
    expect(await ask({ action: 'Unknown', value: 'now' })).toMatchObject({ text: '{"result": null}' });
  });

  it.each([
    [{ action: 'A', value: 0 }, 'Error: invalid action and or value A, 0'],
    [{ action: 'A', value: '' }, 'Error: invalid action and or value A, '],
    [{ action: 'A', value: {} }, 'Error: invalid action and or value A, {}'],
    [{ action: 'A', value: [] }, 'Error: invalid action and or value A, []'],
    [{ action: 'A', value: false }, 'Error: invalid action and or value A, False'],
    [{ action: 'A', value: null }, 'Error: invalid action and or value A, None'],
    [{ action: '', value: 1 }, 'Error: invalid action and or value , 1'],
  ])('refuses %j in an ordinary reply', async (exchange, result) => {
    server = await LegacyServer.start('--echo');
    expect(await ask(exchange)).toMatchObject({ text: JSON.stringify({ result }).replace(':', ': ') });
  });

  it('says that it has no responder', async () => {
    server = await LegacyServer.start('--no-responder');
    expect(await ask({ action: 'A', value: 1 })).toMatchObject({
      text: '{"result": "No responder function defined for TCP/IP server... Returning empty message"}',
    });
  });

  it.each([{ raw: '' }, ...['{}', '[]', '0', '""', 'false', 'null'].map((content) => ({ content }))])(
    'hangs for good on %j',
    async (exchange) => {
      server = await LegacyServer.start('--echo');
      const asked = ask(exchange);
      await server.until('hang');
      await server.stop();
      expect(await asked).toMatchObject({ end: 'fin', header: null });
    },
  );

  it.each([
    { content: '[1]' },
    { content: '5' },
    { content: '"text"' },
    { content: '' },
    { content: '{nonsense' },
  ])('closes without an answer on %j', async (exchange) => {
    server = await LegacyServer.start('--echo');
    expect(await ask(exchange)).toEqual({ header: null, extra: 0, end: 'fin' });
  });

  it('answers raw bytes with their first ten', async () => {
    server = await LegacyServer.start();
    const { header, base64 } = await ask({ raw: 'abcdefghijklmnop' });
    expect(header).toMatchObject({
      'content-type': 'binary/custom-server-binary-type',
      'content-encoding': 'binary',
    });
    expect(Buffer.from(base64 ?? '', 'base64').toString()).toBe('First 10 bytes of request: abcdefghij');
  });

  it('resets the connection when bytes follow the first request', async () => {
    server = await LegacyServer.start('--echo');
    const frame = Buffer.from(
      '{"byteorder": "little", "content-type": "text/json", "content-encoding": "utf-8", "content-length": 26}',
    );
    const request = Buffer.concat([
      Buffer.from([0, frame.length]),
      frame,
      Buffer.from('{"action": "A","value": 1}'),
    ]);
    await ask({ garbage: Buffer.concat([request, request]).toString('hex') });
    expect(await server.until('answered')).toMatchObject([{ reset: true }]);
  });
});
