import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { LevelStore } from '../../src/storage/LevelStore';
import type { OutboxOptions } from '../../src/storage/outbox/OutboxOptions';
import { temporaryFolder, type TemporaryFolder } from '../cli/temporaryFolder';
import { createVirtualClock, type VirtualClock } from '../support/createVirtualClock';
import { createTestOutbox, type TestOutbox } from './outbox/openOutbox';

const ROOT = path.join(__dirname, '..', '..');

let clock: VirtualClock;
let temporary: TemporaryFolder;
let folder: string;
let made: TestOutbox[];

function create(options: Partial<OutboxOptions> = {}): TestOutbox {
  const test = createTestOutbox(clock, { path: folder, ...options });
  made.push(test);
  return test;
}

/** Reads everything there is, as the next process would. */
async function readAll(): Promise<string[]> {
  const test = create();
  await test.outbox.open();
  const expected = await depth(test);
  for (let handed = -1; handed < expected;) {
    // Reading from the disk takes real turns.
    await new Promise((resolve) => setImmediate(resolve));
    handed = test.handed.length;
    test.acknowledge(...test.open());
  }
  const texts = test.handed.map(({ message: { text } }) => (text ?? '').trimEnd());
  await test.outbox.close();
  return texts;
}

async function depth({ outbox }: TestOutbox): Promise<number> {
  let found = 0;
  outbox.outbox$.subscribe((state) => (found = state.depth)).unsubscribe();
  return found;
}

async function fill(...texts: string[]): Promise<void> {
  const test = create();
  test.tell(...texts);
  await test.outbox.persisted();
  await test.outbox.close();
  expect(test.reported).toEqual([]);
}

const files = (pattern: RegExp): string[] =>
  readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => path.join(folder, name));

beforeEach(() => {
  clock = createVirtualClock();
  temporary = temporaryFolder();
  folder = path.join(temporary.path, 'deep', 'outbox');
  made = [];
});

afterEach(async () => {
  for (const { outbox } of made) await outbox.close();
  temporary.remove();
});

