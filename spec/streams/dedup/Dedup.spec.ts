import { Subject } from 'rxjs';
import type { Message } from '../../../src/streams/messages/Message';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import type { FramePeer } from '../../support/FramePeer';
import { openTestApp, stopNow, type TestApp } from '../../support/openTestApp';

let test: TestApp;

async function open(
  dedup: Readonly<Record<string, unknown>> = {},
  host: Readonly<Record<string, unknown>> = {},
  highWaterMark?: number,
): Promise<TestApp> {
  const transport = createMemoryTransport(highWaterMark === undefined ? {} : { highWaterMark });
  test = await openTestApp({ host: { Dedup: dedup, Heartbeat_ms: 0, ...host }, transport });
  return test;
}

/** A handler that answers when told, and the messages it was called with. */
function byHand(): {
  readonly seen: Message[];
  readonly answers: ((value: unknown) => void)[];
  handler(value: unknown, message: Message): Promise<unknown>;
} {
  const seen: Message[] = [];
  const answers: ((value: unknown) => void)[] = [];
  return {
    seen,
    answers,
    handler: (_value, message) => {
      seen.push(message);
      return new Promise((resolve) => answers.push(resolve));
    },
  };
}

function keyed(peer: FramePeer, id: number, key: string, action = 'Move', keys: object = {}): void {
  peer.request(id, action, 1, { 'message-key': key, ...keys });
}

/** What a peer got, hello left out. */
function replies(peer: FramePeer): string[] {
  return peer.log.filter((line) => line !== 'hello');
}

afterEach(async () => {
  await stopNow(test);
  expect(test.clock.pending).toBe(0);
});

