import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { RxcometError } from '../../../src/errors/RxcometError';
import { DiskDedupStore } from '../../../src/storage/dedup/DiskDedupStore';
import type { KeyValueStore } from '../../../src/storage/KeyValueStore';
import { ClassicLevel } from 'classic-level';
import type { DedupHook, KeptAnswer } from '../../../src/streams/dedup/DedupStore';
import { HandlerRegistry } from '../../../src/streams/dispatch/HandlerRegistry';
import { Host } from '../../../src/streams/host/Host';
import type { Message } from '../../../src/streams/messages/Message';
import { Observation } from '../../../src/streams/messages/TrafficObserver';
import { Registration } from '../../../src/streams/dispatch/Exchange';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { temporaryFolder, type TemporaryFolder } from '../../cli/temporaryFolder';
import { createVirtualClock, type VirtualClock } from '../../support/createVirtualClock';
import { FramePeer } from '../../support/FramePeer';
import { clientConfig, hostConfig, never } from '../../support/transportFixtures';
import { MemoryStore } from '../MemoryStore';

let clock: VirtualClock;
let temporary: TemporaryFolder;
let folder: string;
let hosts: Host[];
const noSpace = new Error('write ENOSPC: no space left on device');

interface TestHost {
  readonly host: Host;
  readonly reported: string[];
  connect(): Promise<FramePeer>;
  /** Lets turns of the disk pass until it is so. */
  until(condition: () => boolean): Promise<void>;
}

interface TestHostOptions {
  readonly files?: KeyValueStore;
  readonly hook?: DedupHook;
  readonly windowMs?: number;
  readonly maxKeys?: number;
  readonly maxInFlight?: number;
  readonly maxUnsentBytes?: number;
}

type Call = (value: unknown, message: Message) => unknown;

async function open(
  handlers: Readonly<Record<string, Call>>,
  options: TestHostOptions = {},
): Promise<TestHost> {
  const {
    files,
    hook,
    windowMs = 86_400_000,
    maxKeys = 1000,
    maxInFlight = 256,
    maxUnsentBytes = 1 << 24,
  } = options;
  const registry = new HandlerRegistry();
  for (const [action, call] of Object.entries(handlers))
    registry.add(new Registration(action, call, { urgent: action === 'Stop' }));
  const reported: string[] = [];
  const transport = createMemoryTransport();
  const base = hostConfig();
  const host = new Host({
    config: {
      ...base,
      heartbeatMs: 0,
      limits: { ...base.limits, maxInFlight, maxUnsentBytes },
      dedup: { windowMs, maxKeys, path: folder },
    },
    transport,
    clock,
    registry,
    bigint: false,
    dedupStore: new DiskDedupStore({ path: folder, hook, ...(files === undefined ? {} : { files }) }),
    dedupHook: hook,
    onMessage: () => undefined,
    onConnection: () => undefined,
    onDeadLetter: () => undefined,
    report: (error: RxcometError) => reported.push(error.code),
    observation: new Observation(),
  });
  hosts.push(host);
  await host.listen();
  const { ip = '', port = 0 } = host.address ?? {};
  return {
    host,
    reported,
    connect: async () => new FramePeer(await transport.connect(clientConfig({ ip, port }), never())),
    until: async (condition) => {
      for (let turn = 0; turn < 10_000 && !condition(); turn += 1) await clock.settle();
      expect(condition()).toBe(true);
    },
  };
}

async function stop(host: Host): Promise<void> {
  await host.close();
  host.abort();
  await host.emptied();
  await host.closeStore();
}

function keyed(peer: FramePeer, id: number, key: string, action = 'Move', keys: object = {}): void {
  peer.request(id, action, id, { 'message-key': key, ...keys });
}

const replies = (peer: FramePeer): string[] => peer.log.filter((line) => !/^(hello|goaway)/.test(line));

beforeEach(() => {
  clock = createVirtualClock();
  temporary = temporaryFolder();
  folder = path.join(temporary.path, 'dedup');
  hosts = [];
});

afterEach(async () => {
  for (const host of hosts) await stop(host);
  temporary.remove();
});

