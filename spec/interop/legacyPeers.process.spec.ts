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

  it('refuses falsy actions and values in an ordinary reply', async () => {
    server = await LegacyServer.start('--echo');
    const refused: [LegacyExchange, string][] = [
      [{ action: 'A', value: 0 }, 'A, 0'],
      [{ action: 'A', value: '' }, 'A, '],
      [{ action: 'A', value: {} }, 'A, {}'],
      [{ action: 'A', value: [] }, 'A, []'],
      [{ action: 'A', value: false }, 'A, False'],
      [{ action: 'A', value: null }, 'A, None'],
      [{ action: '', value: 1 }, ', 1'],
    ];
    const results = await runLegacyClient(
      { ip: '127.0.0.1', port: server.port },
      refused.map(([exchange]) => exchange),
    );
    expect(results.map(({ text }) => text)).toEqual(
      refused.map(([, shown]) => `{"result": "Error: invalid action and or value ${shown}"}`),
    );
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

  it('closes without an answer on what is no object or no JSON', async () => {
    server = await LegacyServer.start('--echo');
    const contents = ['[1]', '5', '"text"', '', '{nonsense'];
    const results = await runLegacyClient(
      { ip: '127.0.0.1', port: server.port },
      contents.map((content) => ({ content })),
    );
    expect(results).toEqual(contents.map(() => ({ header: null, extra: 0, end: 'fin' })));
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
