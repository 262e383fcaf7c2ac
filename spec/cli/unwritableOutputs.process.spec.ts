import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { describeWithPython } from '../interop/describeWithPython';
import { buildPackage } from '../support/buildPackage';
import { CliProcesses } from './startProcess';
import { temporaryFolder, type TemporaryFolder } from './temporaryFolder';

// Some fifty processes, on a machine that may be busy.
jest.setTimeout(240_000);

const RECORDING = [
  '{"rxcomet":"recording","version":1,"started":"2026-01-31T12:00:00.000Z"}',
  '{"at":1,"link":1,"side":"host","dialect":"comet","kind":"open"}',
  '{"at":2,"link":1,"side":"host","dialect":"comet","kind":"message","id":1,"action":"Double","text":"2"}',
  '{"at":3,"link":1,"side":"host","dialect":"comet","kind":"ack","id":1,"text":"4"}',
  '{"at":4,"link":1,"side":"host","dialect":"comet","kind":"close","how":"fin"}',
];

describe('Outputs that cannot be written', () => {
  const processes = new CliProcesses();
  const opened: number[] = [];
  let folder: TemporaryFolder;

  /** A host that stands for all specs that only need one. */
  const hosts = new CliProcesses();
  let hostAddress: string;

  beforeAll(async () => {
    buildPackage();
    const own = temporaryFolder();
    writeFiles(own);
    const host = hosts.start(['serve', '--handlers', 'handlers.mjs'], { cwd: own.path });
    hostAddress = await host.printed(/listening on (\S+)\n/);
    own.remove();
  });

  afterAll(() => hosts.killAll());

  const writeFiles = (to: TemporaryFolder): void => {
    to.write('settings.yml', 'Socket_connection:\n  Host: {IP: 127.0.0.9, Port: 0}\n');
    to.write('handlers.mjs', 'export default { Double: (value) => value * 2 };');
    to.write('session.ndjson', RECORDING.map((line) => `${line}\n`).join(''));
  };

  beforeEach(() => {
    folder = temporaryFolder();
    writeFiles(folder);
  });

  afterEach(async () => {
    await processes.killAll();
    for (const descriptor of opened.splice(0)) closeSync(descriptor);
    folder.remove();
  });

  const open = (name: string, flags: string): number => {
    const descriptor = openSync(name, flags);
    opened.push(descriptor);
    return descriptor;
  };
  const start = (
    args: readonly string[],
    outputs: readonly [stdout: number | 'pipe', stderr: number | 'pipe'],
  ) => processes.start(args, { cwd: folder.path, stdio: ['ignore', ...outputs] });
  const send = (address: string, action: string, value: string) =>
    start(['send', address, action, value], ['pipe', 'pipe']).finished;

  /** What the system says of each kind of descriptor that takes nothing. */
  const UNWRITABLE: readonly (readonly [name: string, flags: string, code: string])[] = [
    ['/dev/full', 'w', 'ENOSPC'],
    ['/dev/null', 'r', 'EBADF'],
  ];

  it.each<[string, (address: string) => readonly string[]]>([
    ['--help', () => ['--help']],
    ['--version', () => ['--version']],
    ['check', () => ['check']],
    ['send', (address) => ['send', address, 'Double', '2']],
    ['serve', () => ['serve']],
    ['record', (address) => ['record', '--listen', '127.0.0.9:0', '--to', address, '-o', 'new.ndjson']],
    ['record -o -', (address) => ['record', '--listen', '127.0.0.9:0', '--to', address, '-o', '-']],
    ['replay', () => ['replay', 'session.ndjson', '--handlers', 'handlers.mjs']],
    ['replay --as-host', () => ['replay', 'session.ndjson', '--as-host', '127.0.0.9:0']],
  ])('%s ends with one sentence and exit code 1 when the disk under stdout is full', async (_, args) => {
    const { code: exitCode, stderr } = await start(args(hostAddress), [open('/dev/full', 'w'), 'pipe'])
      .finished;
    const sentences = stderr.split('\n').filter((line) => line.includes('stdout cannot be written'));
    expect({ exitCode, sentences }).toEqual({
      exitCode: 1,
      sentences: [expect.stringMatching(/^rxcomet.*: stdout cannot be written: ENOSPC/) as string],
    });
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  describe.each(UNWRITABLE)('when stdout is %s opened for %s', (name, flags, code) => {
    it('watch ends so at its first message, which is not acknowledged', async () => {
      const watch = start(['watch'], [open(name, flags), 'pipe']);
      const address = await watch.printed(/listening on (\S+)\n/);
      const sent = await send(address, 'Log', '1');
      const { code: exitCode, stderr } = await watch.finished;
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(
          new RegExp(`^listening on \\S+\nrxcomet watch: stdout cannot be written: .*${code}.*\n$`),
        ) as string,
      });
      expect(sent).toMatchObject({ code: 1, stdout: '' });
    });
  });

  it.each(UNWRITABLE)('serve goes on when stderr is %s opened for %s', async (name, flags) => {
    folder.write(
      'failing.mjs',
      'export default { Fail: () => { throw new Error("stuck"); }, Double: (value) => value * 2 };',
    );
    const serving = start(
      ['serve', '--handlers', 'failing.mjs', '--log-level', 'debug'],
      ['pipe', open(name, flags)],
    );
    const address = await serving.printed(/listening on (\S+)\n/);
    expect(await send(address, 'Fail', '1')).toMatchObject({ code: 1 });
    expect(await send(address, 'Double', '2')).toMatchObject({ code: 0, stdout: '4\n' });
    serving.child.kill('SIGTERM');
    expect((await serving.finished).code).toBe(0);
  });

  it.each(UNWRITABLE)(
    'a command that only warns ends as ever when stderr is %s opened for %s',
    async (name, flags) => {
      folder.write('open.yml', 'Socket_connection:\n  Host: {IP: 0.0.0.0, Port: 0}\n');
      const { code, stdout } = await start(['check', 'open.yml'], ['pipe', open(name, flags)]).finished;
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: 'open.yml is fine: 1 host (0.0.0.0:0), no clients\n',
      });
      const refused = await start(['send', 'Nobody', 'A', '1'], ['pipe', open(name, flags)]).finished;
      expect(refused.code).toBe(2);
    },
  );

  it('a command whose both outputs cannot be written ends in order', async () => {
    expect(await start(['check'], [open('/dev/full', 'w'), open('/dev/full', 'w')]).finished).toMatchObject({
      code: 1,
    });
  });

  describeWithPython('on a terminal that closes', () => {
    /**
     * Runs a command on a terminal of its own that it does not belong to, so that no SIGHUP ends it, and
     * closes the terminal once it listens.
     */
    const PROGRAM = `
import os, pty, subprocess, sys
master, slave = pty.openpty()
outputs = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, sys.argv[1]: slave}
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, start_new_session=True, **outputs)
os.close(slave)
seen = b''
while b'listening on' not in seen or not seen.endswith(b'\\n'):
    seen += os.read(master if sys.argv[1] == 'stdout' or 'watch' in sys.argv else child.stdout.fileno(), 4096)
os.close(master)
print(child.pid, seen.decode().split()[-1], flush=True)
rest = (child.stderr or child.stdout).read()
print(child.wait(), rest.decode(), flush=True)
`;
    const onTerminal = (output: 'stdout' | 'stderr', ...args: string[]) => {
      const bin = path.join(__dirname, '..', '..', 'dist', 'cli', 'bin.js');
      const child = spawn('python3', ['-c', PROGRAM, output, process.execPath, bin, ...args], {
        cwd: folder.path,
        env: { ...process.env, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return child;
    };

    it('serve goes on without its log', async () => {
      folder.write(
        'failing.mjs',
        'export default { Fail: () => { throw new Error("stuck"); }, Double: (value) => value * 2 };',
      );
      const python = onTerminal('stderr', 'serve', '--handlers', 'failing.mjs', '--log-level', 'debug');
      let said = '';
      python.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      while (!said.includes('\n')) await once(python.stdout, 'data');
      const [pid = '', address = ''] = said.trim().split(' ');
      expect(await send(address, 'Fail', '1')).toMatchObject({ code: 1 });
      expect(await send(address, 'Double', '2')).toMatchObject({ code: 0, stdout: '4\n' });
      process.kill(Number(pid), 'SIGTERM');
      await once(python, 'close');
      // Code 0, or the signal of an abort: at its very end Node 20 ends by SIGABRT or SIGSEGV where a
      // terminal that it began with is gone.
      expect(said.split('\n')[1]).toMatch(/^(0|-6|-11) $/);
    });
  });

  describe('standard input that cannot be read', () => {
    const sendInput = (address: string, stdin: number | 'ignore' | 'pipe') =>
      processes.start(['send', address, 'Wave', '--file', '-', '--dialect', 'native'], {
        cwd: folder.path,
        stdio: [stdin, 'pipe', 'pipe'],
      });

    it.each<[string, string, string]>([
      ['.', 'r', 'EISDIR'],
      ['written.bin', 'w', 'EBADF'],
    ])('%s opened for %s is refused, and nothing is sent', async (name, flags, code) => {
      const watching = start(['watch', '--json'], ['pipe', 'pipe']);
      const address = await watching.printed(/listening on (\S+)\n/);
      const {
        code: exitCode,
        stdout,
        stderr,
      } = await sendInput(address, open(path.join(folder.path, name), flags)).finished;
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringMatching(
          new RegExp(`^rxcomet send: --file - cannot be read: .*${code}`),
        ) as string,
      });
      watching.child.kill('SIGTERM');
      expect((await watching.finished).stdout).toBe('');
    });

    it('that is closed is refused, and nothing is sent', async () => {
      const watching = start(['watch', '--json'], ['pipe', 'pipe']);
      const address = await watching.printed(/listening on (\S+)\n/);
      const bin = path.join(__dirname, '..', '..', 'dist', 'cli', 'bin.js');
      const child = spawn(
        'sh',
        [
          '-c',
          'exec "$@" <&-',
          'sh',
          process.execPath,
          bin,
          'send',
          address,
          'Wave',
          '--file',
          '-',
          '--dialect',
          'native',
        ],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const [exitCode] = (await once(child, 'close')) as [number];
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringMatching(
          /^rxcomet send: --file - cannot be read: standard input is closed/,
        ) as string,
      });
      watching.child.kill('SIGTERM');
      expect((await watching.finished).stdout).toBe('');
    });

    it('an empty pipe and an empty file are sent as empty bytes', async () => {
      const watching = start(['watch', '--json'], ['pipe', 'pipe']);
      const address = await watching.printed(/listening on (\S+)\n/);
      const piped = sendInput(address, 'pipe');
      piped.child.stdin?.end();
      expect(await piped.finished).toMatchObject({ code: 0, stderr: '' });
      const file = sendInput(address, open(folder.write('empty.bin', ''), 'r'));
      expect(await file.finished).toMatchObject({ code: 0, stderr: '' });
      watching.child.kill('SIGTERM');
      expect((await watching.finished).stdout.match(/"value":\{"base64":""\}/g)).toHaveLength(2);
    });
  });
});
