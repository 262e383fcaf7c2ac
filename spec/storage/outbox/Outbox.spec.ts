import {
  AckTimeout,
  AppStopped,
  ConnectionClosed,
  MessageRefused,
  PeerUnreachable,
  OutboxFailed,
  QueueFull,
  RemoteError,
  SendTooLarge,
} from '../../../src/errors/sending';
import { MissingPackage } from '../../../src/errors/setUp';
import type { OutboxOptions } from '../../../src/storage/outbox/OutboxOptions';
import type { OutboxState } from '../../../src/streams/client/OutboxPort';
import { createVirtualClock, type VirtualClock } from '../../support/createVirtualClock';
import { MemoryStore } from '../MemoryStore';
import { createTestOutbox, message, queue, type TestOutbox } from './openOutbox';

const fields = { client: 'Results', action: 'Point', delivered: 'unknown' } as const;
const closed = (): ConnectionClosed => new ConnectionClosed('the connection broke', fields);
const remote = (remoteCode: string): RemoteError =>
  new RemoteError('no', { ...fields, delivered: 'yes', remoteCode });
const full = (): Error => new Error('ENOSPC: no space left on device');

let clock: VirtualClock;
let store: MemoryStore;
let made: TestOutbox[];

function create(options: Partial<OutboxOptions> = {}): TestOutbox {
  const test = createTestOutbox(clock, { path: '/var/outbox', store, ...options });
  made.push(test);
  return test;
}

/** The same store with the next process. */
async function restart(test: TestOutbox, options: Partial<OutboxOptions> = {}): Promise<TestOutbox> {
  await test.outbox.close();
  const next = create(options);
  await next.outbox.open();
  await clock.settle();
  return next;
}

beforeEach(() => {
  clock = createVirtualClock();
  store = new MemoryStore();
  made = [];
});

afterEach(async () => {
  store.release();
  for (const { outbox } of made) await outbox.close();
  expect(clock.pending).toBe(0);
});