describe('a repeat', () => {
  it('after the answer gets the kept answer, and its handler is not asked again', async () => {
    const { app, clock, connect } = await open();
    const seen: unknown[] = [];
    app.handle('Move', (value) => ({ moved: seen.push(value) }));
    const peer = await connect();
    keyed(peer, 1, 'k1');
    keyed(peer, 2, 'k1');
    await clock.settle();
    const other = await connect();
    keyed(other, 1, 'k1');
    await clock.settle();
    expect(seen).toHaveLength(1);
    expect(replies(peer)).toEqual(['1 {"result":{"moved":1}}', '2 {"result":{"moved":1}}']);
    expect(replies(other)).toEqual(['1 {"result":{"moved":1}}']);
  });

  it('while the first runs joins its answer, from another connection too', async () => {
    const { app, clock, connect } = await open();
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    const other = await connect();
    keyed(peer, 1, 'k1');
    keyed(peer, 2, 'k1');
    keyed(other, 1, 'k1');
    await clock.settle();
    expect(seen).toHaveLength(1);
    answers[0]?.('there');
    await clock.settle();
    expect(replies(peer)).toEqual(['1 {"result":"there"}', '2 {"result":"there"}']);
    expect(replies(other)).toEqual(['1 {"result":"there"}']);
  });

  it('gets null and raw bytes as they were, also when the handler uses its bytes again', async () => {
    const { app, clock, connect } = await open();
    const bytes = Uint8Array.of(1, 2, 3);
    app.handle('Image', () => bytes);
    app.handle('Nothing', () => undefined);
    const peer = await connect();
    keyed(peer, 1, 'k1', 'Image');
    keyed(peer, 2, 'k2', 'Nothing');
    await clock.settle();
    bytes.fill(0);
    keyed(peer, 3, 'k1', 'Image');
    keyed(peer, 4, 'k2', 'Nothing');
    await clock.settle();
    expect(peer.contents[3]).toEqual(Uint8Array.of(1, 2, 3));
    expect(replies(peer)).toEqual(['1 <3 bytes>', '2 {"result":null}', '3 <3 bytes>', '4 {"result":null}']);
  });

  it('of a stream gets the earlier results and those that follow, later all of them', async () => {
    const { app, clock, connect } = await open();
    const results = new Subject<number>();
    app.handle('Sweep', () => results);
    const peer = await connect();
    const other = await connect();
    keyed(peer, 1, 'k1', 'Sweep');
    await clock.settle();
    results.next(1);
    results.next(2);
    keyed(other, 1, 'k1', 'Sweep');
    await clock.settle();
    results.next(3);
    results.complete();
    await clock.settle();
    keyed(other, 2, 'k1', 'Sweep');
    await clock.settle();
    const all = (id: number): string[] => [
      `next ${id} {"result":1}`,
      `next ${id} {"result":2}`,
      `next ${id} {"result":3}`,
      `complete ${id}`,
    ];
    expect(replies(peer)).toEqual(all(1));
    expect(replies(other)).toEqual([...all(1), ...all(2)]);
  });

  it('without acknowledgement is dropped, while the first runs and later', async () => {
    const { app, clock, connect } = await open();
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    keyed(peer, 1, 'k1', 'Move', { ack: 'none' });
    keyed(peer, 2, 'k1', 'Move', { ack: 'none' });
    await clock.settle();
    answers[0]?.('there');
    await clock.settle();
    keyed(peer, 3, 'k1', 'Move', { ack: 'none' });
    keyed(peer, 4, 'k1');
    await clock.settle();
    expect(seen).toHaveLength(1);
    expect(replies(peer)).toEqual(['4 {"result":"there"}']);
  });

  it('does not appear in messages$, and carries its key to the handler', async () => {
    const { app, clock, connect } = await open();
    const seen: Message[] = [];
    app.messages$.subscribe((message) => seen.push(message));
    app.handle('Move', (_value, message) => message.key);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    keyed(peer, 2, 'k1');
    await clock.settle();
    expect(seen.map(({ id, key, redelivered }) => [id, key, redelivered])).toEqual([[1, 'k1', false]]);
    expect(replies(peer)).toEqual(['1 {"result":"k1"}', '2 {"result":"k1"}']);
  });

  it('is nothing special without Dedup, or without a key', async () => {
    test = await openTestApp({ host: { Heartbeat_ms: 0 } });
    let calls = 0;
    test.app.handle('Move', () => (calls += 1));
    const plain = await test.connect();
    keyed(plain, 1, 'k1');
    keyed(plain, 2, 'k1');
    await test.clock.settle();
    expect(calls).toBe(2);
    await stopNow(test);
    const { app, clock, connect } = await open();
    app.handle('Move', () => (calls += 1));
    const peer = await connect();
    peer.request(1, 'Move');
    peer.request(2, 'Move');
    await clock.settle();
    expect(calls).toBe(4);
  });

  it('that is the last request of its connection ends it, after the kept answer', async () => {
    const { app, clock, connect } = await open();
    app.handle('Move', () => 'there');
    const peer = await connect();
    keyed(peer, 1, 'k1');
    await clock.settle();
    keyed(peer, 2, 'k1', 'Move', { connection: 'close' });
    await clock.settle();
    expect(replies(peer).at(-1)).toBe('2 {"result":"there"}');
    expect(peer.events).toContain('end');
  });

  it('keeps an idle connection as any request does', async () => {
    const { app, clock, connect } = await open({}, { Limits: { Idle_timeout_ms: 1000 } });
    app.handle('Move', () => 'there');
    const peer = await connect();
    for (let id = 1; id <= 5; id += 1) {
      keyed(peer, id, 'k1');
      await clock.advance(800);
    }
    expect(peer.events).toEqual([]);
    await clock.advance(2000);
    expect(peer.events).toContain('end');
  });

  it('is told to clients in hello', async () => {
    const { app, clock, connect } = await open();
    app.handle('Move', () => 1);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    await clock.settle();
    expect(peer.contents[0]).toMatchObject({ dedup: true });
  });
});

