import { createApp, parseConfig, type App } from '../../../src';
import { silentLogger } from '../../../src/runtime/Logger';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { createVirtualClock } from '../../support/createVirtualClock';
import { runMain, type RunOptions } from '../runMain';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder';

describe('rxcomet send', () => {
  const clock = createVirtualClock();
  const app = { clock, transport: createMemoryTransport() };
  let folder: TemporaryFolder;
  let host: App;
  let target: string;
  let settings: string;

  beforeEach(async () => {
    folder = temporaryFolder();
    const Host = { IP: '127.0.0.9', Port: 0 };
    const config = parseConfig({ Socket_connection: { Host, Bigint: true } });
    host = createApp(config, { ...app, logger: silentLogger });
    host.handle('Echo', (value) => value);
    host.handle('Kind', (value) => (value instanceof Uint8Array ? `${value.length} bytes` : typeof value));
    host.handle('Break', () => {
      throw new Error('the shutter is stuck');
    });
    host.handle('Sweep', async function* () {
      yield 'first';
      yield { volts: 1.5 };
      yield NaN;
    });
    host.handle('Bytes', () => new Uint8Array([1, 2, 0xff]));
    host.handle('Late', async function* () {
      await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 1500));
      yield 'first';
      await new Promise(() => undefined);
    });
    host.handle('Never', () => new Promise(() => undefined));
    await host.start();
    target = `127.0.0.9:${host.address.port}`;
    settings = folder.write(
      'settings.yml',
      `Socket_connection:\n  Client:\n    Lab: {IP: 127.0.0.9, Port: ${host.address.port}, Ack_timeout_ms: 700}\n`,
    );
  });

  afterEach(async () => {
    const stopping = host.stop({ graceMs: 1 });
    await clock.advance(10);
    await stopping;
    folder.remove();
  });

  const send = async (args: readonly string[], options: RunOptions = {}) => {
    const run = runMain(['send', ...args], { app, ...options });
    const code = await run.exitCode;
    return { code, stdout: run.stdout, stderr: run.stderr };
  };

  it.each([
    ['{"unit": 4}', '{"unit":4}\n'],
    ['-5', '-5\n'],
    ['ramp finished', 'ramp finished\n'],
    ['"5"', '5\n'],
    ['NaN', 'NaN\n'],
    ['null', 'null\n'],
    ['12345678901234567890', '12345678901234567890\n'],
  ])('sends %s to an address and prints the result', async (value, stdout) => {
    expect(await send([target, 'Echo', value])).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('sends to a client of the settings', async () => {
    expect(await send(['Lab', 'Echo', 'hello', '-c', settings])).toEqual({
      code: 0,
      stdout: 'hello\n',
      stderr: '',
    });
  });

  it('prints each of several results on a line', async () => {
    expect((await send([target, 'Sweep', 'null'])).stdout).toBe('first\n{"volts":1.5}\nNaN\n');
    expect((await send([target, 'Sweep', 'null', '--json'])).stdout).toBe('"first"\n{"volts":1.5}\nNaN\n');
  });

  it('prints bytes as they came, or as base64 with --json', async () => {
    expect((await send([target, 'Bytes', '1'])).stdout).toBe('\u0001\u0002\u00ff');
    expect((await send([target, 'Bytes', '1', '--json'])).stdout).toBe('{"base64":"AQL/"}\n');
  });

  it('sends what looks like JSON as text with --text', async () => {
    expect((await send([target, 'Kind', '5'])).stdout).toBe('number\n');
    expect((await send([target, 'Kind', '5', '--text'])).stdout).toBe('string\n');
    expect((await send([target, 'Echo', '{oops', '--text'])).stdout).toBe('{oops\n');
  });

  it('sends the bytes of a file or of standard input', async () => {
    const file = folder.write('wave.bin', new Uint8Array([1, 2, 3]));
    expect((await send([target, 'Kind', '--file', file, '--dialect', 'native'])).stdout).toBe('3 bytes\n');
    const stdin = [new Uint8Array(5), new Uint8Array(6)];
    expect((await send([target, 'Kind', '--file', '-', '--dialect', 'native'], { stdin })).stdout).toBe(
      '11 bytes\n',
    );
  });

  it('says how bytes are sent to a peer whose dialect is unknown', async () => {
    const file = folder.write('wave.bin', new Uint8Array([1, 2, 3]));
    const { code, stdout, stderr } = await send([target, 'Kind', '--file', file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /\[ERR_DIALECT_UNKNOWN, delivered no\]\nif the peer is rxcomet, add --dialect native\n$/,
    );
  });

  it('prints nothing with --detach, and still tells of a failure', async () => {
    expect(await send([target, 'Echo', '5', '--detach'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await send([target, 'Break', '5', '--detach'])).code).toBe(1);
  });

  it('ends with 1 and says why when the peer answers with an error', async () => {
    expect(await send([target, 'Break', '5'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `rxcomet send: the shutter is stuck [ERR_REMOTE, peer's code ERR_HANDLER_FAILED, delivered yes]\n`,
    });
  });

  it('ends with 1 when no answer comes within --timeout', async () => {
    const run = runMain(['send', target, 'Never', '5', '--timeout', '300'], { app });
    await clock.advance(300);
    expect(await run.exitCode).toBe(1);
    expect(run.stderr).toBe(
      `rxcomet send: no answer from "${target}" to "Never" within 300 ms (--timeout) [ERR_ACK_TIMEOUT, delivered unknown]\n`,
    );
  });

  it('tells on a terminal what it waits for, and takes the line away', async () => {
    const run = runMain(['send', '127.0.0.99:1', 'Echo', '5', '--timeout', '3000'], { app, terminal: true });
    await clock.advance(1000);
    expect(run.stderr).toMatch(
      /^\r\u001b\[K127\.0\.0\.99:1 cannot be reached, trying again \(attempt \d+: .*ECONNREFUSED/,
    );
    await clock.advance(3000);
    expect(await run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/\r\u001b\[Krxcomet send: .*\[ERR_PEER_UNREACHABLE, delivered no\]\n$/);

    const slow = runMain(['send', target, 'Never', '5', '--timeout', '3000'], { app, terminal: true });
    await clock.advance(1000);
    expect(slow.stderr).toContain(`waiting for the answer of ${target}`);
    await clock.advance(3000);
    expect(await slow.exitCode).toBe(1);
  });

  it('takes that line away before the first of several results', async () => {
    const run = runMain(['send', target, 'Late', '5', '--timeout', '3000'], { app, terminal: true });
    await clock.advance(1000);
    expect(run.stderr).toMatch(/waiting for the answer of [^\r]+$/);
    await clock.advance(500);
    await run.printed(/^first\n$/);
    expect(run.stderr).toMatch(/\r\u001b\[K$/);
    run.stop('SIGINT');
    expect(await run.exitCode).toBe(130);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1:PORT, such as 127.0.0.1:65432'],
    ['::1', '[::1]:PORT, such as [::1]:65432'],
    ['[fe80::1]', '[fe80::1]:PORT, such as [fe80::1]:65432'],
  ])('tells how an address without a port is given: %s', async (address, hint) => {
    expect(await send([address, 'Echo', '5'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `rxcomet send: TARGET ${address} has no port\ngive it as ${hint}\n`,
    });
  });

  it("waits as long as the client's settings say without --timeout", async () => {
    const run = runMain(['send', 'Lab', 'Never', '5', '-c', settings], { app });
    while (clock.pending === 0) await clock.settle();
    await clock.advance(5000);
    expect(await run.exitCode).toBe(1);
    expect(run.stderr).toContain('within 700 ms (Ack_timeout_ms)');
  });

  it('ends with 1 when nobody listens', async () => {
    const run = runMain(['send', '127.0.0.8:1', 'A', '5'], { app });
    await clock.advance(5000);
    expect(await run.exitCode).toBe(1);
    expect(run.stderr).toMatch(
      /^rxcomet send: no connection to "127\.0\.0\.8:1" within 5000 ms: .+ \[ERR_PEER_UNREACHABLE, delivered no\]\n$/,
    );
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['EPIPE', 0],
  ] as const)('stops waiting at %s with exit code %d', async (cause, code) => {
    const run = runMain(['send', target, 'Never', '5'], { app });
    await clock.settle();
    run.stop(cause);
    expect(await run.exitCode).toBe(code);
    expect(run.stderr).toBe('');
  });

  const usage = 'rxcomet send --help shows how it is used';
  it.each([
    [
      [],
      "TARGET is missing: a client's name in the settings, or IP:PORT ([::1]:65432), which needs no settings",
      usage,
    ],
    [['1.2.3.4:5'], 'ACTION is missing: what the peer is to do', usage],
    [['1.2.3.4:5', 'A'], 'VALUE is missing', "null sends no value, --file PATH sends a file's bytes"],
    [
      ['1.2.3.4:5', 'A', 'two', 'words'],
      '"words" is one argument too many',
      'put quotes around an argument that has spaces',
    ],
    [['1.2.3.4:5', 'A', '1', '--file', 'x'], 'VALUE and --file are two contents; give one of them', usage],
    [
      ['1.2.3.4:5', 'A', '--text', '--file', 'x'],
      '--file sends bytes, --text is for VALUE; give one of them',
      usage,
    ],
    [
      ['1.2.3.4:70000', 'A', '1'],
      'TARGET 1.2.3.4:70000: expected an integer from 1 to 65535, got 70000',
      usage,
    ],
    [
      ['1.2.3:5', 'A', '1'],
      'TARGET 1.2.3:5: expected an IPv4 or IPv6 address or a host name, got the text "1.2.3"',
      'an IPv4 address is four numbers from 0 to 255',
    ],
    [
      ['1.2.3.4:5', 'A', '1', '--timeout', 'soon'],
      '--timeout: expected a positive integer up to 2147483647, got the text "soon"',
      usage,
    ],
    [
      ['1.2.3.4:5', 'A', '1', '--timeout', '0'],
      '--timeout: expected a positive integer up to 2147483647, got 0',
      usage,
    ],
    [
      ['1.2.3.4:5', 'A', '1', '--timeout', '-5'],
      '--timeout: expected a positive integer up to 2147483647, got the text "-5"',
      usage,
    ],
    [
      ['1.2.3.4:5', 'A', '1', '--dialect', 'nativ'],
      '--dialect: expected one of auto, comet, native, got the text "nativ"',
      'did you mean native?',
    ],
  ])('refuses %j', async (args, message, hint) => {
    expect(await send(args)).toEqual({ code: 2, stdout: '', stderr: `rxcomet send: ${message}\n${hint}\n` });
  });

  it('refuses a client that the settings do not have', async () => {
    expect(await send(['Lap', 'Echo', '1', '-c', settings])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'rxcomet send: no client "Lap" in the configuration: did you mean "Lab"? [ERR_UNKNOWN_CLIENT]\n',
    });
  });

  it('refuses wrong settings with their places', async () => {
    const file = folder.write('wrong.yml', 'Socket_connection:\n  Client:\n    Lab: {IP: 127.0.0.9}\n');
    const { code, stderr } = await send(['Lab', 'Echo', '1', '-c', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^[^\n]*wrong\.yml:3:5: Socket_connection\.Client\.Lab\.Port: is missing/);
  });

  it('refuses a file that cannot be read', async () => {
    const { code, stderr } = await send([target, 'A', '--file', `${folder.path}/gone`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^rxcomet send: --file cannot be read: .*ENOENT/);
  });

  it('reads an address with IPv6 and a host name', async () => {
    for (const address of ['[::1]:5', 'localhost:5']) {
      const run = runMain(['send', address, 'A', '1', '--timeout', '1'], { app });
      await clock.advance(1);
      expect(await run.exitCode).toBe(1);
      expect(run.stderr).toContain(`no connection to "${address}"`);
    }
  });
});
