import { NEVER, Observable, Subject, of } from 'rxjs';
import type { Message } from '../../../src/streams/messages/Message';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { frameOf } from '../../support/FramePeer';
import { openTestApp, stopNow, type TestApp } from '../../support/openTestApp';

let test: TestApp;

async function open(host: Readonly<Record<string, unknown>> = {}, highWaterMark?: number): Promise<TestApp> {
  const transport = createMemoryTransport(highWaterMark === undefined ? {} : { highWaterMark });
  test = await openTestApp({ host, transport });
  return test;
}

/** A handler that never settles by itself, and what it was called with. */
function deaf(): { readonly seen: Message[]; handler(value: unknown, message: Message): Promise<unknown> } {
  const seen: Message[] = [];
  return {
    seen,
    handler: (_value, message) => {
      seen.push(message);
      return new Promise(() => undefined);
    },
  };
}

afterEach(async () => {
  await stopNow(test);
  expect(test.clock.pending).toBe(0);
});

describe('a legacy peer', () => {
  it('gets one frame, then the end, and its connection closes when it closes', async () => {
    const { app, clock, connect } = await open();
    app.handle('Status', (value) => ({ got: value }));
    const peer = await connect();
    peer.ask('Status', 'x');
    await clock.settle();
    expect(peer.log).toEqual(['{"result": {"got":"x"}}']);
    expect(peer.events).toEqual(['end']);
    peer.link.end();
    await clock.settle();
    expect(peer.events).toEqual(['end', 'close']);
  });

  it('gets its answer also when it has ended its direction after the request', async () => {
    const { app, clock, connect } = await open();
    let answer: (value: string) => void = () => undefined;
    app.handle('Status', () => new Promise<string>((resolve) => (answer = resolve)));
    const peer = await connect();
    peer.ask('Status');
    peer.link.end();
    await clock.settle();
    expect(peer.log).toEqual([]);
    answer('late');
    await clock.settle();
    expect(peer.log).toEqual(['{"result": "late"}']);
    expect(peer.events).toEqual(['end', 'close']);
  });

  it('gets errors as text under result, marked by the status', async () => {
    const { app, clock, connect } = await open();
    app.handle('Move', () => {
      throw new Error('stage is locked');
    });
    const peer = await connect();
    peer.ask('Move');
    await clock.settle();
    expect(peer.log).toEqual(['error {"result": "Error: stage is locked"}']);
  });

  it('gets a stream of results as one array', async () => {
    const { app, clock, connect } = await open();
    app.handle('Sweep', () => of(1, 2, 3));
    const peer = await connect();
    peer.ask('Sweep');
    await clock.settle();
    expect(peer.log).toEqual(['{"result": [1,2,3]}']);
  });

  it('gets bytes as a raw reply', async () => {
    const { app, clock, connect } = await open();
    app.handle('Image', () => Uint8Array.of(1, 2, 3));
    const peer = await connect();
    peer.ask('Image');
    await clock.settle();
    expect(peer.contents).toEqual([Uint8Array.of(1, 2, 3)]);
    expect(peer.frames[0]?.header.contentType).not.toBe('text/json');
  });

  it('is not harmed by bytes after its request: one answer, no reset', async () => {
    const { app, clock, connect } = await open();
    app.handle('Status', () => 'fine');
    const peer = await connect();
    peer.ask('Status');
    peer.ask('Status');
    peer.link.write(Buffer.alloc(100_000));
    await clock.settle();
    expect(peer.frames).toHaveLength(1);
    expect(peer.events).toEqual(['end']);
  });

  it.each([
    ['native keys of another script', { native: 'yes', 'message-id': 'abc', ack: 3, cancel: [] }],
    ['native without keep-alive', { native: 1, 'message-id': 1 }],
    ['keep-alive without native', { 'message-id': 1, connection: 'keep-alive' }],
  ])('with %s is answered once and closed', async (_name, keys) => {
    const { app, clock, connect } = await open();
    app.handle('Status', () => 'fine');
    const peer = await connect();
    peer.send(keys, { action: 'Status', value: 1 });
    await clock.settle();
    expect(peer.log).toEqual(['{"result": "fine"}']);
    expect(peer.events).toEqual(['end']);
  });

  it('may send raw content: its action is empty, whatever a foreign key says', async () => {
    const { app, clock, connect } = await open();
    app.handle('', (value) => `${(value as Uint8Array).length} bytes`);
    const peer = await connect();
    peer.send({ action: 'Status' }, Uint8Array.of(1, 2));
    await clock.settle();
    expect(peer.log).toEqual(['{"result": "2 bytes"}']);
  });

  it('aborts the signal of its handler when it is gone', async () => {
    const { app, clock, connect } = await open();
    const { seen, handler } = deaf();
    app.handle('Move', handler);
    const peer = await connect();
    peer.ask('Move');
    await clock.settle();
    peer.link.destroy();
    await clock.settle();
    expect(seen[0]?.signal.aborted).toBe(false);
    // Only a reset says that nobody is left to answer; an end may be a half-close.
    const second = await connect();
    second.ask('Move');
    await clock.settle();
    (second.link as unknown as { reset(): void }).reset();
    await clock.settle();
    expect(seen[1]?.signal.aborted).toBe(true);
  });
});