describe('after an error acknowledgement', () => {
  it('the next repeat is handled again, as redelivered, and its success is kept', async () => {
    const { app, clock, connect } = await open();
    const seen: boolean[] = [];
    app.handle('Move', (_value, { redelivered }) => {
      seen.push(redelivered);
      if (seen.length < 3) throw new Error('stage is locked');
      return 'there';
    });
    const peer = await connect();
    for (const id of [1, 2, 3, 4]) keyed(peer, id, 'k1');
    await clock.settle();
    expect(seen).toEqual([false, true, true]);
    const locked = '{"result":{"code":"ERR_HANDLER_FAILED","message":"stage is locked"}}';
    expect(replies(peer)).toEqual([
      `error 1 ${locked}`,
      `error 2 ${locked}`,
      '3 {"result":"there"}',
      '4 {"result":"there"}',
    ]);
  });

  it('all who had joined have the error', async () => {
    const { app, clock, connect } = await open({}, { Limits: { Handler_timeout_ms: 1000 } });
    const { seen, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    const other = await connect();
    keyed(peer, 1, 'k1');
    keyed(other, 1, 'k1');
    await clock.advance(1000);
    expect(replies(peer)).toEqual([expect.stringMatching(/^error 1 .*ERR_HANDLER_TIMEOUT/)]);
    expect(replies(other)).toEqual([expect.stringMatching(/^error 1 .*ERR_HANDLER_TIMEOUT/)]);
    expect(seen[0]?.signal.aborted).toBe(true);
  });
});

describe('a link that is cut', () => {
  it('does not end the handler; the repeat on the next connection gets its answer', async () => {
    const { app, clock, connect } = await open();
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    await clock.settle();
    (peer.link as unknown as { reset(): void }).reset();
    await clock.settle();
    expect(seen[0]?.signal.aborted).toBe(false);
    const second = await connect();
    keyed(second, 1, 'k1');
    await clock.settle();
    answers[0]?.('there');
    await clock.settle();
    expect(seen).toHaveLength(1);
    expect(replies(second)).toEqual(['1 {"result":"there"}']);
  });

  it('by the end of the peer goes on as well, with nobody there, and its answer is kept', async () => {
    const { app, clock, connect } = await open();
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    peer.link.end();
    await clock.settle();
    answers[0]?.('there');
    await clock.settle();
    const second = await connect();
    keyed(second, 1, 'k1');
    await clock.settle();
    expect(seen).toHaveLength(1);
    expect(seen[0]?.signal.aborted).toBe(false);
    expect(replies(second)).toEqual(['1 {"result":"there"}']);
  });

  it('before the turn of a message has come forgets it: nothing was handled', async () => {
    const { app, clock, connect } = await open({}, { Limits: { Max_in_flight: 1 } });
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    keyed(peer, 2, 'k2');
    await clock.settle();
    (peer.link as unknown as { reset(): void }).reset();
    await clock.settle();
    const second = await connect();
    keyed(second, 1, 'k2');
    await clock.settle();
    answers[1]?.('there');
    await clock.settle();
    expect(seen.map(({ key, redelivered }) => [key, redelivered])).toEqual([
      ['k1', false],
      ['k2', false],
    ]);
    expect(replies(second)).toEqual(['1 {"result":"there"}']);
  });
});

describe('cancel', () => {
  it('of the only one who waits ends the handler, and a repeat is handled again', async () => {
    const { app, clock, connect } = await open();
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    await clock.settle();
    peer.send({ cancel: 1 });
    await clock.settle();
    expect(seen[0]?.signal.aborted).toBe(true);
    answers[0]?.('too late');
    await clock.settle();
    keyed(peer, 2, 'k1');
    await clock.settle();
    answers[1]?.('there');
    await clock.settle();
    expect(seen.map(({ redelivered }) => redelivered)).toEqual([false, true]);
    expect(replies(peer)).toEqual(['2 {"result":"there"}']);
  });

  it('frees the slot only when the handler has settled', async () => {
    const { app, clock, connect } = await open({}, { Limits: { Max_in_flight: 1 } });
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    keyed(peer, 2, 'k2');
    await clock.settle();
    peer.send({ cancel: 1 });
    await clock.settle();
    expect(seen).toHaveLength(1);
    answers[0]?.(null);
    await clock.settle();
    expect(seen).toHaveLength(2);
  });

  it('said twice does not free it either', async () => {
    const { app, clock, connect } = await open({}, { Limits: { Max_in_flight: 1 } });
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    keyed(peer, 2, 'k2');
    await clock.settle();
    peer.send({ cancel: 1 });
    peer.send({ cancel: 1 });
    await clock.settle();
    expect(seen).toHaveLength(1);
    answers[0]?.(null);
    await clock.settle();
    expect(seen).toHaveLength(2);
  });

  it('by one of several leaves the handler at work for the others', async () => {
    const { app, clock, connect } = await open();
    const { seen, answers, handler } = byHand();
    app.handle('Move', handler);
    const peer = await connect();
    keyed(peer, 1, 'k1');
    keyed(peer, 2, 'k1');
    await clock.settle();
    peer.send({ cancel: 1 });
    await clock.settle();
    expect(seen[0]?.signal.aborted).toBe(false);
    answers[0]?.('there');
    await clock.settle();
    expect(replies(peer)).toEqual(['2 {"result":"there"}']);
  });
});

describe('a stream of results', () => {
  const limits = { Limits: { Max_in_flight: 1, Max_unsent_bytes: 1000 } };
  const large = 'x'.repeat(800);

  it('goes on without a joiner that does not read, whose slot is free again', async () => {
    const { app, clock, connect } = await open({}, limits, 100);
    const results = new Subject<string>();
    app.handle('Sweep', () => results);
    app.handle('Stop', () => 'stopped', { urgent: false });
    const peer = await connect();
    const lazy = await connect();
    keyed(peer, 1, 'k1', 'Sweep');
    await clock.settle();
    keyed(lazy, 1, 'k1', 'Sweep');
    await clock.settle();
    lazy.link.pause();
    for (const end of ['a', 'b', 'c', 'd']) {
      results.next(large + end);
      await clock.settle();
    }
    lazy.link.resume();
    keyed(lazy, 2, 'k2', 'Stop');
    await clock.settle();
    expect(replies(lazy).slice(-2)).toEqual([
      expect.stringMatching(/^error 1 .*ERR_RESULT_OVERFLOW/),
      '2 {"result":"stopped"}',
    ]);
    results.complete();
    await clock.settle();
    expect(replies(peer)).toHaveLength(5);
    expect(replies(peer).at(-1)).toBe('complete 1');
  });

  it('never looks complete to a peer that did not get the last of them, acknowledged by hand', async () => {
    const { app, clock, connect } = await open({}, limits, 100);
    const results = new Subject<string>();
    let last: Message | undefined;
    app.handle('Sweep', (_value, message) => {
      last = message;
      return results;
    });
    const lazy = await connect();
    keyed(lazy, 1, 'k1', 'Sweep');
    await clock.settle();
    lazy.link.pause();
    results.next(large);
    last?.ack('the last');
    await clock.settle();
    lazy.link.resume();
    await clock.settle();
    expect(replies(lazy).at(-1)).toMatch(/^error 1 .*ERR_RESULT_OVERFLOW/);
  });
});

describe('answers without a Path', () => {
  it('are held up to 64 MiB together; of the oldest beyond only the key is known', async () => {
    const bytes = 8 * 1024 * 1024;
    const { app, clock, connect } = await open({}, { Limits: { Max_unsent_bytes: 2 * bytes } });
    let calls = 0;
    app.handle('Image', () => {
      calls += 1;
      return new Uint8Array(bytes);
    });
    const peer = await connect();
    const count = 9;
    for (let id = 1; id <= count; id += 1) {
      keyed(peer, id, `k${id}`, 'Image');
      await clock.settle();
    }
    // Eight of them and what comes with each are more than 64 MiB, so that seven are held.
    for (let id = 1; id <= count; id += 1) {
      keyed(peer, count + id, `k${id}`, 'Image');
      await clock.settle();
    }
    const repeats = replies(peer).slice(count);
    for (const repeat of repeats.slice(0, 2)) expect(repeat).toMatch(/^error \d+ .*ERR_ANSWER_NOT_KEPT/);
    for (const repeat of repeats.slice(2)) expect(repeat).toMatch(new RegExp(`^\\d+ <${bytes} bytes>$`));
    expect(repeats).toHaveLength(count);
    expect(calls).toBe(count);
  });
});
