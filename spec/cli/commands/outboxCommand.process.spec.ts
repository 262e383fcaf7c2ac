import path from 'node:path';
import { LevelStore } from '../../../src/storage/LevelStore';
import { format } from '../../../src/storage/outbox/records';
import { RemoteError } from '../../../src/errors/sending';
import { createTestOutbox, message, type TestOutbox } from '../../storage/outbox/openOutbox';
import { createVirtualClock, type VirtualClock } from '../../support/createVirtualClock';
import { runMain } from '../runMain';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder';

let folder: TemporaryFolder;
let clock: VirtualClock;
let store: string;
let made: TestOutbox[];

beforeEach(() => {
  folder = temporaryFolder();
  clock = createVirtualClock();
  store = path.join(folder.path, 'outbox');
  made = [];
});

afterEach(async () => {
  for (const { outbox } of made) await outbox.close();
  folder.remove();
});

async function openApp(): Promise<TestOutbox> {
  const test = createTestOutbox(clock, { path: store });
  made.push(test);
  await test.outbox.open();
  return test;
}

/** Leaves two dead letters, `bad-1` and `bad-2`, and a message that waits, `fine`. */
async function fill(): Promise<void> {
  const test = await openApp();
  const text = (value: string): string => `{"action":"Point","value":${value}}`;
  const bad = [text('{"x":[1,NaN]}'), text('"\\u009b31m"')];
  bad.forEach((content, index) => test.outbox.keep(message(content, { key: `bad-${index + 1}` })));
  test.outbox.keep(message(text('9007199254740993'), { key: 'fine' }));
  await test.outbox.persisted();
  for (let tries = 0; tries < 5; tries += 1) {
    for (const content of bad) {
      // Before its next try it is read from the disk again, which takes real turns.
      while (!test.open().includes(content)) await new Promise((resolve) => setImmediate(resolve));
      test.refuse(
        content,
        new RemoteError('the shutter is stuck', {
          client: 'Results',
          action: 'Point',
          delivered: 'yes',
          remoteCode: 'ERR_HANDLER_FAILED',
        }),
      );
    }
    await clock.advance(60_000);
  }
  await test.outbox.close();
}

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const at = runMain(['outbox', ...args]);
  const code = await at.exitCode;
  return { code, stdout: at.stdout, stderr: at.stderr };
}

