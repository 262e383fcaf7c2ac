import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { LevelStore } from '../../src/storage/LevelStore';
import { format } from '../../src/storage/outbox/records';
import { DiskDedupStore } from '../../src/storage/dedup/DiskDedupStore';
import { temporaryFolder, type TemporaryFolder } from '../cli/temporaryFolder';
import { createVirtualClock, type VirtualClock } from '../support/createVirtualClock';
import { createTestOutbox, type TestOutbox } from './outbox/openOutbox';

let clock: VirtualClock;
let temporary: TemporaryFolder;
let folder: string;
let outboxes: TestOutbox[];

beforeEach(() => {
  clock = createVirtualClock();
  temporary = temporaryFolder();
  folder = path.join(temporary.path, 'store');
  outboxes = [];
});

afterEach(async () => {
  await Promise.all(outboxes.map(({ outbox }) => outbox.close()));
  temporary.remove();
});

function create(): TestOutbox {
  const test = createTestOutbox(clock, { path: folder });
  outboxes.push(test);
  return test;
}

/** What is kept now, as the next process would find it: texts in their order. */
async function keptIn(test: TestOutbox): Promise<string[]> {
  await test.outbox.close();
  const next = create();
  await next.outbox.open();
  let depth = 0;
  next.outbox.outbox$.subscribe((state) => (depth = state.depth)).unsubscribe();
  while (next.handed.length < depth) await new Promise((resolve) => setImmediate(resolve));
  await next.outbox.close();
  return next.handed.map(({ message: { text } }) => text ?? '');
}

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

/** What may happen to the files of a store while an app has it open. */
const removals: readonly (readonly [string, () => void])[] = [
  ['deleted', () => rmSync(folder, { recursive: true })],
  ['moved away', () => renameSync(folder, `${folder}.old`)],
  [
    'replaced by an empty one',
    () => {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
    },
  ],
  ['emptied', () => readdirSync(folder).forEach((name) => rmSync(path.join(folder, name)))],
];

describe.each(removals)('an Outbox whose folder is %s while the app runs', (_what, remove) => {
  it('confirms nothing that is not there after a restart, says so, and goes on by itself', async () => {
    const test = create();
    await test.outbox.open();
    test.tell('before');
    await test.outbox.persisted();
    remove();
    test.tell('lost');
    const error: unknown = await test.outbox.persisted().catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('ERR_OUTBOX');
    expect(String(error)).toContain('removed or replaced while the app was running; keep clean-up jobs away');
    expect(test.reported.map(({ code }) => code)).toContain('ERR_OUTBOX');
    test.tell('after');
    await test.outbox.persisted();
    // What was in memory has been written again.
    expect(await keptIn(test)).toEqual(['before', 'after']);
  });

  it('keeps count when an acknowledgement finds out about it', async () => {
    const test = create();
    await test.outbox.open();
    test.tell('acknowledged', 'waiting');
    await test.outbox.persisted();
    remove();
    test.acknowledge('acknowledged');
    await test.outbox.persisted();
    test.tell('after');
    await test.outbox.persisted().catch(() => undefined);
    expect(test.reported.map(({ code }) => code)).toContain('ERR_OUTBOX');
    let depth = 0;
    test.outbox.outbox$.subscribe((state) => (depth = state.depth)).unsubscribe();
    expect((await keptIn(test)).length).toBe(depth);
  });
});

it('an Outbox whose log is deleted while the app runs confirms nothing that is written to it', async () => {
  const test = create();
  await test.outbox.open();
  test.tell('before');
  await test.outbox.persisted();
  for (const name of readdirSync(folder)) if (/^\d+\.log$/.test(name)) rmSync(path.join(folder, name));
  test.tell('lost');
  expect(codeOf(await test.outbox.persisted().catch((reason: unknown) => reason))).toBe('ERR_OUTBOX');
});

describe.each(removals)('a Dedup store whose folder is %s while the app runs', (_what, remove) => {
  it('keeps no key that is not there after a restart, says so, and goes on by itself', async () => {
    const store = new DiskDedupStore({ path: folder });
    await store.open();
    await store.enter('before', 1);
    remove();
    const error: unknown = await store.enter('lost', 2).catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('ERR_DEDUP');
    expect(String(error)).toContain('removed or replaced while the app was running; keep clean-up jobs away');
    await store.enter('after', 3);
    await store.close();
    const next = new DiskDedupStore({ path: folder });
    const { keys } = await next.open();
    await next.close();
    expect(keys.map(({ key }) => key)).toEqual(['after']);
  });
});

it('a store notices also after LevelDB has begun another log', async () => {
  const store = new LevelStore(folder, format);
  await store.open();
  const before = readdirSync(folder).filter((name) => name.endsWith('.log'));
  const value = Buffer.alloc(1 << 20, 1);
  for (let count = 0; count < 12; count += 1) {
    await store.write([{ type: 'put', key: `key${count}`, value }], true, '');
  }
  const now = readdirSync(folder).filter((name) => name.endsWith('.log'));
  expect(now).not.toEqual(before);
  rmSync(folder, { recursive: true });
  await expect(store.write([{ type: 'put', key: 'a', value: Buffer.of(1) }], true, '')).rejects.toThrow();
  await store.close();
});