describe('An outbox', () => {
  it('hands a message out only when it is on the disk', async () => {
    const { outbox, open, tell } = create();
    await outbox.open();
    store.hold();
    tell('1');
    await clock.settle();
    expect(open()).toEqual([]);
    store.release();
    await clock.settle();
    expect(open()).toEqual(['1']);
    expect(store.writes.at(-1)?.sync).toBe(true);
  });

  it('writes all that came during one batch with the next', async () => {
    const { outbox, tell } = create();
    await outbox.open();
    const before = store.writes.length;
    store.hold();
    tell('1');
    await clock.settle();
    tell('2', '3');
    await clock.settle();
    tell('4');
    store.release();
    await clock.settle();
    expect(store.writes.slice(before)).toEqual([
      { size: 1, sync: true },
      { size: 3, sync: true },
    ]);
  });

  it('opens its store by itself for the first message, and keeps those told meanwhile', async () => {
    const { outbox, open, tell } = create();
    store.hold();
    tell('1', '2');
    const persisted = outbox.persisted();
    store.release();
    await persisted;
    expect(open()).toEqual(['1', '2']);
  });

  it('forgets what the peer acknowledged and hands out the rest after a restart, in order and under the same keys', async () => {
    const first = create();
    await first.outbox.open();
    first.tell('1', '2', '3');
    await first.outbox.persisted();
    first.acknowledge('2');
    const keys = first.handed.map(({ message: { key } }) => key);
    const second = await restart(first);
    expect(second.open()).toEqual(['1', '3']);
    expect(second.handed.map(({ message: { key } }) => key)).toEqual([keys[0], keys[2]]);
    second.tell('4');
    await second.outbox.persisted();
    expect(second.open()).toEqual(['1', '3', '4']);
  });

  it('gives each message a key of its own, and none twice after its folder was restored from a copy', async () => {
    const first = create();
    await first.outbox.open();
    first.tell('1', '2');
    await first.outbox.persisted();
    const copy = new Map(store.entries);
    first.tell('3');
    await first.outbox.persisted();
    await first.outbox.close();
    store.entries.clear();
    for (const [key, value] of copy) store.entries.set(key, value);
    const second = create();
    await second.outbox.open();
    second.tell('4');
    await second.outbox.persisted();
    const keys = [...first.handed, ...second.handed].map(({ message: { key } }) => key);
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  it('keeps everything of a message', async () => {
    const whole = message('{"action":"ü","value":"\u2028"}', {
      action: 'ü',
      key: 'mine',
      trace: 'trace',
      timeoutMs: 7,
    });
    const raw = message('', { text: undefined, raw: Uint8Array.of(0, 10, 255) });
    const first = create();
    first.outbox.keep(whole);
    first.outbox.keep(raw);
    await first.outbox.persisted();
    const second = await restart(first);
    expect(second.handed[0]?.message).toEqual(whole);
    expect(second.handed[1]?.message).toMatchObject({ action: 'Point', text: undefined });
    expect([...(second.handed[1]?.message.raw ?? [])]).toEqual([0, 10, 255]);
  });

  it('holds only a window of what waits in memory', async () => {
    const first = create();
    await first.outbox.open();
    const texts = Array.from({ length: 100 }, (_, index) => `${index}`);
    first.tell(...texts);
    await first.outbox.persisted();
    const second = await restart(first, { queue: { ...queue, capacity: 20 } });
    expect(second.open()).toEqual(texts.slice(0, 10));
    for (let index = 0; index < texts.length; index += 1) {
      second.acknowledge(`${index}`);
      await clock.settle();
      expect(second.open().length).toBeLessThanOrEqual(10);
    }
    expect(second.handed.map(({ message: { text } }) => text)).toEqual(texts);
    expect(store.keys('message/', 'message0')).toEqual([]);
  });

  it('bounds the window in bytes too, and hands out a message that is larger by itself', async () => {
    const first = create({ queue: { ...queue, maxBytes: 1000 } });
    for (const letter of 'abc') {
      first.tell(letter.repeat(600));
      await first.outbox.persisted();
    }
    expect(first.open()).toEqual(['a'.repeat(600)]);
    first.acknowledge('a'.repeat(600));
    await clock.settle();
    expect(first.open()).toEqual(['b'.repeat(600)]);
  });

  it('hands out once what is read from the disk before it is told as written', async () => {
    const test = create({ queue: { ...queue, capacity: 8 } });
    await test.outbox.open();
    test.tell('1', '2', '3', '4', '5');
    await test.outbox.persisted();
    store.holdDone();
    test.tell('6');
    await clock.settle();
    test.acknowledge('1', '2');
    await clock.settle();
    test.acknowledge('3');
    store.release();
    await clock.settle();
    expect(test.handed.map(({ message: { text } }) => text)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('puts new messages behind older ones that still wait on the disk', async () => {
    const test = create({ queue: { ...queue, capacity: 8 } });
    test.tell('1', '2', '3', '4', '5', '6');
    await test.outbox.persisted();
    expect(test.open()).toEqual(['1', '2', '3', '4']);
    // Room for one more, and not enough to read on.
    test.acknowledge('1');
    test.tell('7');
    await test.outbox.persisted();
    expect(test.open()).toEqual(['2', '3', '4']);
    for (const text of ['2', '3', '4', '5', '6', '7']) {
      test.acknowledge(text);
      await clock.settle();
    }
    expect(test.handed.map(({ message: { text } }) => text)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  });
});

describe('When the connection is lost, an outbox', () => {
  it('hands all that was unanswered out again in order, before anything newer', async () => {
    const test = create();
    test.tell('1', '2', '3', '4');
    await test.outbox.persisted();
    // 3 and 4 still wait in the peer's queue.
    for (const entry of test.handed.slice(2)) entry.queued = true;
    test.refuse('1', closed());
    test.refuse('2', closed());
    test.tell('5');
    await test.outbox.persisted();
    expect(test.open()).toEqual([]);
    await clock.advance(100);
    expect(test.open()).toEqual(['1', '2', '3', '4', '5']);
    expect(test.reported).toEqual([]);
  });

  it('tries again at growing distances', async () => {
    const test = create();
    test.tell('1');
    await test.outbox.persisted();
    for (const delay of [100, 200, 400, 800, 1600, 3200, 6400, 8333, 8333]) {
      test.refuse('1', closed());
      await clock.advance(delay - 1);
      expect(test.open()).toEqual([]);
      await clock.advance(1);
      expect(test.open()).toEqual(['1']);
    }
    test.acknowledge('1');
    test.tell('2');
    await test.outbox.persisted();
    test.refuse('2', closed());
    await clock.advance(100);
    expect(test.open()).toEqual(['2']);
    expect(store.keys('tries/', 'tries0')).toEqual([]);
  });

  it('tries for ever what a peer that cannot be reached has never seen, and does not count', async () => {
    const test = create();
    test.tell('1');
    await test.outbox.persisted();
    for (let round = 0; round < 100; round += 1) {
      test.refuse('1', new PeerUnreachable('nobody listens', { ...fields, delivered: 'no' }));
      await clock.advance(10_000);
    }
    expect(test.open()).toEqual(['1']);
    expect(test.reported).toEqual([]);
  });

  it.each([
    'ERR_APP_STOPPING',
    'ERR_UNAUTHORIZED',
    'ERR_MEMORY_BUDGET',
    'ERR_TOO_MANY_CONNECTIONS',
    'ERR_DEDUP',
  ])('takes %s for the peer as a whole, and tells it once until something gets through', async (code) => {
    const test = create();
    test.tell('1', '2');
    await test.outbox.persisted();
    for (let round = 0; round < 8; round += 1) {
      test.refuse('1', remote(code));
      test.refuse('2', remote(code));
      await clock.advance(10_000);
      expect(test.open()).toEqual(['1', '2']);
    }
    expect(test.reported.map((error) => error.code)).toEqual(['ERR_REMOTE']);
  });

  it('leaves what is on another connection alone', async () => {
    const test = create();
    test.tell('1', '2');
    await test.outbox.persisted();
    test.refuse('1', closed());
    test.acknowledge('2');
    await clock.advance(100);
    expect(test.open()).toEqual(['1']);
    expect(test.handed).toHaveLength(3);
  });
});

describe('A message that is refused', () => {
  it('is tried again while others go on, and is a dead letter after the fifth time', async () => {
    const test = create();
    test.tell('bad', 'good');
    await test.outbox.persisted();
    for (const delay of [1000, 2000, 4000, 8000]) {
      test.refuse('bad', remote('ERR_HANDLER_FAILED'));
      test.tell('next');
      await test.outbox.persisted();
      expect(test.open()).toContain('next');
      test.acknowledge('next');
      await clock.advance(delay - 1);
      expect(test.open()).not.toContain('bad');
      await clock.advance(1);
      expect(test.open()).toContain('bad');
    }
    test.refuse('bad', remote('ERR_HANDLER_FAILED'));
    await clock.advance(60_000);
    expect(test.open()).toEqual(['good']);
    expect(test.reported).toHaveLength(1);
    const [error] = test.reported;
    expect(error).toBeInstanceOf(MessageRefused);
    expect(error).toMatchObject({ action: 'Point', client: 'Results', delivered: 'yes', tries: 5 });
    expect((error as MessageRefused).key).toBe(test.handed[0]?.message.key);
    expect(error?.message).toContain('rxcomet outbox list');
    expect(store.keys('dead/', 'dead0')).toHaveLength(1);
    expect(store.keys('tries/', 'tries0')).toEqual([]);
  });

  it.each(['ERR_HANDLER_TIMEOUT', 'ERR_PEER_UNREACHABLE', 'ERR_ASK_TIMEOUT'])(
    'for what is behind its handler (%s) is tried for ever, and told at the fifth time',
    async (code) => {
      const test = create();
      test.tell('late');
      await test.outbox.persisted();
      for (let round = 1; round <= 30; round += 1) {
        test.refuse('late', remote(code));
        expect(test.reported).toHaveLength(round < 5 ? 0 : 1);
        await clock.advance(10_000);
        expect(test.open()).toEqual(['late']);
      }
      expect(test.reported).toMatchObject([{ remoteCode: code }]);
    },
  );

  it('because its kept answer is gone was handled, and is done', async () => {
    const test = create();
    test.tell('large');
    await test.outbox.persisted();
    test.refuse('large', remote('ERR_ANSWER_NOT_KEPT'));
    await clock.advance(60_000);
    expect(test.handed).toHaveLength(1);
    expect(test.reported).toEqual([]);
    expect((await restart(test)).handed).toEqual([]);
  });

  it('has its tries counted over restarts', async () => {
    let test = create();
    test.tell('bad');
    await test.outbox.persisted();
    for (let tries = 1; tries < 5; tries += 1) {
      test.refuse('bad', remote(''));
      test = await restart(test);
    }
    expect(test.open()).toEqual(['bad']);
    test.refuse('bad', remote(''));
    expect(test.reported.map((error) => error.code)).toEqual(['ERR_MESSAGE_REFUSED']);
    test = await restart(test);
    expect(test.open()).toEqual([]);
  });

  it('counts as refused when the connection is lost over it each time, and not over the next one', async () => {
    const test = create();
    test.tell('killer', 'next', 'after');
    await test.outbox.persisted();
    const lose = async (text: string): Promise<void> => {
      // The others wait in the peer's queue, as with a legacy peer.
      for (const entry of test.handed) entry.queued = entry.message.text !== text;
      test.refuse(text, closed());
      await clock.advance(10_000);
    };
    for (let round = 0; round < 10; round += 1) {
      expect(test.open()).toEqual(['killer', 'next', 'after']);
      await lose('killer');
    }
    expect(test.open()).toEqual(['next', 'after']);
    test.acknowledge('next');
    for (let tries = 2; tries <= 5; tries += 1) {
      await clock.advance(60_000);
      expect(test.open()).toContain('killer');
      await lose('killer');
      test.tell(`${tries}`);
      await test.outbox.persisted();
      expect(test.open()).toContain(`${tries}`);
      test.acknowledge(`${tries}`);
    }
    expect(test.reported.map((error) => error.code)).toEqual(['ERR_MESSAGE_REFUSED']);
    expect(test.open()).toEqual(['after']);
  });

  it('is none, and keeps its place, when the connection is lost over the next one too', async () => {
    const test = create();
    test.tell('1', '2', '3');
    await test.outbox.persisted();
    const lost: string[] = [];
    for (let round = 0; round < 33; round += 1) {
      const [first = ''] = test.open();
      lost.push(first);
      for (const entry of test.handed) entry.queued = entry.message.text !== first;
      test.refuse(first, closed());
      await clock.advance(10_000);
    }
    const ten = Array.from({ length: 10 }, () => '1');
    expect(lost).toEqual([...ten, '2', ...ten, '2', ...ten, '2']);
    expect(test.open()).toEqual(['1', '2', '3']);
    expect(test.reported).toEqual([]);
    expect(store.keys('tries/', 'tries0')).toEqual([]);
  });

  it('is told and given up when nothing is behind it and the peer is there until it gets it, again and again', async () => {
    const test = create();
    test.tell('killer');
    await test.outbox.persisted();
    let losses = 0;
    const seen: (string | undefined)[] = [];
    for (; losses < 100 && test.open().length > 0; losses += 1) {
      test.refuse('killer', closed());
      seen.push(test.reported.at(-1)?.code);
      await clock.advance(60_000);
    }
    // Five by themselves, then each after the peer was found to be there.
    expect(seen).toEqual([
      ...Array.from({ length: 6 }, () => undefined),
      ...Array.from({ length: 3 }, () => 'ERR_CONNECTION_CLOSED'),
      'ERR_MESSAGE_REFUSED',
    ]);
    expect(test.reported[0]?.message).toMatch(/lost 7 times in a row over "Point" and stays without it/);
    expect(store.keys('dead/', 'dead0')).toHaveLength(1);
    expect(await stateOf(test)).toMatchObject({ depth: 0, deadLetters: 1 });
  });

  it('is none when it is the only one and the peer keeps no connection without it either', async () => {
    const test = create();
    test.peer.isThere = false;
    test.tell('1');
    await test.outbox.persisted();
    for (let round = 0; round < 5; round += 1) {
      test.refuse('1', closed());
      await clock.advance(10_000);
    }
    await clock.advance(600_000);
    expect(test.open()).toEqual([]);
    expect(test.reported).toEqual([]);
    test.peer.isThere = true;
    await clock.advance(10_000);
    expect(test.open()).toEqual(['1']);
    test.acknowledge('1');
    await clock.settle();
    expect(await stateOf(test)).toMatchObject({ depth: 0, deadLetters: 0 });
  });

  it('steps aside with thousands of others, and those behind them go at once, in bounded memory', async () => {
    const test = create();
    const bad = Array.from({ length: 1500 }, (_, index) => `bad ${index}`);
    test.tell(...bad, 'good');
    await test.outbox.persisted();
    for (let round = 0; round < 100 && !test.open().includes('good'); round += 1) {
      const open = test.open();
      expect(open.length).toBeLessThanOrEqual(1024);
      for (const text of open) test.refuse(text, remote('ERR_HANDLER_FAILED'));
      await clock.settle();
    }
    // No time has passed.
    expect(test.open()).toContain('good');
    test.acknowledge('good');
    for (let round = 0; round < 4000 && test.reported.length < 1500; round += 1) {
      const open = test.open();
      expect(open.length).toBeLessThanOrEqual(1024);
      for (const text of open) test.refuse(text, remote('ERR_HANDLER_FAILED'));
      await clock.advance(100);
    }
    expect(test.reported).toHaveLength(1500);
    expect(await stateOf(test)).toMatchObject({ depth: 0, bytes: 0, deadLetters: 1500 });
  });

  it('takes turns with new ones while thousands are tried again that never get an answer', async () => {
    const test = create({ queue: { ...queue, capacity: 8 } });
    test.tell(...Array.from({ length: 100 }, (_, index) => `mute ${index}`));
    await test.outbox.persisted();
    const silence = async (): Promise<void> => {
      for (const text of test.open())
        if (text.startsWith('mute')) test.refuse(text, new AckTimeout('no answer', fields));
      await clock.advance(50);
    };
    for (let round = 0; round < 200; round += 1) await silence();
    test.tell('1', '2', '3', '4', '5', '6', '7', '8');
    await test.outbox.persisted();
    let arrived = 0;
    for (let round = 0; round < 40 && arrived < 8; round += 1) {
      for (const text of test.open()) {
        if (text.startsWith('mute')) continue;
        test.acknowledge(text);
        arrived += 1;
      }
      await silence();
    }
    expect(arrived).toBe(8);
    expect(test.reported).toEqual([]);
  });

  it('is found among several on one connection that it takes down each time, and none of the others counts as refused', async () => {
    const test = create();
    test.tell('1', 'killer', '3', '4');
    await test.outbox.persisted();
    for (let round = 0; round < 200 && store.keys('dead/', 'dead0').length === 0; round += 1) {
      // A host that dies of it: what came before is answered when it is alone, what comes with it never.
      const open = test.open();
      test.tell(`later ${round}`);
      for (const text of open) {
        if (open.includes('killer')) test.refuse(text, closed());
        else test.acknowledge(text);
      }
      await clock.advance(10_000);
    }
    expect(test.reported.at(-1)).toMatchObject({
      code: 'ERR_MESSAGE_REFUSED',
      delivered: 'unknown',
      tries: 5,
    });
    expect(test.open()).not.toContain('killer');
    expect(store.keys('tries/', 'tries0')).toEqual([]);
    const [letter] = store.keys('dead/', 'dead0');
    expect(Buffer.from(store.entries.get(letter ?? '') ?? []).toString()).toMatch(/killer$/);
  });

  it('is none, and nothing changes its place, when the link breaks again and again under several', async () => {
    const test = create();
    test.tell('1', '2', '3');
    await test.outbox.persisted();
    for (let round = 0; round < 12; round += 1) {
      for (const text of test.open()) test.refuse(text, closed());
      await clock.advance(10_000);
    }
    const before = test.handed.length;
    for (let text = test.open()[0]; text !== undefined; text = test.open()[0]) test.acknowledge(text);
    await clock.settle();
    expect(test.handed.slice(before - 1).map(({ message: { text } }) => text)).toEqual(['1', '2', '3']);
    expect(store.keys('tries/', 'tries0')).toEqual([]);
    test.tell('4', '5');
    await test.outbox.persisted();
    expect(test.open()).toEqual(['4', '5']);
  });

  it('without ever having left is told so', async () => {
    const test = create();
    test.tell('large');
    await test.outbox.persisted();
    for (let tries = 1; tries <= 5; tries += 1) {
      test.refuse('large', new SendTooLarge('too large', { ...fields, delivered: 'no' }));
      await clock.advance(60_000);
    }
    expect(test.reported).toMatchObject([{ code: 'ERR_MESSAGE_REFUSED', delivered: 'no' }]);
  });

  it('is not one that got no answer in time: that one is tried again for ever', async () => {
    const test = create();
    test.tell('slow', 'other');
    await test.outbox.persisted();
    for (let round = 0; round < 10; round += 1) {
      test.refuse('slow', new AckTimeout('no answer', fields));
      expect(test.open()).toEqual(['other']);
      await clock.advance(10_000);
    }
    expect(test.open()).toEqual(['other', 'slow']);
    expect(test.reported).toEqual([]);
  });

  it('is found by handing out one at a time when the host ended the connection over one of several', async () => {
    const test = create();
    test.tell('1', 'deep', '3');
    await test.outbox.persisted();
    for (const text of ['1', 'deep', '3']) test.refuse(text, remote('ERR_NESTING_TOO_DEEP'));
    await clock.advance(100);
    expect(test.open()).toEqual(['1']);
    test.acknowledge('1');
    expect(test.open()).toEqual(['deep']);
    test.refuse('deep', remote('ERR_NESTING_TOO_DEEP'));
    expect(test.open()).toEqual(['3']);
    test.acknowledge('3');
    for (let tries = 2; tries <= 5; tries += 1) {
      await clock.advance(60_000);
      test.refuse('deep', remote('ERR_NESTING_TOO_DEEP'));
      await clock.advance(100);
      if (test.open().includes('deep')) test.refuse('deep', remote('ERR_NESTING_TOO_DEEP'));
    }
    expect(test.reported.map((error) => error.code)).toEqual(['ERR_MESSAGE_REFUSED']);
  });
});

describe('When the disk fails, an outbox', () => {
  it('reports each message that it could not write at once, with path, cause and remedy, and goes on when there is room', async () => {
    const test = create();
    await test.outbox.open();
    store.writeError = full();
    test.tell('1', '2');
    await expect(test.outbox.persisted()).rejects.toMatchObject({ code: 'ERR_OUTBOX' });
    test.tell('3');
    await expect(test.outbox.persisted()).rejects.toMatchObject({ code: 'ERR_OUTBOX' });
    expect(test.reported).toHaveLength(3);
    for (const error of test.reported) {
      expect(error).toBeInstanceOf(OutboxFailed);
      expect(error).toMatchObject({
        client: 'Results',
        action: 'Point',
        delivered: 'no',
        path: '/var/outbox',
      });
      expect(error.message).toMatch(/\/var\/outbox.*no space left on device.*free some space/);
    }
    store.writeError = undefined;
    await clock.advance(1000);
    test.tell('4');
    await test.outbox.persisted();
    expect(test.open()).toEqual(['4']);
    expect(test.reported).toHaveLength(3);
  });

  it('rejects persisted() with the first error of those told since the last call, and resolves it for those told later', async () => {
    const test = create();
    await test.outbox.open();
    test.tell('1');
    const early = test.outbox.persisted();
    await early;
    store.writeError = full();
    test.tell('2');
    test.tell('3');
    const [first, again] = await Promise.allSettled([test.outbox.persisted(), test.outbox.persisted()]);
    expect(first).toMatchObject({ status: 'rejected', reason: test.reported[0] });
    expect(again).toEqual(first);
    await expect(test.outbox.persisted()).rejects.toBe(test.reported[0]);
    store.writeError = undefined;
    await clock.advance(1000);
    test.tell('4');
    await test.outbox.persisted();
    expect(test.open()).toEqual(['1', '4']);
  });

  it('rejects persisted() for what it had no room to take', async () => {
    const test = create({ queue: { ...queue, maxBytes: 1 } });
    store.hold();
    test.tell('1', '2');
    const answer = test.outbox.persisted();
    store.release();
    await expect(answer).rejects.toMatchObject({ code: 'ERR_QUEUE_FULL' });
    expect(test.open()).toEqual(['1']);
  });

  it('never hands out a message that it reported, though the failed write left it behind', async () => {
    const test = create();
    await test.outbox.open();
    store.writeError = full();
    store.leavesBatchBehind = true;
    test.tell('1');
    await expect(test.outbox.persisted()).rejects.toMatchObject({ code: 'ERR_OUTBOX' });
    store.writeError = undefined;
    await clock.advance(1000);
    test.tell('2');
    await test.outbox.persisted();
    const next = await restart(test);
    expect(next.open()).toEqual(['2']);
    expect(await stateOf(next)).toMatchObject({ depth: 1 });
  });

  it('opens the store anew before it writes again', async () => {
    const test = create();
    await test.outbox.open();
    store.writeError = full();
    test.tell('1');
    await expect(test.outbox.persisted()).rejects.toMatchObject({ code: 'ERR_OUTBOX' });
    store.writeError = undefined;
    const { opens } = store;
    await clock.advance(1000);
    test.tell('2');
    await test.outbox.persisted();
    expect(store.opens).toBe(opens + 1);
  });

  it('deletes later what was acknowledged meanwhile', async () => {
    const test = create();
    test.tell('1', '2');
    await test.outbox.persisted();
    store.writeError = full();
    test.acknowledge('1');
    await clock.advance(5000);
    expect(await stateOf(test)).toMatchObject({ depth: 1 });
    store.writeError = undefined;
    await clock.advance(1000);
    expect(store.keys('message/', 'message0')).toHaveLength(1);
    const next = await restart(test);
    expect(next.open()).toEqual(['2']);
  });

  it('reads on when reading works again, and tells it once', async () => {
    const test = create({ queue: { ...queue, capacity: 2 } });
    test.tell('1', '2');
    await test.outbox.persisted();
    store.readError = new Error('EIO: i/o error');
    test.acknowledge('1');
    await clock.advance(5000);
    expect(test.reported.map((error) => error.code)).toEqual(['ERR_OUTBOX']);
    store.readError = undefined;
    await clock.advance(1000);
    expect(test.open()).toEqual(['2']);
  });

  it('says what helps for each message while a package is missing', async () => {
    store.openError = new MissingPackage('an outbox needs classic-level: npm i classic-level', {
      cause: new Error("Cannot find module 'classic-level'"),
    });
    const test = create();
    for (const text of ['1', '2']) {
      test.tell(text);
      await expect(test.outbox.persisted()).rejects.toMatchObject({ code: 'ERR_OUTBOX' });
    }
    expect(test.reported.map(({ message: text }) => text)).toEqual([
      expect.stringContaining('npm i classic-level'),
      expect.stringContaining('npm i classic-level'),
    ]);
  });

  it('rejects the opening, reports what it was given meanwhile, and opens later', async () => {
    store.openError = full();
    const test = create();
    test.tell('1');
    await expect(test.outbox.open()).rejects.toMatchObject({ code: 'ERR_OUTBOX', path: '/var/outbox' });
    expect(test.reported).toMatchObject([{ code: 'ERR_OUTBOX', delivered: 'no' }]);
    test.tell('2');
    await expect(test.outbox.persisted()).rejects.toMatchObject({ code: 'ERR_OUTBOX' });
    expect(test.reported.map((error) => error.code)).toEqual(['ERR_OUTBOX', 'ERR_OUTBOX']);
    store.openError = undefined;
    await clock.advance(1000);
    test.tell('3');
    await test.outbox.persisted();
    expect(test.open()).toEqual(['3']);
  });

  it('tells what of its files is damaged and how many messages that may concern, counts what is left, and does not tell it again', async () => {
    const first = create();
    first.tell('1', '2', '3');
    await first.outbox.persisted();
    first.acknowledge('1');
    await clock.settle();
    await first.outbox.close();
    store.entries.delete(store.keys('message/', 'message0')[0] ?? '');
    // Deleted before, and back since its deletion is lost.
    store.entries.set(
      `message/${'1'.padStart(16, '0')}`,
      Buffer.from('{"action":"Point","key":"k","at":1}\nghost'),
    );
    store.damage = '99 bytes are no sound record';
    const second = create();
    await second.outbox.open();
    expect(second.reported).toMatchObject([
      { lost: 1, message: expect.stringMatching(/99 bytes.*; one message is lost/) as string },
    ]);
    await clock.settle();
    expect(second.open()).toEqual(['3']);
    second.acknowledge('3');
    await clock.settle();
    expect(await stateOf(second)).toMatchObject({ depth: 0, bytes: 0 });
    store.damage = undefined;
    const third = await restart(second);
    expect(third.reported).toEqual([]);
    expect(await stateOf(third)).toMatchObject({ depth: 0, bytes: 0 });
  });

  it('tells once what is missing against its figures, and has right ones from then on', async () => {
    const first = create();
    first.tell('1', '2', '3', '4');
    await first.outbox.persisted();
    await first.outbox.close();
    for (const key of store.keys('message/', 'message0').slice(0, 2)) store.entries.delete(key);
    const second = create();
    await second.outbox.open();
    await clock.settle();
    expect(second.open()).toEqual(['3', '4']);
    expect(second.reported).toMatchObject([{ code: 'ERR_OUTBOX', lost: 2 }]);
    expect(await stateOf(second)).toMatchObject({ depth: 2, bytes: 2 });
    const third = await restart(second);
    expect(third.reported).toEqual([]);
    expect(await stateOf(third)).toMatchObject({ depth: 2, bytes: 2 });
  });

  it('tells records that are no messages, once, and hands out the others', async () => {
    const first = create();
    first.tell('1', '2', '3');
    await first.outbox.persisted();
    await first.outbox.close();
    const [one = '', two = '', ...rest] = store.keys('message/', 'message0');
    expect(rest).toHaveLength(1);
    store.entries.set(one, Buffer.from('{"a'));
    store.damaged.add(two);
    const second = create();
    await second.outbox.open();
    await clock.settle();
    expect(second.open()).toEqual(['3']);
    expect(second.reported).toMatchObject([{ code: 'ERR_OUTBOX', lost: 2 }]);
    expect(await stateOf(second)).toMatchObject({ depth: 1, bytes: 1 });
    expect((await restart(second)).reported).toEqual([]);
  });
});

describe('Back-pressure of an outbox', () => {
  it('begins past the high-water mark of what waits to be written, and ends at half of it', async () => {
    const test = create({ queue: { ...queue, capacity: 10 } });
    await test.outbox.open();
    store.hold();
    expect(test.tell('1', '2', '3', '4', '5', '6', '7', '8')).toBe(true);
    expect(test.tell('9')).toBe(false);
    let drained = false;
    void test.outbox.drained().then(() => (drained = true));
    await clock.settle();
    expect(drained).toBe(false);
    store.release();
    await clock.settle();
    expect(drained).toBe(true);
    expect(test.tell('10')).toBe(true);
    expect(test.reported).toEqual([]);
  });

  it('refuses what would take more memory than Queue.Max_bytes', async () => {
    const test = create({ queue: { ...queue, maxBytes: 1000 } });
    await test.outbox.open();
    store.hold();
    test.tell('a'.repeat(900));
    expect(test.tell('b')).toBe(false);
    expect(test.reported.map((error) => error.code)).toEqual(['ERR_QUEUE_FULL']);
    expect(test.reported[0]).toBeInstanceOf(QueueFull);
    expect(test.reported[0]).toMatchObject({ delivered: 'no' });
  });
});

describe('When it is closed, an outbox', () => {
  it('writes what it was given, hands out no more and closes the store', async () => {
    const test = create();
    await test.outbox.open();
    store.hold();
    test.tell('1');
    const closing = test.outbox.close();
    expect(test.outbox.close()).toBe(closing);
    store.release();
    await closing;
    expect(test.open()).toEqual([]);
    expect(store.isOpen).toBe(false);
    expect(store.keys('message/', 'message0')).toHaveLength(1);
    test.tell('2');
    expect(test.reported.map((error) => error.code)).toEqual(['ERR_APP_STOPPED']);
  });

  it('writes what it was given while it was opening', async () => {
    const test = create();
    store.hold();
    test.tell('1');
    const closing = test.outbox.close();
    store.release();
    await closing;
    expect(store.keys('message/', 'message0')).toHaveLength(1);
  });

  it('leaves what the stopping app gave back for the next start, uncounted', async () => {
    const test = create();
    test.tell('1', '2');
    await test.outbox.persisted();
    test.refuse('1', new AppStopped('the app was stopped', fields));
    test.refuse('2', new AppStopped('the app was stopped', fields));
    await clock.advance(60_000);
    expect(test.open()).toEqual([]);
    expect(test.reported).toEqual([]);
    const next = await restart(test);
    expect(next.open()).toEqual(['1', '2']);
  });

  it('closes without ever having been opened', async () => {
    const test = create();
    await test.outbox.close();
    expect(store.opens).toBe(0);
    await expect(test.outbox.open()).rejects.toMatchObject({ code: 'ERR_APP_STOPPED' });
  });
});

describe('outbox$', () => {
  it('tells depth, bytes, age and dead letters when subscribed and four times a second at most', async () => {
    const test = create();
    await test.outbox.open();
    const states: OutboxState[] = [];
    let completed = false;
    test.outbox.outbox$.subscribe({
      next: (state) => states.push(state),
      complete: () => (completed = true),
    });
    expect(states).toEqual([{ depth: 0, bytes: 0, oldestMs: 0, deadLetters: 0 }]);
    test.tell('12');
    await test.outbox.persisted();
    expect(states.at(-1)).toEqual({ depth: 1, bytes: 2, oldestMs: 0, deadLetters: 0 });
    for (let index = 0; index < 10; index += 1) test.tell('345');
    await test.outbox.persisted();
    expect(states).toHaveLength(2);
    await clock.advance(250);
    expect(states).toHaveLength(3);
    expect(states.at(-1)).toEqual({ depth: 11, bytes: 32, oldestMs: 250, deadLetters: 0 });
    await clock.advance(10_000);
    expect(states).toHaveLength(3);
    await test.outbox.close();
    expect(completed).toBe(true);
  });

  it('knows after a restart what waits, without reading it all', async () => {
    const first = create();
    const texts = Array.from({ length: 50 }, (_, index) => `${index % 10}`);
    first.tell(...texts);
    await first.outbox.persisted();
    const second = await restart(first, { queue: { ...queue, capacity: 2 } });
    expect(await stateOf(second)).toMatchObject({ depth: 50, bytes: 50 });
  });
});

async function stateOf({ outbox }: TestOutbox): Promise<OutboxState | undefined> {
  let state: OutboxState | undefined;
  outbox.outbox$.subscribe((value) => (state = value)).unsubscribe();
  return state;
}
