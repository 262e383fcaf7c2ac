import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackage } from '../support/buildPackage';
import { describeWithPython } from './describeWithPython';
import { LegacyServer } from './LegacyServer';
import { runLegacyClient } from './runLegacyClient';

const bin = path.join(__dirname, '..', '..', 'dist', 'cli', 'bin.js');

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

jest.setTimeout(60_000);

describeWithPython('The built command line and the legacy peers in Python', () => {
  const running = new Set<ChildProcess>();
  let folder: string;
  let server: LegacyServer | undefined;

  beforeAll(buildPackage);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-interop-'));
  });

  afterEach(async () => {
    for (const child of running) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    await server?.stop();
    server = undefined;
    rmSync(folder, { recursive: true });
  });

  /**
   * Starts `rxcomet …`; `printed` resolves with the match once stdout or stderr shows it, `finished` at the
   * end.
   */
  const rxcomet = (...args: string[]) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const finished = once(child, 'close').then(([code]: (number | null)[]): Finished => {
      running.delete(child);
      return { code: code ?? null, stdout, stderr };
    });
    const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`rxcomet ended: ${stdout}${stderr}`);
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), finished]);
      }
    };
    return { child, finished, printed };
  };

  /** Starts `rxcomet serve` on a free port and resolves with its address once it is ready. */
  const serve = async (...args: string[]) => {
    writeFileSync(
      path.join(folder, 'settings.yml'),
      'Socket_connection:\n  Host:\n    IP: 127.0.0.1\n    Port: 0\n',
    );
    const command = rxcomet('serve', '-c', 'settings.yml', ...args);
    const [, ip = '', port = ''] = await command.printed(/listening on (\S+):(\d+)/);
    return { ...command, address: { ip, port: Number(port) } };
  };

  it('serve acknowledges every message with its own action and value', async () => {
    const { address, child, finished } = await serve();
    const results = await runLegacyClient(address, [
      { action: 'Status', value: { unit: 4 } },
      { action: 'Text', value: 'ü 𝄞' },
      { action: 'Points', valueText: '[NaN, 1.5]' },
      { action: 'Cut', value: 'gone', only: 40 },
      { action: '__proto__', value: 1, half_close: true, pieces: 3 },
    ]);
    expect(results.map(({ text }) => text?.replace(/([:,]) /g, '$1'))).toEqual([
      '{"result":{"action":"Status","value":{"unit":4}}}',
      '{"result":{"action":"Text","value":"ü 𝄞"}}',
      '{"result":{"action":"Points","value":[NaN,1.5]}}',
      undefined,
      '{"result":{"action":"__proto__","value":1}}',
    ]);
    child.kill('SIGINT');
    expect((await finished).code).toBe(0);
  });

  it('serve answers fifty clients at once with the handlers of a module', async () => {
    writeFileSync(
      path.join(folder, 'handlers.cjs'),
      `module.exports = {
        Square: (value) => value * value,
        Break: () => { throw new Error('the shutter is stuck'); },
      };`,
    );
    const { address, child, finished } = await serve('--handlers', 'handlers.cjs');
    const exchanges = Array.from({ length: 50 }, (_, value) => ({ action: 'Square', value }));
    const results = await runLegacyClient(address, exchanges, { parallel: true });
    expect(results.map(({ text }) => (JSON.parse(text ?? '') as { result: number }).result)).toEqual(
      exchanges.map(({ value }) => value * value),
    );
    const [broken] = await runLegacyClient(address, [{ action: 'Break', value: 1 }]);
    expect(JSON.parse(broken?.text ?? '')).toEqual({ result: 'Error: the shutter is stuck' });
    child.kill('SIGTERM');
    expect((await finished).code).toBe(0);
  });

  it.each([
    ['Status', '{"unit": 4}', { unit: 4 }],
    ['Status', 'plain text', 'plain text'],
    ['Status', '"ü 𝄞"', 'ü 𝄞'],
    ['Status', '-12.5', -12.5],
  ])('send prints the result of action %s with value %s', async (action, value, sent) => {
    server = await LegacyServer.start('--echo', '--pieces', '7');
    const { code, stdout, stderr } = await rxcomet(
      'send',
      `127.0.0.1:${server.port}`,
      action,
      value,
      '--json',
    ).finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ action, value: sent });
  });

  it('send prints NaN as Python does', async () => {
    server = await LegacyServer.start('--echo');
    const { code, stdout } = await rxcomet('send', `127.0.0.1:${server.port}`, 'A', '[NaN]', '--json')
      .finished;
    expect(code).toBe(0);
    expect(stdout.replaceAll(' ', '')).toBe('{"action":"A","value":[NaN]}\n');
  });

  it('send --detach delivers and prints no result', async () => {
    server = await LegacyServer.start('--echo');
    const { code, stdout } = await rxcomet('send', `127.0.0.1:${server.port}`, 'Log', 'done', '--detach')
      .finished;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(await server.until('answered')).toHaveLength(1);
  });

  it.each([
    ['drops the ask', ['--die-before-answering', '1'], 'ERR_CONNECTION_CLOSED'],
    ['has no responder', ['--no-responder'], 'ERR_REMOTE'],
    ['answers nonsense', ['--reply-hex', '0002ffff'], 'ERR_BAD_REPLY'],
  ])('send ends with 1 and says why when the peer %s', async (_what, args, errorCode) => {
    server = await LegacyServer.start(...args);
    const { code, stdout, stderr } = await rxcomet('send', `127.0.0.1:${server.port}`, 'A', '1').finished;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(errorCode);
    expect(stderr).toMatch(/delivered/);
  });
});