describe('keys and answers on disk', () => {
  it('are known after a restart: kept answers of every kind, and a failed message as redelivered', async () => {
    const long = 'x'.repeat(1000);
    const seen: (readonly [string | undefined, boolean])[] = [];
    const handlers: Record<string, Call> = {
      Move: (value) => ({ moved: value }),
      Long: () => long,
      Image: () => Uint8Array.of(1, 2, 3),
      Sweep: async function* () {
        yield 1;
        yield 2;
      },
      Fail: (_value, { key, redelivered }) => {
        seen.push([key, redelivered]);
        throw new Error('locked');
      },
    };
    const actions = Object.keys(handlers);
    const first = await open(handlers);
    const before = await first.connect();
    actions.forEach((action, index) => keyed(before, index + 1, `key-${action}`, action));
    await first.until(() => replies(before).length === 7);
    await stop(first.host);

    const second = await open({
      ...handlers,
      Move: () => 'again',
      Long: () => 'again',
      Image: () => 'again',
    });
    const after = await second.connect();
    actions.forEach((action, index) => keyed(after, index + 1, `key-${action}`, action));
    await second.until(() => replies(after).length === 7);
    expect([...replies(after)].sort()).toEqual([...replies(before)].sort());
    expect(seen).toEqual([
      ['key-Fail', false],
      ['key-Fail', true],
    ]);
  });

  it('of a process that was killed: only what was being handled is handled again, as redelivered', async () => {
    const copy = path.join(temporary.path, 'copy');
    const first = await open({ Move: (value) => value, Slow: () => new Promise(() => undefined) });
    const before = await first.connect();
    keyed(before, 1, 'done');
    keyed(before, 2, 'running', 'Slow');
    await first.until(() => replies(before).length === 1);
    await first.until(() => first.host.unfinished === 1);
    // What the disk holds now is what a kill leaves.
    cpSync(folder, copy, { recursive: true });
    folder = copy;
    const seen: (readonly [string | undefined, boolean])[] = [];
    const see: Call = (_value, { key, redelivered }) => seen.push([key, redelivered]);
    const second = await open({ Move: see, Slow: see });
    const after = await second.connect();
    keyed(after, 1, 'done');
    keyed(after, 2, 'running', 'Slow');
    await second.until(() => replies(after).length === 2);
    expect(seen).toEqual([['running', true]]);
    expect(replies(after)).toContain('1 {"result":1}');
  });

  it('pass the named steps in order: the mark before the handler, the answer before the acknowledgement', async () => {
    const steps: string[] = [];
    const peers: FramePeer[] = [];
    const hook: DedupHook = (step, key) =>
      steps.push(`${step} ${key} ${peers[0] === undefined ? 0 : replies(peers[0]).length}`);
    const { connect, until } = await open({ Move: () => steps.push('handler') }, { hook });
    peers.push(await connect());
    const [peer] = peers as [FramePeer];
    keyed(peer, 1, 'k1');
    await until(() => steps.some((step) => step.startsWith('ack-written')));
    expect(steps.map((step) => step.replace(/ \d$/, ''))).toEqual([
      'before-write k1',
      'after-write k1',
      'handler-entered k1',
      'handler',
      'answer-kept k1',
      'ack-written k1',
    ]);
    expect(steps[4]).toBe('answer-kept k1 0');
  });

  it('refuse a second host, also one of this process, and a folder of other files', async () => {
    await open({});
    await expect(open({})).rejects.toMatchObject({ code: 'ERR_DEDUP_LOCKED', path: folder });
    await expect(new DiskDedupStore({ path: path.dirname(folder) }).open()).rejects.toMatchObject({
      code: 'ERR_DEDUP',
      message: expect.stringMatching(/name a new or empty folder as Dedup\.Path/) as string,
    });
    const taken = new ClassicLevel(path.join(temporary.path, 'other'));
    await taken.put('x', 'y');
    await taken.close();
    await expect(
      new DiskDedupStore({ path: path.join(temporary.path, 'other') }).open(),
    ).rejects.toMatchObject({ code: 'ERR_DEDUP' });
  });

  it('refuse to start on a store that lost a file, since nobody would know what was handled', async () => {
    const { host } = await open({});
    await stop(host);
    for (const name of readdirSync(folder))
      if (/^CURRENT|^MANIFEST/.test(name)) rmSync(path.join(folder, name));
    await expect(open({})).rejects.toMatchObject({
      code: 'ERR_DEDUP',
      message: expect.stringMatching(/restore it from a copy/) as string,
    });
  });

  it('are forgotten when their window is over, or more than Max_keys are known', async () => {
    const calls: (string | undefined)[] = [];
    const move: Call = (_value, { key }) => calls.push(key);
    const files = new MemoryStore();
    const first = await open({ Move: move }, { files, windowMs: 1000, maxKeys: 2 });
    const peer = await first.connect();
    ['a', 'b', 'c', 'b', 'a'].forEach((key, index) => keyed(peer, index + 1, key));
    await first.until(() => replies(peer).length === 5);
    // All arrived at once, so that all were at work when Max_keys was met.
    keyed(peer, 6, 'd');
    await first.until(() => replies(peer).length === 6);
    expect(calls).toEqual(['a', 'b', 'c', 'd']);
    keyed(peer, 7, 'a');
    await first.until(() => replies(peer).length === 7);
    expect(calls).toEqual(['a', 'b', 'c', 'd', 'a']);
    await clock.advance(1000);
    keyed(peer, 8, 'a');
    await first.until(() => replies(peer).length === 8);
    expect(calls).toEqual(['a', 'b', 'c', 'd', 'a', 'a']);
    await stop(first.host);
    expect(files.keys('k', 'l')).toEqual(['ka']);
  });
});

