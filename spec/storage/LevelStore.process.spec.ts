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
import { ClassicLevel } from 'classic-level';
import { inspectOutbox } from '../../src/storage/outbox/inspectOutbox';
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

/** Reading from the disk takes real turns. */
async function nextReport(test: TestOutbox): Promise<void> {
  while (test.reported.length === 0) await new Promise((resolve) => setImmediate(resolve));
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

  it('tells when a confirmed record was cut off the end of its log, once, and goes on', async () => {
    await fill('1');
    await fill('2');
    const [log = ''] = files(/\.log$/);
    truncateSync(log, readFileSync(log).length - 3);
    const test = create();
    await test.outbox.open();
    expect(test.reported).toMatchObject([
      {
        code: 'ERR_OUTBOX',
        lost: 1,
        message: expect.stringMatching(/its last 1 writes are missing; one message is lost/) as string,
      },
    ]);
    await test.outbox.close();
    await fill('3');
    expect(await readAll()).toEqual(['1', '3']);
  });

  it('tells how many messages a damaged record in its log may concern, and where the damaged files are', async () => {
    await fill('1');
    await fill('a'.repeat(1000), 'b');
    const [log = ''] = files(/\.log$/);
    const bytes = readFileSync(log);
    bytes.writeUInt8(bytes.readUInt8(500) ^ 255, 500);
    writeFileSync(log, bytes);
    const test = create();
    await test.outbox.open();
    expect(test.reported).toMatchObject([
      {
        code: 'ERR_OUTBOX',
        lost: 2,
        message: expect.stringMatching(
          /is damaged: \d+\.log: \d+ of its bytes are no sound record; the files as they were are in .*damaged-.*; 2 messages are lost; what is whole goes on/,
        ) as string,
      },
    ]);
    const [aside = ''] = files(/^damaged-/);
    expect(readFileSync(path.join(aside, path.basename(log))).equals(bytes)).toBe(true);
    await test.outbox.close();
    expect(await readAll()).toEqual(['1']);
  });

  it('is left as it is by who only looks, when it is damaged', async () => {
    await fill('1');
    await fill('a'.repeat(1000));
    const [log = ''] = files(/\.log$/);
    const bytes = readFileSync(log);
    bytes.writeUInt8(bytes.readUInt8(500) ^ 255, 500);
    writeFileSync(log, bytes);
    const before = files(/ldb|log$|CURRENT|MANIFEST/).map((file) => readFileSync(file).toString('latin1'));
    await expect(inspectOutbox(folder)).rejects.toMatchObject({
      code: 'ERR_OUTBOX',
      message: expect.stringMatching(/no sound record; it held 2 messages.*restore it from a copy/) as string,
    });
    expect(files(/ldb|log$|CURRENT|MANIFEST/).map((file) => readFileSync(file).toString('latin1'))).toEqual(
      before,
    );
  });

  it('keeps a record out whose bytes were altered before LevelDB put its checksums on them', async () => {
    await fill('1', '2', '3');
    const level = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' });
    const [key = ''] = await level.keys({ gte: 'message/', lt: 'message0' }).all();
    const value = (await level.get(key)) ?? Buffer.alloc(0);
    value.writeUInt8(value.readUInt8(value.length - 1) ^ 1, value.length - 1);
    await level.put(key, value);
    await level.close();
    const test = create();
    await test.outbox.open();
    await nextReport(test);
    expect(test.reported).toMatchObject([{ code: 'ERR_OUTBOX', lost: 1 }]);
    await test.outbox.close();
    expect(await readAll()).toEqual(['2', '3']);
  });

  it('takes over what an earlier version wrote without checksums', async () => {
    mkdirSync(folder, { recursive: true });
    const level = new ClassicLevel<string, string>(folder);
    await level.put('meta/format', '{"rxcomet":"outbox","version":1}');
    await level.put('meta/totals', '{"depth":100,"bytes":7,"deadLetters":0}');
    await level.put(`message/${'7'.padStart(16, '0')}`, '{"action":"Point","key":"k","at":1}\nold');
    await level.close();
    await fill('new');
    expect(await readAll()).toEqual(['old', 'new']);
  });

  it.each([
    ['whose first file is missing', /^CURRENT$/, undefined, 'CURRENT is missing'],
    ['whose first file is damaged', /^CURRENT$/, 'MANIFEST-0000', 'CURRENT is damaged'],
    ['whose first file names another', /^CURRENT$/, 'MANIFEST-000099\n', 'MANIFEST-000099 is missing'],
    ['whose log is missing', /\.log$/, undefined, 'log \\d+.log is missing'],
    ['whose table is missing', /\.ldb$/, undefined, '\\d+.ldb is missing'],
    ['whose manifest is missing', /^MANIFEST/, undefined, 'MANIFEST-\\d+ is missing'],
    ['whose manifest is empty', /^MANIFEST/, '', 'MANIFEST-\\d+ is damaged'],
    ['whose manifest is damaged', /^MANIFEST/, 'x'.repeat(50), 'MANIFEST-\\d+ is damaged'],
  ])(
    'refuses to begin anew in place of a store %s, with one remedy for all',
    async (_, pattern, content, reason) => {
      await fill('1');
      // Opened a second time it has a table besides the log.
      await fill('2');
      for (const file of files(pattern)) {
        if (content === undefined) rmSync(file);
        else writeFileSync(file, content);
      }
      const before = readdirSync(folder).filter((name) => /ldb|log$/.test(name));
      await expect(create().outbox.open()).rejects.toMatchObject({
        code: 'ERR_OUTBOX',
        lost: 2,
        message: expect.stringMatching(
          new RegExp(
            `${folder}.*${reason}.*it held 2 messages.*restore it from a copy, or move the folder away to begin anew`,
          ),
        ) as string,
      });
      expect(readdirSync(folder).filter((name) => /ldb|log$/.test(name))).toEqual(before);
    },
  );

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
    mkdirSync(folder, { recursive: true });
    const other = new ClassicLevel(folder);
    await other.put('a', 'b');
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
