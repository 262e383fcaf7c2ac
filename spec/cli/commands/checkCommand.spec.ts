import path from 'node:path';
import { runMain } from '../runMain';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder';

describe('rxcomet check', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const check = async (file: string, colours = false) => {
    const run = runMain(['check', file], { colours });
    const code = await run.exitCode;
    return { code, stdout: run.stdout, stderr: run.stderr };
  };

  it('sums a good file up in one line', async () => {
    const file = folder.write(
      'settings.yml',
      `Socket_connection:
  Host:
    - {IP: 127.0.0.1, Port: 0}
    - {IP: '::1', Port: 65432}
  Client:
    Telegram: {IP: 127.0.0.4, Port: 65432}
`,
    );
    expect(await check(file)).toEqual({
      code: 0,
      stdout: `${file} is fine: 2 hosts (127.0.0.1:0, [::1]:65432), 1 client (Telegram 127.0.0.4:65432)\n`,
      stderr: '',
    });
  });

  it('counts what is not there', async () => {
    const file = folder.write('settings.yml', 'Socket_connection:\n  Host: {IP: 127.0.0.1, Port: 1}\n');
    expect((await check(file)).stdout).toBe(`${file} is fine: 1 host (127.0.0.1:1), no clients\n`);
  });

  it('names the address of Metrics', async () => {
    const text = 'Socket_connection:\n  Host: {IP: 127.0.0.1, Port: 1}\n  Metrics: {IP: "::1", Port: 9464}\n';
    const file = folder.write('settings.yml', text);
    expect((await check(file)).stdout).toBe(
      `${file} is fine: 1 host (127.0.0.1:1), no clients, metrics at http://[::1]:9464/metrics\n`,
    );
  });

  it('prints the warnings of a good file to stderr', async () => {
    const file = folder.write('settings.yml', 'Socket_connection:\n  Host: {IP: 0.0.0.0, Port: 1}\n');
    const { code, stderr } = await check(file);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: .*0\.0\.0\.0/);
  });

  it('prints every problem with its place and ends with 1', async () => {
    const file = folder.write(
      'settings.yml',
      'Socket_connection:\n  Host:\n    IP: 127.0.0.1\n    Port: 70000\n  Clients:\n    A: 1\n',
    );
    expect(await check(file)).toEqual({
      code: 1,
      stdout:
        `${file}:4:11: Socket_connection.Host.Port: expected an integer from 0 to 65535, got 70000\n` +
        `${file}:5:3: Socket_connection.Clients: is no key of Socket_connection; did you mean Client?\n`,
      stderr: '',
    });
  });

  it('prints all of very many problems', async () => {
    const hosts = Array.from(
      { length: 150 },
      (_, index) => `    - {IP: 127.0.0.1, Port: ${70_000 + index}}\n`,
    );
    const file = folder.write('settings.yml', `Socket_connection:\n  Host:\n${hosts.join('')}`);
    expect((await check(file)).stdout.trimEnd().split('\n')).toHaveLength(150);
  });

  it('makes the place bold where stdout shows colours', async () => {
    const file = folder.write('settings.yml', 'a: [\n');
    expect((await check(file, true)).stdout).toMatch(
      /^\u001b\[1m[^\u001b]+settings\.yml:\d+:\d+\u001b\[0m: /,
    );
  });

  it('tells of a file that is not there', async () => {
    const file = path.join(folder.path, 'gone.yml');
    expect(await check(file)).toEqual({
      code: 1,
      stdout: `${file}: there is no such file; check the path, which starts at the current folder\n`,
      stderr: '',
    });
  });
});