describe('order', () => {
  it('stays that of arrival while marks are being written, for messages without key too', async () => {
    const files = new MemoryStore();
    const seen: unknown[] = [];
    const move: Call = (value) => seen.push(value);
    const { connect } = await open({ Move: move }, { files });
    const peer = await connect();
    files.hold();
    keyed(peer, 1, 'a');
    peer.request(2, 'Move', 2);
    keyed(peer, 3, 'b');
    peer.request(4, 'Move', 4);
    await clock.settle();
    expect(seen).toEqual([]);
    files.release();
    await clock.settle();
    await clock.settle();
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('lets no handler begin before its own mark is written, whatever is written before it', async () => {
    const files = new MemoryStore();
    const steps: string[] = [];
    const hook: DedupHook = (step, key) => steps.push(`${step} ${key}`);
    const { connect } = await open(
      { Move: (value) => steps.push(`handler ${String(value)}`) },
      { files, hook },
    );
    const peer = await connect();
    files.hold();
    keyed(peer, 1, 'a');
    await clock.settle();
    // Comes too late for the first write.
    keyed(peer, 2, 'b');
    await clock.settle();
    files.release();
    await clock.settle();
    await clock.settle();
    const order = ['handler 1', 'after-write b', 'handler 2'].map((step) => steps.indexOf(step));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('goes on past a message that is cancelled while its mark is being written, and forgets that one', async () => {
    const files = new MemoryStore();
    const seen: unknown[] = [];
    const move: Call = (value) => seen.push(value);
    const { connect } = await open({ Move: move }, { files });
    const peer = await connect();
    files.hold();
    keyed(peer, 1, 'a');
    peer.request(2, 'Move', 2);
    await clock.settle();
    peer.send({ cancel: 1 });
    await clock.settle();
    expect(seen).toEqual([2]);
    files.release();
    await clock.settle();
    await clock.settle();
    expect(seen).toEqual([2]);
    expect(files.keys('k', 'l')).toEqual([]);
  });

  it('lets an urgent message with a key begin at once when its mark is written', async () => {
    const files = new MemoryStore();
    const seen: unknown[] = [];
    const { connect } = await open(
      { Move: () => new Promise(() => undefined), Stop: (value) => seen.push(value) },
      { files, maxInFlight: 1 },
    );
    const peer = await connect();
    peer.request(1, 'Move');
    peer.request(2, 'Move');
    keyed(peer, 3, 'a', 'Stop');
    await clock.settle();
    await clock.settle();
    expect(seen).toEqual([3]);
  });
});

describe('a full disk', () => {
  it('while marking: an error acknowledgement, the connection stays, the handler is not called; then it goes on', async () => {
    const files = new MemoryStore();
    let calls = 0;
    const { connect, reported } = await open({ Move: () => (calls += 1) }, { files });
    const peer = await connect();
    files.writeError = noSpace;
    keyed(peer, 1, 'a');
    peer.request(2, 'Move');
    await clock.settle();
    await clock.settle();
    expect(replies(peer)).toEqual([
      expect.stringMatching(/^error 1 .*"ERR_DEDUP".*free some space/),
      '2 {"result":1}',
    ]);
    expect(reported).toEqual(['ERR_DEDUP']);
    files.writeError = undefined;
    keyed(peer, 3, 'a');
    await clock.settle();
    await clock.settle();
    expect(replies(peer).slice(2)).toEqual(['3 {"result":2}']);
    // Nothing may follow a record that was not written whole.
    expect(files.opens).toBe(2);
  });

  it('while keeping an answer: it is acknowledged, not handled again, and kept when there is room', async () => {
    const files = new MemoryStore();
    let calls = 0;
    const { connect, reported, host } = await open(
      {
        Move: () => {
          files.writeError = noSpace;
          return (calls += 1);
        },
      },
      { files },
    );
    const peer = await connect();
    keyed(peer, 1, 'a');
    await clock.settle();
    await clock.settle();
    keyed(peer, 2, 'a');
    await clock.settle();
    expect(replies(peer)).toEqual(['1 {"result":1}', '2 {"result":1}']);
    expect(reported).toEqual(['ERR_DEDUP']);
    files.writeError = undefined;
    await stop(host);
    const again = await open({ Move: () => (calls += 1) }, { files });
    const after = await again.connect();
    keyed(after, 1, 'a');
    await clock.settle();
    await clock.settle();
    expect(replies(after)).toEqual(['1 {"result":1}']);
    expect(calls).toBe(1);
  });

  it('while keeping an answer too large to be kept: a repeat is told so, also while the disk takes its mark', async () => {
    const files = new MemoryStore();
    let calls = 0;
    const { connect, reported } = await open(
      {
        Move: () => {
          files.writeError = noSpace;
          calls += 1;
          return 'x'.repeat(2000);
        },
        Other: () => 1,
      },
      { files, maxUnsentBytes: 1000 },
    );
    const peer = await connect();
    keyed(peer, 1, 'a');
    await clock.settle();
    await clock.settle();
    files.writeError = undefined;
    keyed(peer, 2, 'b', 'Other');
    for (let turn = 0; turn < 100 && !replies(peer).some((line) => line.startsWith('2 ')); turn += 1) {
      keyed(peer, 3 + turn, 'a');
      await Promise.resolve();
    }
    await clock.settle();
    await clock.settle();
    const repeats = replies(peer).filter((line) => !/^[12] /.test(line));
    expect(repeats.length).toBeGreaterThan(0);
    for (const repeat of repeats) expect(repeat).toMatch(/^error \d+ .*ERR_ANSWER_NOT_KEPT/);
    expect(reported).toEqual(['ERR_DEDUP']);
    expect(calls).toBe(1);
  });

  it('or one that cannot be read: a repeat has an error and is not handled again', async () => {
    const files = new MemoryStore();
    let calls = 0;
    const { connect, reported } = await open({ Move: () => (calls += 1) }, { files });
    const peer = await connect();
    keyed(peer, 1, 'a');
    await clock.settle();
    await clock.settle();
    files.readError = new Error('EIO');
    keyed(peer, 2, 'a');
    await clock.settle();
    files.readError = undefined;
    keyed(peer, 3, 'a');
    await clock.settle();
    expect(replies(peer)).toEqual([
      '1 {"result":1}',
      expect.stringMatching(/^error 2 .*ERR_DEDUP/),
      '3 {"result":1}',
    ]);
    expect(reported).toEqual(['ERR_DEDUP']);
    expect(calls).toBe(1);
  });
});

describe('The store', () => {
  it('gives an answer also while it is opened anew after a failed write', async () => {
    const files = new MemoryStore();
    const store = new DiskDedupStore({ path: folder, files });
    await store.open();
    await store.keep('a', 1, { streamed: false, results: ['1'] });
    files.writeError = noSpace;
    await expect(store.enter('b', 2)).rejects.toMatchObject({ code: 'ERR_DEDUP' });
    files.writeError = undefined;
    files.hold();
    const entering = store.enter('b', 3);
    await clock.settle();
    expect(files.isOpen).toBe(false);
    const recalled = store.recall('a');
    files.release();
    expect(await recalled).toEqual({ streamed: false, results: ['1'] });
    await entering;
    await store.close();
  });

  it('deletes thousands of keys in bounded pieces', async () => {
    const files = new MemoryStore();
    const store = new DiskDedupStore({ path: folder, files });
    await store.open();
    for (let index = 0; index < 10_000; index += 1) store.forget(`${index}`);
    await store.enter('last', 1);
    await store.close();
    expect(Math.max(...files.writes.map(({ size }) => size))).toBeLessThan(5000);
    expect(files.writes.reduce((sum, { size }) => sum + size, 0)).toBe(20_001);
  });
});

describe('the end of a host', () => {
  it('does not wait for a connection whose last message could not be marked', async () => {
    const files = new MemoryStore();
    const { host, connect } = await open({ Move: () => 1 }, { files });
    const peer = await connect();
    files.hold();
    keyed(peer, 1, 'a');
    await clock.settle();
    await host.close();
    let emptied = false;
    void host.emptied().then(() => (emptied = true));
    files.writeError = noSpace;
    files.release();
    await clock.settle();
    await clock.settle();
    expect(replies(peer)).toEqual([expect.stringMatching(/^error 1 .*ERR_DEDUP/)]);
    expect(peer.events).toContain('end');
    peer.link.end();
    await clock.settle();
    expect(emptied).toBe(true);
  });

  it('waits for what runs without a connection, then aborts and counts it', async () => {
    const seen: Message[] = [];
    const slow: Call = (_value, message) => {
      seen.push(message);
      return new Promise(() => undefined);
    };
    const { host, connect } = await open({ Move: slow }, { files: new MemoryStore() });
    const peer = await connect();
    keyed(peer, 1, 'a');
    await clock.settle();
    await clock.settle();
    (peer.link as unknown as { reset(): void }).reset();
    await clock.settle();
    let emptied = false;
    await host.close();
    void host.emptied().then(() => (emptied = true));
    await clock.settle();
    expect(host.unfinished).toBe(1);
    expect(emptied).toBe(false);
    expect(host.abort()).toBe(1);
    await clock.settle();
    expect(emptied).toBe(true);
    expect(seen[0]?.signal.reason).toMatchObject({ code: 'ERR_APP_STOPPING' });
  });
});

describe('an answer', () => {
  it.each([
    ['one result', () => 'x'.repeat(2000), 2],
    [
      'a stream of results',
      async function* () {
        yield 'x'.repeat(600);
        yield 'x'.repeat(600);
      },
      4,
    ],
  ])(
    'too large to be kept, as %s, reaches who waits; a repeat is told so, after a restart too',
    async (_, call, lines) => {
      let calls = 0;
      const move: Call = () => {
        calls += 1;
        return call();
      };
      const options = { files: new MemoryStore(), maxUnsentBytes: 1000 };
      const first = await open({ Move: move }, options);
      const peer = await first.connect();
      keyed(peer, 1, 'a');
      await first.until(() => replies(peer).length === lines - 1);
      keyed(peer, 2, 'a');
      await first.until(() => replies(peer).length === lines);
      expect(replies(peer)[0]).toContain('xxx');
      expect(replies(peer).at(-1)).toMatch(/^error 2 .*ERR_ANSWER_NOT_KEPT/);
      await stop(first.host);
      const second = await open({ Move: move }, options);
      const after = await second.connect();
      keyed(after, 1, 'a');
      await second.until(() => replies(after).length === 1);
      expect(replies(after)[0]).toMatch(/^error 1 .*ERR_ANSWER_NOT_KEPT/);
      expect(calls).toBe(1);
    },
  );

  it('of any results comes back from the disk as it was', async () => {
    const store = new DiskDedupStore({ path: folder });
    await store.open();
    const answers: KeptAnswer[] = [
      { streamed: true, results: [] },
      { streamed: true, results: ['1', Uint8Array.of(7), 'NaN', '"\u00e9\u20ac"'] },
      { streamed: false, results: [new Uint8Array(0)] },
      { streamed: false, results: ['x'.repeat(100_000)] },
    ];
    for (const [index, answer] of answers.entries()) {
      await store.keep(`k${index}`, 1, answer);
      const recalled = await store.recall(`k${index}`);
      expect(recalled?.streamed).toBe(answer.streamed);
      expect(recalled?.results.map((result) => Buffer.from(result))).toEqual(
        answer.results.map((result) => Buffer.from(result)),
      );
    }
    await store.close();
  });
});