describe('rxcomet outbox', () => {
  it('lists dead letters with their key, time, action, reason and content, and counts what waits', async () => {
    await fill();
    expect(await run('list', store)).toEqual({
      code: 0,
      stdout:
        'bad-1 2024-01-01T00:00:00.000Z "Point" ERR_HANDLER_FAILED after 5 tries: the shutter is stuck: {"x":[1,NaN]}\n' +
        'bad-2 2024-01-01T00:00:00.000Z "Point" ERR_HANDLER_FAILED after 5 tries: the shutter is stuck: "\\u009b31m"\n',
      stderr: '1 message (43 bytes) waiting, 2 dead letters\n',
    });
  });

  it('lists what waits, as JSON in full', async () => {
    await fill();
    expect((await run('list', store, '--waiting', '--json')).stdout).toBe(
      '{"key":"fine","time":"2024-01-01T00:00:00.000Z","action":"Point","value":9007199254740993}\n',
    );
    expect((await run('list', store, '--json')).stdout).toContain(
      '"refusal":{"code":"ERR_HANDLER_FAILED","reason":"the shutter is stuck","tries":5,"time":"2024-01-01T00:04:00.000Z"}',
    );
  });

  it('puts dead letters back behind what waits, under their old keys', async () => {
    await fill();
    expect(await run('retry', store, 'bad-2')).toEqual({
      code: 0,
      stdout: 'bad-2\n',
      stderr: '1 message goes out at the next start of the app\n',
    });
    const test = await openApp();
    await clock.settle();
    while (test.handed.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(test.handed.map(({ message: { key } }) => key)).toEqual(['fine', 'bad-2']);
    await test.outbox.close();
    expect((await run('list', store)).stderr).toBe('2 messages (81 bytes) waiting, 1 dead letter\n');
  });

  it('puts all dead letters back', async () => {
    await fill();
    expect(await run('retry', store, '--all')).toEqual({
      code: 0,
      stdout: 'bad-1\nbad-2\n',
      stderr: '2 messages go out at the next start of the app\n',
    });
    expect((await run('list', store)).stdout).toBe('');
    expect((await run('retry', store, '--all')).stderr).toBe(
      '0 messages go out at the next start of the app\n',
    );
  });

  it('deletes messages by their keys, also one that waits, and says which there are not', async () => {
    await fill();
    expect(await run('drop', store, 'bad-1', 'fine', 'worse')).toEqual({
      code: 1,
      stdout: 'bad-1\nfine\n',
      stderr: '2 messages deleted\nno message has the key worse\n',
    });
    expect((await run('list', store)).stderr).toBe('0 messages (0 bytes) waiting, 1 dead letter\n');
  });

  it('leaves nothing behind of a waiting message that it deletes', async () => {
    const test = await openApp();
    test.outbox.keep(message('{"action":"Point","value":1}', { key: 'once-refused' }));
    await test.outbox.persisted();
    test.refuse(
      '{"action":"Point","value":1}',
      new RemoteError('no', { client: 'Results', action: 'Point', delivered: 'yes', remoteCode: '' }),
    );
    await test.outbox.close();
    expect((await run('drop', store, 'once-refused')).code).toBe(0);
    const level = new LevelStore(store, format);
    await level.open();
    expect((await level.read('', '\x7f', 10, 1000)).map(([key]) => key)).toEqual(['!account', 'meta/format']);
    await level.close();
  });

  it('deletes all dead letters, and nothing that waits', async () => {
    await fill();
    expect((await run('drop', store, '--all')).stdout).toBe('bad-1\nbad-2\n');
    expect((await run('list', store)).stderr).toBe('1 message (43 bytes) waiting, 0 dead letters\n');
  });

  it('finds the folder by the name of a client', async () => {
    await fill();
    const settings = folder.write(
      'lab.yml',
      `Socket_connection: {Client: {Results: {IP: 127.0.0.1, Port: 1, Outbox: {Path: '${store}'}}, Plain: {IP: 127.0.0.1, Port: 1}}}`,
    );
    expect((await run('list', 'Results', '-c', settings)).stdout).toContain('bad-1');
    expect(await run('list', 'Plain', '-c', settings)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the client "Plain" has no Outbox') as string,
    });
    expect((await run('list', 'Result', '-c', settings)).stderr).toContain('Results');
  });

  it('refuses while the app runs', async () => {
    await openApp();
    expect(await run('list', store)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /is taken: another process or app uses it; stop that one.*ERR_OUTBOX_LOCKED/,
      ) as string,
    });
  });

  it('makes no outbox where there is none', async () => {
    expect(await run('list', store)).toMatchObject({
      code: 1,
      stderr: `rxcomet outbox: the outbox ${store} cannot be opened: there is no such folder; check the path [ERR_OUTBOX]\n`,
    });
    expect((await run('list', folder.path)).stderr).toContain('the folder holds no outbox');
  });

  it.each([
    [['lst', 'x'], '"lst" is no task: did you mean list?'],
    [['drop', 'x'], 'drop needs the keys of messages, or --all'],
    [['retry', 'x', 'key', '--all'], 'give keys or --all, not both'],
    [['list', 'x', 'key'], 'list takes no keys and no --all'],
    [['drop', 'x', 'key', '--waiting'], '--waiting is for list, not for drop'],
    [['list'], 'OUTBOX is missing'],
  ])('explains what is wrong with %j', async (args, text) => {
    expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(text) as string });
  });
});