describe('An outbox on disk', () => {
  it('is there again after closing and opening, in order', async () => {
    await fill('1', '2', '3');
    expect(await readAll()).toEqual(['1', '2', '3']);
    expect(await readAll()).toEqual([]);
  });

  it('refuses a second app on the same folder, naming it and what to do', async () => {
    const first = create();
    await first.outbox.open();
    const second = create();
    await expect(second.outbox.open()).rejects.toMatchObject({
      code: 'ERR_OUTBOX_LOCKED',
      path: folder,
      message: expect.stringMatching(/outbox is taken.*Outbox\.Path/) as string,
    });
    second.tell('1');
    await expect(second.outbox.persisted()).rejects.toMatchObject({ code: 'ERR_OUTBOX' });
    expect(second.reported).toMatchObject([{ code: 'ERR_OUTBOX', delivered: 'no' }]);
    await first.outbox.close();
    await clock.advance(1000);
    await second.outbox.open();
  });

  it('refuses a second process on the same folder', async () => {
    const first = create();
    await first.outbox.open();
    const { code, errors } = await run(['1', '10']).ended;
    expect(code).not.toBe(0);
    expect(errors).toContain('ERR_OUTBOX_LOCKED');
  });

  it('has everything that it confirmed after its process was killed while writing', async () => {
    for (let round = 0; round < 3; round += 1) {
      rmSync(folder, { recursive: true, force: true });
      const program = run(['100000', '1000']);
      await program.printed(100 * (round + 1));
      program.kill();
      const { lines } = await program.ended;
      const confirmed = lines.filter((line) => line.startsWith('kept ')).map((line) => line.slice(5));
      expect(confirmed.length).toBeGreaterThanOrEqual(100);
      const found = await readAll();
      expect(found.slice(0, confirmed.length)).toEqual(confirmed);
    }
  });

  it('reports what a limit of the file size keeps from the disk, and keeps all that it confirmed', async () => {
    const { code, lines } = await run(['100', '4000'], 128).ended;
    expect(code).toBe(0);
    const confirmed = lines.filter((line) => line.startsWith('kept ')).map((line) => line.slice(5));
    const failed = lines.filter((line) => line.startsWith('failed '));
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed)).toEqual(new Set(['failed ERR_OUTBOX no']));
    expect(confirmed.length + failed.length).toBe(500);
    // It went on after the failure.
    expect(confirmed.at(-1)?.startsWith('9')).toBe(true);
    expect(await readAll()).toEqual(confirmed);
  });

  it('leaves out half a record at the end of its log, which nobody was promised', async () => {
    await fill('1');
    await fill('2');
    const [log = ''] = files(/\.log$/);
    truncateSync(log, readFileSync(log).length - 3);
    expect(await readAll()).toEqual(['1']);
  });

  it('tells when a record in its log is damaged', async () => {
    await fill('a'.repeat(1000));
    const [log = ''] = files(/\.log$/);
    const bytes = readFileSync(log);
    bytes.writeUInt8(bytes.readUInt8(500) ^ 255, 500);
    writeFileSync(log, bytes);
    const test = create();
    await test.outbox.open();
    expect(test.reported).toMatchObject([
      { code: 'ERR_OUTBOX', message: expect.stringMatching(/has lost something: \d+ bytes/) as string },
    ]);
  });

  it.each([
    ['its first file', /^CURRENT$/, 'CURRENT is missing'],
    ['its log', /\.log$/, 'its log is missing'],
    ['its manifest', /^MANIFEST/, 'MANIFEST'],
  ])('refuses to begin anew in place of a store that lost %s', async (_, pattern, reason) => {
    await fill('1');
    // Opened a second time it has a table besides the log.
    await fill('2');
    for (const file of files(pattern)) rmSync(file);
    const before = readdirSync(folder).filter((name) => /ldb|log$/.test(name));
    await expect(create().outbox.open()).rejects.toMatchObject({
      code: 'ERR_OUTBOX',
      message: expect.stringMatching(
        new RegExp(`${folder}.*${reason}.*restore it from a copy, or move the folder away`),
      ) as string,
    });
    expect(readdirSync(folder).filter((name) => /ldb|log$/.test(name))).toEqual(before);
  });

  it('begins anew where its process was killed while the store was being made', async () => {
    mkdirSync(folder, { recursive: true });
    for (const name of ['LOCK', 'LOG', 'MANIFEST-000001', '000001.dbtmp'])
      writeFileSync(path.join(folder, name), '');
    await fill('1');
    expect(await readAll()).toEqual(['1']);
  });

  it('refuses a folder of other files, and leaves them alone', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'thesis.tex'), '');
    await expect(create().outbox.open()).rejects.toThrow(/thesis\.tex; name a new or empty folder/);
    expect(readdirSync(folder)).toEqual(['thesis.tex']);
  });

  it('refuses a LevelDB of somebody else', async () => {
    const other = new LevelStore(folder);
    await other.open();
    await other.write([{ type: 'put', key: 'a', value: Buffer.from('b') }], true);
    await other.close();
    await expect(create().outbox.open()).rejects.toThrow(/no outbox; name a new or empty folder/);
  });

  it('refuses a file in place of a folder', async () => {
    mkdirSync(path.dirname(folder));
    appendFileSync(folder, 'text');
    await expect(create().outbox.open()).rejects.toThrow(/a file is in the way/);
  });
});

interface Program {
  /** Resolves when it has printed so many lines. */
  printed(lines: number): Promise<void>;
  kill(): void;
  readonly ended: Promise<{ readonly code: unknown; readonly lines: string[]; readonly errors: string }>;
}

/** appendProgram.ts as a process of its own; `fileKiB`: the largest file it may write, in KiB. */
function run(args: string[], fileKiB?: number): Program {
  const command = [
    process.execPath,
    '-r',
    path.join(ROOT, 'scripts', 'typescript.js'),
    path.join(__dirname, 'outbox', 'appendProgram.ts'),
    folder,
    ...args,
  ];
  // POSIX counts in blocks of 512 bytes.
  const limit = fileKiB === undefined ? '' : `ulimit -f ${fileKiB * 2}; `;
  const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (errors += piece));
  const whole = (): string[] => text.split('\n').slice(0, -1);
  return {
    async printed(lines) {
      while (whole().length < lines) await once(child.stdout, 'data');
    },
    kill: () => child.kill('SIGKILL'),
    ended: once(child, 'close').then(([code]: unknown[]) => ({ code, lines: whole(), errors })),
  };
}