describe('what is no request', () => {
  const refused: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['a TLS hello', Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01), 'ERR_BAD_HEADER'],
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n', 'ERR_BAD_HEADER'],
  ];
  it.each(refused)('%s is refused with one error frame and an end', async (_name, bytes, code) => {
    const { clock, connect, codes } = await open();
    const peer = await connect();
    peer.link.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    await clock.settle();
    expect(peer.log).toEqual([expect.stringMatching(/^error \{"result": "Error: /)]);
    expect(peer.events).toEqual(['end']);
    expect(codes()).toEqual([code]);
  });

  it.each([
    ['no object', '[1]', 'ERR_BAD_REQUEST'],
    ['an action that is no string', '{"action": 5, "value": 1}', 'ERR_BAD_REQUEST'],
    ['no JSON', '{"action"', 'ERR_BAD_CONTENT'],
    ['nothing', '', 'ERR_BAD_CONTENT'],
  ])('content that is %s is refused', async (_name, content, code) => {
    const { clock, connect, codes, failures } = await open();
    const peer = await connect();
    peer.send({}, content);
    await clock.settle();
    expect(peer.log).toEqual([expect.stringMatching(/^error \{"result": "Error: /)]);
    expect(codes()).toEqual([code]);
    expect(failures[0]?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('discards what a refused peer goes on sending, and drops it only when Linger_ms is over', async () => {
    const { clock, connect } = await open({ Limits: { Max_content_bytes: 1000, Linger_ms: 500 } });
    const peer = await connect();
    peer.send({ 'content-length': 5_000_000 }, '');
    await clock.settle();
    expect(peer.log).toEqual([expect.stringContaining('Max_content_bytes')]);
    for (let sent = 0; sent < 50; sent += 1) {
      peer.link.write(Buffer.alloc(100_000));
      await clock.settle();
    }
    expect(peer.link.unsentBytes).toBe(0);
    expect(peer.events).toEqual(['end']);
    await clock.advance(500);
    peer.link.write(Buffer.alloc(1));
    await clock.settle();
    expect(peer.events).toEqual(['end', 'close ECONNRESET']);
  });

  it('an end inside a frame gets no reply and is a failure', async () => {
    const { clock, connect, codes } = await open();
    const peer = await connect();
    peer.link.write(Buffer.from([0, 90, 0x7b]));
    peer.link.end();
    await clock.settle();
    expect(peer.frames).toEqual([]);
    expect(peer.events).toEqual(['end', 'close']);
    expect(codes()).toEqual(['ERR_TRUNCATED_FRAME']);
  });
});

describe('a native peer', () => {
  it('gets hello before any handler runs, and then its answers by message-id', async () => {
    const { app, clock, connect } = await open();
    const { handler } = deaf();
    app.handle('Slow', handler);
    app.handle('Fast', (value) => value);
    const peer = await connect();
    peer.request(1, 'Slow');
    await clock.settle();
    expect(peer.log).toEqual(['hello']);
    expect(peer.contents[0]).toEqual({
      'max-in-flight': 256,
      'max-content-bytes': 16_777_216,
      'heartbeat-ms': 15_000,
      dedup: false,
    });
    peer.request(2, 'Fast', 'two');
    peer.request(3, 'Fast', 'three');
    await clock.settle();
    expect(peer.log).toEqual(['hello', '2 {"result":"two"}', '3 {"result":"three"}']);
  });

  it('gets several results one by one and then complete', async () => {
    const { app, clock, connect } = await open();
    app.handle('Sweep', () => of(1, Uint8Array.of(7)));
    const peer = await connect();
    peer.request(1, 'Sweep');
    await clock.settle();
    expect(peer.log).toEqual(['hello', 'next 1 {"result":1}', 'next 1 <1 bytes>', 'complete 1']);
  });

  it('gets code and message of an error', async () => {
    const { app, clock, connect } = await open();
    app.handle('Move', () => {
      throw Object.assign(new Error('locked'), { code: 'E_LOCKED' });
    });
    const peer = await connect();
    peer.request(1, 'Move');
    peer.request(2, 'Nobody');
    await clock.settle();
    expect(peer.log).toEqual([
      'hello',
      'error 1 {"result":{"code":"E_LOCKED","message":"locked"}}',
      'error 2 {"result":{"code":"ERR_UNKNOWN_ACTION","message":"no handler for action \\"Nobody\\""}}',
    ]);
  });

  it('gets no reply to a request with ack: none, whatever its handler does', async () => {
    const { app, clock, connect, codes } = await open();
    app.handle('A', () => 1);
    app.handle('B', () => of(1, 2));
    app.handle('C', () => {
      throw new Error('lost');
    });
    const peer = await connect();
    peer.request(1, 'A');
    peer.request(2, 'A', 1, { ack: 'none' });
    peer.request(3, 'B', 1, { ack: 'none' });
    peer.request(4, 'C', 1, { ack: 'none' });
    await clock.settle();
    expect(peer.log).toEqual(['hello', '1 {"result":1}']);
    expect(codes()).toEqual(['ERR_HANDLER_FAILED']);
  });

  it('sends raw content with its action in the header', async () => {
    const { app, clock, connect } = await open();
    app.handle('Image', (value) => (value as Uint8Array).length);
    const peer = await connect();
    peer.send({ native: 1, 'message-id': 1, connection: 'keep-alive', action: 'Image' }, Buffer.alloc(9));
    await clock.settle();
    expect(peer.log).toEqual(['hello', '1 {"result":9}']);
  });

  it('ends a handler by cancel: the stream is unsubscribed, the signal aborts, no answer comes', async () => {
    const { app, clock, connect, codes } = await open();
    const results = new Subject<number>();
    const { seen, handler } = deaf();
    app.handle('Sweep', () => results);
    app.handle('Move', handler);
    const peer = await connect();
    peer.request(1, 'Sweep');
    peer.request(2, 'Move');
    await clock.settle();
    peer.send({ cancel: 1 });
    peer.send({ cancel: 2 });
    peer.send({ cancel: 99 });
    await clock.settle();
    expect(results.observed).toBe(false);
    expect(seen[0]?.signal.aborted).toBe(true);
    expect(peer.log).toEqual(['hello']);
    expect(codes()).toEqual([]);
  });

  it('is answered with pong', async () => {
    const { clock, connect } = await open();
    const peer = await connect();
    peer.request(1, 'Nobody');
    peer.send({ ping: 1 });
    await clock.settle();
    expect(peer.log[2]).toBe('pong');
  });

  it('cancels all its unanswered requests by ending the connection; none of the waiting ones is begun', async () => {
    const { app, clock, connect } = await open({ Limits: { Max_in_flight: 2 } });
    const begun: unknown[] = [];
    app.handle('Sweep', (value) => {
      begun.push(value);
      return NEVER;
    });
    const peer = await connect();
    for (let id = 1; id <= 4; id += 1) peer.request(id, 'Sweep', id);
    await clock.settle();
    expect(begun).toEqual([1, 2]);
    peer.link.end();
    await clock.settle();
    expect(begun).toEqual([1, 2]);
    expect(peer.events).toEqual(['end', 'close']);
  });

  it('has what it sent with ack: none handled also when it ends the connection right after', async () => {
    const { app, clock, connect } = await open({ Limits: { Max_in_flight: 1 } });
    const finish: (() => void)[] = [];
    const aborted: boolean[] = [];
    app.handle('Log', (_value, message) =>
      new Promise<void>((resolve) => finish.push(resolve)).then(
        () => void aborted.push(message.signal.aborted),
      ),
    );
    const peer = await connect();
    peer.request(1, 'Nobody');
    for (let id = 2; id <= 4; id += 1) peer.request(id, 'Log', id, { ack: 'none' });
    peer.link.end();
    for (let round = 0; round < 3; round += 1) {
      await clock.settle();
      finish.shift()?.();
    }
    await clock.settle();
    expect(aborted).toEqual([false, false, false]);
    expect(peer.events).toEqual(['end', 'close']);
  });

  it('answers everything outstanding and closes after a request without keep-alive', async () => {
    const { app, clock, connect } = await open();
    let answer: (value: string) => void = () => undefined;
    app.handle('Slow', () => new Promise<string>((resolve) => (answer = resolve)));
    app.handle('Fast', () => 'fast');
    const peer = await connect();
    peer.request(1, 'Slow');
    peer.send({ 'message-id': 2 }, { action: 'Fast', value: 1 });
    await clock.settle();
    expect(peer.events).toEqual([]);
    answer('slow');
    await clock.settle();
    expect(peer.log).toEqual(['hello', '2 {"result":"fast"}', '1 {"result":"slow"}']);
    expect(peer.events).toEqual(['end']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a message-id that does not ascend', { 'message-id': 1, connection: 'keep-alive' }],
    ['no message-id', { connection: 'keep-alive' }],
    ['a message-id that is no integer', { 'message-id': 2.5, connection: 'keep-alive' }],
    ['an unknown ack', { 'message-id': 2, connection: 'keep-alive', ack: 'all' }],
    ['a cancel that names nothing', { cancel: 'x' }],
    ['a message-key out of range', { 'message-id': 2, connection: 'keep-alive', 'message-key': 'a b' }],
    [
      'a message-key that is too long',
      { 'message-id': 2, connection: 'keep-alive', 'message-key': 'k'.repeat(65) },
    ],
    ['a message-key that is no string', { 'message-id': 2, connection: 'keep-alive', 'message-key': 7 }],
    ['a traceparent that is no string', { 'message-id': 2, connection: 'keep-alive', traceparent: 7 }],
    ['a connection that is no string', { 'message-id': 2, connection: 1 }],
  ])('violates the protocol with %s: an error without message-id, then the end', async (_name, keys) => {
    const { app, clock, connect, codes } = await open();
    const { seen, handler } = deaf();
    app.handle('Slow', handler);
    const peer = await connect();
    peer.request(1, 'Slow');
    peer.send(keys, { action: 'Slow', value: 2 });
    await clock.settle();
    expect(peer.frames).toHaveLength(2);
    expect(peer.log[1]).toMatch(/^error \{"result": \{"code":"ERR_PROTOCOL_VIOLATION"/);
    expect(peer.events).toEqual(['end']);
    expect(seen[0]?.signal.aborted).toBe(true);
    expect(codes()).toEqual(['ERR_PROTOCOL_VIOLATION']);
  });
});

describe('slots', () => {
  it('runs no more than Max_in_flight handlers, starts the rest in order, and keeps reading', async () => {
    const { app, clock, connect } = await open({ Limits: { Max_in_flight: 2 } });
    const finish: (() => void)[] = [];
    const begun: unknown[] = [];
    app.handle('Work', (value) => {
      begun.push(value);
      return new Promise((resolve) => finish.push(() => resolve(value)));
    });
    const peer = await connect();
    for (let id = 1; id <= 4; id += 1) peer.request(id, 'Work', id);
    await clock.settle();
    expect(begun).toEqual([1, 2]);
    finish[1]?.();
    await clock.settle();
    expect(begun).toEqual([1, 2, 3]);
    finish[0]?.();
    await clock.settle();
    expect(begun).toEqual([1, 2, 3, 4]);
    finish[2]?.();
    finish[3]?.();
    await clock.settle();
    expect(peer.log.slice(1)).toEqual([
      '2 {"result":2}',
      '1 {"result":1}',
      '3 {"result":3}',
      '4 {"result":4}',
    ]);
  });

  it('frees the slot of a cancelled request only when its handler has settled; cancel and ping still get through', async () => {
    const { app, clock, connect } = await open({ Limits: { Max_in_flight: 2 } });
    let running = 0;
    let most = 0;
    const finish: (() => void)[] = [];
    app.handle('Work', async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => finish.push(resolve));
      running -= 1;
    });
    const peer = await connect();
    peer.request(1, 'Work');
    peer.request(2, 'Work');
    peer.send({ cancel: 1 });
    peer.send({ cancel: 2 });
    peer.request(3, 'Work');
    peer.request(4, 'Work');
    peer.send({ cancel: 4 });
    peer.send({ ping: 1 });
    await clock.settle();
    expect(peer.log).toEqual(['hello', 'pong']);
    expect(most).toBe(2);
    for (const release of finish.splice(0)) release();
    await clock.settle();
    expect(finish).toHaveLength(1);
    expect(most).toBe(2);
  });

  it('never runs more than Max_in_flight handlers for 100,000 requests that are cancelled at once', async () => {
    const { app, clock, connect } = await open({ Limits: { Max_in_flight: 4 } });
    let running = 0;
    let most = 0;
    app.handle('Work', async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    });
    const peer = await connect();
    peer.request(1, 'Work');
    let bytes: Buffer[] = [];
    for (let id = 2; id <= 100_000; id += 1) {
      bytes.push(frameOf({ 'message-id': id, connection: 'keep-alive' }, { action: 'Work', value: id }));
      bytes.push(frameOf({ cancel: id }, ''));
      if (id % 1000 !== 0) continue;
      peer.link.write(Buffer.concat(bytes));
      bytes = [];
      await clock.settle();
    }
    expect(most).toBeLessThanOrEqual(4);
    expect(running).toBe(0);
  });

  it('gives an urgent handler a slot when all are taken', async () => {
    const { app, clock, connect } = await open({ Limits: { Max_in_flight: 1 } });
    app.handle('Work', deaf().handler);
    app.handle('Stop', () => 'stopped', { urgent: true });
    const peer = await connect();
    peer.request(1, 'Work');
    peer.request(2, 'Work');
    peer.request(3, 'Stop');
    await clock.settle();
    expect(peer.log).toEqual(['hello', '3 {"result":"stopped"}']);
  });

  it('starts a long row of waiting messages without growing the stack', async () => {
    const { app, clock, connect } = await open({ Limits: { Max_in_flight: 1 } });
    let release: () => void = () => undefined;
    let handled = 0;
    app.handle('First', () => new Promise<void>((resolve) => (release = resolve)));
    app.handle('Then', () => (handled += 1));
    const peer = await connect();
    peer.request(1, 'First');
    await clock.settle();
    const frames: Buffer[] = [];
    for (let id = 2; id <= 20_001; id += 1) {
      frames.push(
        frameOf({ 'message-id': id, connection: 'keep-alive', ack: 'none' }, { action: 'Then', value: 1 }),
      );
    }
    peer.link.write(Buffer.concat(frames));
    await clock.settle();
    release();
    await clock.settle();
    expect(handled).toBe(20_000);
  });
});

describe('a peer that does not read', () => {
  it('is not read from until it has caught up, and heartbeats go on meanwhile', async () => {
    const { app, clock, connect } = await open({ Heartbeat_ms: 1000 }, 2000);
    let handled = 0;
    app.handle('Big', () => {
      handled += 1;
      return 'x'.repeat(3000);
    });
    const peer = await connect();
    peer.request(1, 'Big');
    await clock.settle();
    peer.link.pause();
    peer.request(2, 'Big');
    await clock.settle();
    peer.request(3, 'Big');
    await clock.settle();
    expect(handled).toBe(2);
    await clock.advance(5000);
    peer.link.resume();
    await clock.settle();
    expect(handled).toBe(3);
    expect(peer.log.filter((line) => line === 'pong').length).toBeGreaterThanOrEqual(4);
    expect(peer.events).toEqual([]);
  });

  it('is closed after Write_timeout_ms, also when more is written to it meanwhile', async () => {
    const { app, clock, connect, codes, failures } = await open({ Limits: { Write_timeout_ms: 2000 } }, 2000);
    const results = new Subject<string>();
    app.handle('Watch', () => results);
    const peer = await connect();
    peer.request(1, 'Watch');
    await clock.settle();
    peer.link.pause();
    for (let second = 0; second < 5; second += 1) {
      results.next('x'.repeat(3000));
      await clock.advance(1000);
    }
    expect(codes()).toEqual(['ERR_WRITE_TIMEOUT']);
    expect(failures[0]?.error.message).toMatch(/^127\.0\.0\.1:\d+: .*2000 ms \(Limits\.Write_timeout_ms\)/);
    expect(results.observed).toBe(false);
  });

  it('has an AsyncIterable pulled only while it reads', async () => {
    const { app, clock, connect } = await open({}, 2000);
    let pulled = 0;
    app.handle('Sweep', async function* () {
      while (pulled < 50) {
        pulled += 1;
        yield 'x'.repeat(1500);
      }
    });
    const peer = await connect();
    peer.request(1, 'Nobody');
    await clock.settle();
    peer.link.pause();
    peer.request(2, 'Sweep');
    for (let turn = 0; turn < 20; turn += 1) await clock.settle();
    expect(pulled).toBeLessThan(30);
    peer.link.resume();
    for (let turn = 0; turn < 60; turn += 1) await clock.settle();
    expect(pulled).toBe(50);
    expect(peer.log.at(-1)).toBe('complete 2');
  });

  it('frees the slot of a cancelled AsyncIterable that waited for it', async () => {
    const { app, clock, connect } = await open({ Limits: { Handler_timeout_ms: 1000 } }, 2000);
    let cleanedUp = false;
    let message: Message | undefined;
    app.handle('Sweep', async function* (_value, given) {
      message = given;
      try {
        for (;;) yield 'x'.repeat(1500);
      } finally {
        cleanedUp = true;
      }
    });
    const peer = await connect();
    peer.request(1, 'Nobody');
    await clock.settle();
    peer.link.pause();
    peer.request(2, 'Sweep');
    for (let turn = 0; turn < 20; turn += 1) await clock.settle();
    let over = false;
    message?.onReleased(() => (over = true));
    message?.fail(new Error('enough'));
    await clock.settle();
    expect(cleanedUp).toBe(false);
    (peer.link as unknown as { reset(): void }).reset();
    await clock.settle();
    expect(cleanedUp).toBe(true);
    expect(over).toBe(true);
  });

  it('ends an Observable that has more than Max_unsent_bytes waiting', async () => {
    const { app, clock, connect, codes } = await open({ Limits: { Max_unsent_bytes: 5000 } }, 1000);
    app.handle(
      'Sweep',
      () =>
        new Observable<string>((subscriber) => {
          for (let turn = 0; turn < 1000 && !subscriber.closed; turn += 1) subscriber.next('x'.repeat(1000));
        }),
    );
    const peer = await connect();
    peer.request(1, 'Nobody');
    await clock.settle();
    peer.link.pause();
    peer.request(2, 'Sweep');
    await clock.settle();
    peer.link.resume();
    for (let turn = 0; turn < 20; turn += 1) await clock.settle();
    expect(peer.log.at(-1)).toMatch(/^error 2 \{"result":\{"code":"ERR_RESULT_OVERFLOW"/);
    expect(codes()).toContain('ERR_RESULT_OVERFLOW');
  });
});

describe('limits of time', () => {
  it('refuses a peer that sends no whole frame within Frame_timeout_ms of being accepted', async () => {
    const { clock, connect, failures } = await open({ Limits: { Frame_timeout_ms: 2000 } });
    const silent = await connect();
    const dripping = await connect();
    await clock.advance(1500);
    dripping.link.write(Buffer.from([0, 200, 0x7b]));
    await clock.advance(1000);
    expect(silent.log).toEqual([expect.stringContaining('Limits.Frame_timeout_ms')]);
    expect(dripping.log).toEqual([expect.stringContaining('Limits.Frame_timeout_ms')]);
    expect(silent.events).toEqual(['end']);
    expect(failures.map(({ error }) => error.message)).toEqual([
      `${failures[0]?.peer ?? ''}: no frame came within 2000 ms (Limits.Frame_timeout_ms)`,
      expect.stringContaining(': a frame was not complete within 2000 ms (Limits.Frame_timeout_ms)'),
    ]);
  });

  it('counts the age of a frame from its first byte, so that a byte a second does not hold a connection', async () => {
    const { clock, connect, codes } = await open({ Limits: { Frame_timeout_ms: 3000 } });
    const peer = await connect();
    peer.request(1, 'Nobody');
    await clock.advance(10_000);
    peer.link.write(Buffer.from([0]));
    for (let second = 0; second < 4; second += 1) {
      await clock.advance(1000);
      peer.link.write(Buffer.from([0x7b]));
    }
    await clock.advance(1000);
    expect(codes()).toEqual(['ERR_UNKNOWN_ACTION', 'ERR_FRAME_TIMEOUT']);
  });

  it('gives a large frame the time it needs at Min_rate_bytes_per_s', async () => {
    const { app, clock, connect, codes } = await open({
      Limits: { Frame_timeout_ms: 1000, Min_rate_bytes_per_s: 1000 },
    });
    app.handle('', (value) => (value as Uint8Array).length);
    const peer = await connect();
    peer.send({ 'content-length': 5000 }, Uint8Array.of());
    peer.link.write(Buffer.alloc(2500));
    await clock.advance(2000);
    expect(codes()).toEqual([]);
    peer.link.write(Buffer.alloc(2500));
    await clock.settle();
    expect(peer.log).toEqual(['{"result": 5000}']);
  });

  it('does not count time in which we did not read', async () => {
    const { app, clock, connect, codes } = await open({ Limits: { Frame_timeout_ms: 2000 } }, 2000);
    app.handle('Big', () => 'x'.repeat(3000));
    const peer = await connect();
    peer.request(1, 'Big');
    await clock.settle();
    peer.link.pause();
    peer.request(2, 'Big');
    peer.link.write(Buffer.from([0, 200, 0x7b]));
    await clock.advance(10_000);
    peer.link.resume();
    await clock.advance(1500);
    expect(codes()).toEqual([]);
    await clock.advance(1500);
    expect(codes()).toEqual(['ERR_FRAME_TIMEOUT']);
  });

  it('says goaway to a native peer that is idle for Idle_timeout_ms, and ends the connection', async () => {
    const { app, clock, connect, codes } = await open({ Limits: { Idle_timeout_ms: 5000 }, Heartbeat_ms: 0 });
    app.handle('A', () => 1);
    const peer = await connect();
    peer.request(1, 'A');
    await clock.advance(4000);
    peer.request(2, 'A');
    await clock.advance(4000);
    expect(peer.events).toEqual([]);
    await clock.advance(2000);
    expect(peer.log.slice(3)).toEqual(['goaway 2']);
    expect(peer.events).toEqual(['end']);
    expect(codes()).toEqual(['ERR_IDLE_TIMEOUT']);
  });

  it('counts a ping as a sign of life but not as work', async () => {
    const { app, clock, connect } = await open({ Limits: { Idle_timeout_ms: 5000 }, Heartbeat_ms: 1000 });
    app.handle('A', () => 1);
    const peer = await connect();
    peer.request(1, 'A');
    for (let second = 0; second < 7; second += 1) {
      await clock.advance(1000);
      peer.send({ ping: 1 });
    }
    expect(peer.log).toContain('goaway 1');
  });

  it('drops a native peer that is silent for two heartbeats', async () => {
    const { app, clock, connect, codes } = await open({ Heartbeat_ms: 1000 });
    const { seen, handler } = deaf();
    app.handle('A', handler);
    const peer = await connect();
    peer.request(1, 'A');
    await clock.advance(1500);
    peer.send({ ping: 1 });
    await clock.advance(1500);
    expect(codes()).toEqual([]);
    await clock.advance(1000);
    expect(codes()).toEqual(['ERR_HEARTBEAT_LOST']);
    expect(seen[0]?.signal.aborted).toBe(true);
    expect(peer.events).toEqual(['end']);
  });

  it('takes the time this process was blocked for nobody’s silence', async () => {
    const { app, clock, connect, codes } = await open({ Heartbeat_ms: 1000 });
    app.handle('A', () => 1);
    const peer = await connect();
    peer.request(1, 'A');
    await clock.settle();
    clock.jump(60_000);
    await clock.advance(1);
    peer.send({ ping: 1 });
    await clock.advance(500);
    expect(codes()).toEqual([]);
    expect(peer.events).toEqual([]);
  });
});
