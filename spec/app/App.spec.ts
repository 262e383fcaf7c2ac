import { NEVER, Subject, type Observable, map, of, tap, throwError } from 'rxjs';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { RxcometError } from '../../src/errors/RxcometError';
import type { ConnectionEvent } from '../../src/streams/messages/ConnectionEvent';
import { defineAction, t } from '../../src/streams/messages/defineAction';
import type { Link } from '../../src/streams/transport/Link';
import type { Message } from '../../src/streams/messages/Message';
import type { Transport } from '../../src/streams/transport/Transport';
import { createMemoryLinkPair } from '../../src/streams/transport/memory/createMemoryLinkPair';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { createTestApp, openTestApp, stopNow, type TestApp } from '../support/openTestApp';

let test: TestApp;

afterEach(async () => {
  await stopNow(test);
  expect(test.clock.pending).toBe(0);
});

function rejected(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof RxcometError ? error.code : error),
  );
}

describe('both ends in one app', () => {
  it('answer each other: ask, send and tell reach the handlers, and the first answer wins', async () => {
    test = await openTestApp();
    const { app, clock } = test;
    const told: unknown[] = [];
    app.handle('*', (value) => void told.push(value));
    app.handle('Echo', (value) => ({ got: value }));
    app.handle('Count', () => of(1, 2, 3));
    const peer = app.client['Peer'];
    const counted: unknown[] = [];
    peer?.send('Count').subscribe((value) => counted.push(value));
    expect(peer?.tell('Echo', 'told')).toBe(true);
    expect(await peer?.ask('Echo', { a: 1 })).toEqual({ got: { a: 1 } });
    await clock.settle();
    expect(counted).toEqual([1, 2, 3]);
    expect(told).toEqual([null, 'told', { a: 1 }]);
    expect(test.codes()).toEqual([]);
  });

  it('agree on a contract, whose types and checks hold on both sides', async () => {
    test = await openTestApp();
    const contract = defineAction('Sum', { value: t.array(t.number), ack: t.number });
    test.app.handle(contract, (values) => values.reduce((sum, value) => sum + value, 0));
    const sum: number = await test.app.peer('Peer').ask(contract, [1, 2, 3]);
    expect(sum).toBe(6);
  });

  it.each(['__proto__', 'constructor', '*', '', 'toString'])(
    'take %j as an action like any other',
    async (action) => {
      test = await openTestApp();
      const peer = test.app.peer('Peer');
      expect(await rejected(peer.ask(action, 1))).toBe('ERR_REMOTE');
      if (action === '*') return;
      test.app.handle(action, (value) => value);
      expect(await peer.ask(action, { __proto__: null, constructor: 5 })).toEqual({ constructor: 5 });
    },
  );

  it('lets a send that waits for a second one on the same connection through', async () => {
    test = await openTestApp();
    const go = new Subject<void>();
    test.app.handle('Wait', () => new Promise((resolve) => go.subscribe(() => resolve('went'))));
    test.app.handle('Go', () => (go.next(), 'gone'));
    const peer = test.app.peer('Peer');
    expect(await Promise.all([peer.ask('Wait'), peer.ask('Go')])).toEqual(['went', 'gone']);
  });

  it('are not locked up when both write more than the other reads', async () => {
    test = await openTestApp({ transport: createMemoryTransport({ highWaterMark: 500 }) });
    test.app.handle('Big', (value) => value);
    const peer = test.app.peer('Peer');
    const big = 'x'.repeat(5000);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => peer.ask('Big', `${index}${big}`)),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, index) => `${index}${big}`));
  });

  it('get an urgent message through when every slot and queue is full', async () => {
    test = await openTestApp({
      host: { Limits: { Max_in_flight: 1 } },
      client: { Queue: { Capacity: 2 } },
    });
    test.app.handle('Work', () => NEVER);
    test.app.handle('Stop', () => 'stopped', { urgent: true });
    const peer = test.app.peer('Peer');
    for (let turn = 0; turn < 5; turn += 1) peer.tell('Work', turn);
    await test.clock.settle();
    expect(await peer.ask('Stop', 1, { urgent: true })).toBe('stopped');
  });
});

describe('names and options', () => {
  it('tell the nearest client when there is none of that name', () => {
    test = createTestApp();
    expect(() => test.app.peer('peer')).toThrow(/Peer/);
    expect(() => test.app.peer('__proto__')).toThrow();
  });

  it('refuse handlers that are none, actions that are none, and a concurrency that makes no sense', () => {
    test = createTestApp();
    const handle = test.app.handle.bind(test.app) as (...args: unknown[]) => unknown;
    const handleStream = test.app.handleStream.bind(test.app) as (...args: unknown[]) => unknown;
    expect(() => handle('A', 5)).toThrow(/handler must be a function/);
    expect(() => handle(5, () => 1)).toThrow(/action must be a string/);
    expect(() => handle('A', () => 1, { concurrency: 0 })).toThrow(/concurrency/);
    expect(() => handleStream('A', NEVER)).toThrow(/handleStream/);
  });

  it('remove a handler by unsubscribing it', async () => {
    test = await openTestApp();
    const subscription = test.app.handle('A', () => 'first');
    test.app.handle('A', () => 'second');
    const peer = test.app.peer('Peer');
    expect(await peer.ask('A')).toBe('first');
    subscription.unsubscribe();
    expect(await peer.ask('A')).toBe('second');
  });

  it('have no address before start', async () => {
    test = createTestApp();
    expect(test.app.addresses).toEqual([]);
    expect(() => test.app.address).toThrow(/nothing listens/);
    await test.app.start();
    expect(test.app.address).toEqual({ ip: '127.0.0.2', port: 65432 });
  });
});

describe('start', () => {
  it('gives the same promise when called again', async () => {
    test = createTestApp();
    expect(test.app.start()).toBe(test.app.start());
    await test.app.start();
  });

  it('opens all hosts or none, and can be tried again', async () => {
    const transport = createMemoryTransport();
    const taken = await openTestApp({ transport });
    test = taken;
    const config = parseConfig({
      Socket_connection: {
        Host: [
          { IP: '127.0.0.3', Port: 1000 },
          { IP: '127.0.0.2', Port: 65432 },
        ],
      },
    });
    const app = createApp(config, { transport, clock: test.clock });
    expect(await rejected(app.start())).toBe('ERR_LISTEN');
    expect(app.addresses).toEqual([]);
    await stopNow(taken);
    await app.start();
    expect(app.addresses).toEqual([
      { ip: '127.0.0.3', port: 1000 },
      { ip: '127.0.0.2', port: 65432 },
    ]);
    const stopped = app.stop({ graceMs: 0 });
    await test.clock.advance(1);
    await stopped;
  });

  it('is refused after stop', async () => {
    test = createTestApp();
    await stopNow(test);
    expect(await rejected(test.app.start())).toBe('ERR_BAD_OPTION');
  });
});

describe('stop', () => {
  it('lets running handlers end within the grace time, and takes nothing new', async () => {
    test = await openTestApp();
    const { app, clock } = test;
    let finish: (value: string) => void = () => undefined;
    app.handle('Slow', () => new Promise<string>((resolve) => (finish = resolve)));
    const native = await test.connect();
    native.request(1, 'Slow');
    const legacy = await test.connect();
    legacy.ask('Slow');
    const idle = await test.connect();
    await clock.settle();
    const finishLegacy = finish;
    const stopping = app.stop({ graceMs: 5000 });
    await clock.settle();
    expect(native.log).toEqual(['hello', 'goaway 1']);
    expect(idle.log).toEqual([expect.stringContaining('stopping')]);
    native.request(2, 'Slow');
    await clock.advance(1000);
    finishLegacy('done');
    await clock.settle();
    expect(legacy.log).toEqual(['{"result": "done"}']);
    legacy.link.end();
    idle.link.end();
    await clock.advance(5000);
    expect(await stopping).toEqual({ finished: 1, aborted: 1, undelivered: 0 });
  });

  it('aborts what is left when the grace time is over, and says how much', async () => {
    test = await openTestApp();
    const seen: Message[] = [];
    test.app.handle('Never', (_value, message) => {
      seen.push(message);
      return new Promise(() => undefined);
    });
    const peer = test.app.peer('Peer');
    const answers = [1, 2].map(() => rejected(peer.ask('Never', 1, { timeoutMs: 60_000 })));
    await test.clock.settle();
    const stopping = test.app.stop({ graceMs: 1000 });
    await test.clock.advance(999);
    expect(seen[0]?.signal.aborted).toBe(false);
    await test.clock.advance(1);
    expect(await stopping).toEqual({ finished: 0, aborted: 2, undelivered: 2 });
    expect(seen.map(({ signal }) => (signal.reason as RxcometError).code)).toEqual([
      'ERR_APP_STOPPING',
      'ERR_APP_STOPPING',
    ]);
    expect(await Promise.all(answers)).toEqual(['ERR_APP_STOPPED', 'ERR_APP_STOPPED']);
  });

  it('counts a message whose peer leaves within the grace time as cut off', async () => {
    test = await openTestApp();
    const { app, clock } = test;
    app.handle('Never', () => new Promise(() => undefined));
    const native = await test.connect();
    native.request(1, 'Never');
    native.request(2, 'Never');
    await clock.settle();
    const stopping = app.stop({ graceMs: 1000 });
    await clock.advance(500);
    native.link.destroy();
    await clock.advance(500);
    expect(await stopping).toEqual({ finished: 0, aborted: 2, undelivered: 0 });
  });

  it('gives the same result when called twice, and waits for a start under way', async () => {
    test = createTestApp();
    const starting = test.app.start();
    const first = test.app.stop({ graceMs: 0 });
    expect(test.app.stop()).toBe(first);
    await test.clock.advance(1);
    await starting;
    expect(await first).toEqual({ finished: 0, aborted: 0, undelivered: 0 });
    expect(test.app.addresses).toEqual([]);
    expect(await rejected(test.connect())).toBe('ERR_CONNECT');
  });

  it('takes a start that fails meanwhile for what it is', async () => {
    const transport = createMemoryTransport();
    const first = await openTestApp({ transport });
    test = createTestApp({ transport });
    const starting = rejected(test.app.start());
    const stopped = stopNow(test);
    expect(await starting).toBe('ERR_LISTEN');
    await stopped;
    await stopNow(first);
  });

  it('resolves only when every link is closed', async () => {
    test = await openTestApp();
    const closed: ConnectionEvent[] = [];
    test.app.connections$.subscribe((event) => {
      if (event.kind === 'close') closed.push(event);
    });
    test.app.handle('Never', () => new Promise(() => undefined));
    void rejected(test.app.peer('Peer').ask('Never'));
    const legacy = await test.connect();
    legacy.ask('Never');
    await test.clock.settle();
    const stopping = test.app.stop({ graceMs: 10 }).then(() => closed.length);
    await test.clock.advance(10);
    // The legacy peer got its one frame (protocol 1.3) and reads it.
    expect(closed).toHaveLength(2);
    legacy.link.end();
    await test.clock.settle();
    expect(await stopping).toBe(3);
  });

  it('does not keep a link that comes while the host closes', async () => {
    const transport = createMemoryTransport();
    let hand: ((link: Link) => void) | undefined;
    const late: Transport = {
      connect: (config, signal) => transport.connect(config, signal),
      listen: (config, onLink, onError) => {
        hand = onLink;
        return transport.listen(config, onLink, onError);
      },
    };
    test = await openTestApp({ transport: late });
    const [client, host] = createMemoryLinkPair();
    const events: string[] = [];
    client.open({
      data: () => events.push('data'),
      end: () => events.push('end'),
      drain: () => undefined,
      close: () => events.push('close'),
    });
    const stopping = test.app.stop({ graceMs: 1000 });
    await test.clock.settle();
    hand?.(host);
    await test.clock.settle();
    client.end();
    await test.clock.advance(1000);
    await stopping;
    expect(events).toContain('end');
    expect(events.at(-1)).toBe('close');
  });

  it('waits for detached sends, and ends those that go on', async () => {
    test = await openTestApp();
    test.app.handle('A', () => new Promise((resolve) => test.clock.setTimeout(() => resolve(1), 500)));
    let finished = false;
    test.app.detach(
      test.app
        .peer('Peer')
        .send('A')
        .pipe(tap({ complete: () => (finished = true) })),
    );
    let unsubscribed = false;
    const endless = test.app.detach(NEVER);
    endless.add(() => (unsubscribed = true));
    await test.clock.settle();
    const stopping = test.app.stop({ graceMs: 2000 });
    await test.clock.advance(1000);
    expect(finished).toBe(true);
    expect(unsubscribed).toBe(false);
    await test.clock.advance(1000);
    await stopping;
    expect(unsubscribed).toBe(true);
  });

  it('lets handlers that are still at work send', async () => {
    test = await openTestApp();
    test.app.handle('Inner', () => 'inner');
    let finish: () => void = () => undefined;
    const answers: unknown[] = [];
    test.app.handle('Outer', async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      answers.push(await rejected(test.app.peer('Peer').ask('Inner')));
      return 'outer';
    });
    const legacy = await test.connect();
    legacy.ask('Outer');
    await test.clock.settle();
    const stopping = test.app.stop({ graceMs: 5000 });
    finish();
    await test.clock.advance(5000);
    await stopping;
    // Nobody listens any more, so that it fails for that reason and not because sending was forbidden.
    expect(answers).not.toEqual(['ERR_APP_STOPPED']);
  });
});

describe('app.detach', () => {
  it('brings errors to failures$, one of ours as it is and any other as ERR_DETACHED', async () => {
    test = createTestApp({ host: false });
    test.app.detach(throwError(() => new Error('mine')));
    test.app.detach(test.app.peer('Peer').send('A', () => 1));
    await test.clock.settle();
    expect(test.failures.map(({ code, peer, action }) => [code, peer, action])).toEqual([
      ['ERR_DETACHED', '', ''],
      ['ERR_UNENCODABLE', '', ''],
    ]);
  });
});

describe('the streams of an app', () => {
  it('show every accepted message before its handlers, also to a subscriber that comes late', async () => {
    test = await openTestApp();
    const order: string[] = [];
    test.app.handle('A', () => (order.push('handler'), 1));
    test.app.messages$.subscribe(({ action, value, dialect }) =>
      order.push(`${action} ${String(value)} ${dialect}`),
    );
    await test.app.peer('Peer').ask('A', 5);
    const legacy = await test.connect();
    legacy.ask('B', 6);
    await test.clock.settle();
    expect(order).toEqual(['A 5 native', 'handler', 'B 6 comet']);
  });

  it('show connections as they open, show their dialect and close, on both sides', async () => {
    test = await openTestApp();
    test.app.handle('A', () => 1);
    const seen: string[] = [];
    test.app.connections$.subscribe(({ kind, side, name, dialect, open }) =>
      seen.push(`${side} ${name} ${kind} ${dialect ?? '?'} ${open}`),
    );
    const legacy = await test.connect();
    legacy.ask('A');
    await test.clock.settle();
    legacy.link.end();
    await test.clock.settle();
    expect(seen).toEqual([
      'host 127.0.0.2:65432 open ? 1',
      'host 127.0.0.2:65432 dialect comet 1',
      'host 127.0.0.2:65432 close comet 0',
    ]);
    seen.length = 0;
    (await test.connect()).link.end();
    await test.clock.settle();
    // A port scan shows no dialect.
    expect(seen).toEqual(['host 127.0.0.2:65432 open ? 1', 'host 127.0.0.2:65432 close ? 0']);
    seen.length = 0;
    await test.app.peer('Peer').ask('A');
    await stopNow(test);
    expect(seen.filter((line) => line.startsWith('client'))).toEqual([
      'client Peer open ? 1',
      'client Peer dialect native 1',
      'client Peer close native 0',
    ]);
  });

  it('never error, and complete at stop', async () => {
    test = await openTestApp();
    const done: string[] = [];
    const { app } = test;
    const streams = {
      messages$: app.messages$,
      failures$: app.failures$,
      connections$: app.connections$,
      state$: app.peer('Peer').state$,
    };
    for (const [name, stream$] of Object.entries<Observable<unknown>>(streams)) {
      stream$.subscribe({ complete: () => done.push(name), error: () => done.push(`error of ${name}`) });
    }
    await stopNow(test);
    expect(done.sort()).toEqual(['connections$', 'failures$', 'messages$', 'state$']);
  });

  it('report a subscriber that throws as ERR_SUBSCRIBER, and keep it', async () => {
    test = await openTestApp();
    let calls = 0;
    test.app.messages$.subscribe(() => {
      calls += 1;
      throw new Error('mine');
    });
    test.app.handle('A', () => 1);
    const peer = test.app.peer('Peer');
    expect(await peer.ask('A')).toBe(1);
    expect(await peer.ask('A')).toBe(1);
    expect(calls).toBe(2);
    expect(test.codes()).toEqual(['ERR_SUBSCRIBER', 'ERR_SUBSCRIBER']);
  });

  it('report a subscriber of the events of actors the same way', async () => {
    test = await openTestApp();
    const { actors } = test.app;
    actors.events$.subscribe(() => {
      throw new Error('mine');
    });
    actors.deadLetters$.subscribe(() => {
      throw new Error('mine too');
    });
    actors.deadLetter('/user/nobody', 1, 'stopped');
    const told = test.failures.map(({ error }) => (error.cause as Error).message);
    expect(told).toContain('mine too');
    actors.spawn('one', () => undefined);
    await test.clock.settle();
    expect(test.failures.map(({ error }) => (error.cause as Error).message)).toContain('mine');
  });

  it('report a subscriber behind operators, and an operator that throws, the same way', async () => {
    test = await openTestApp();
    let calls = 0;
    test.app.messages$.pipe(map(({ value }) => value)).subscribe(() => {
      calls += 1;
      throw new Error('mine');
    });
    test.app.messages$
      .pipe(
        map(() => {
          throw new Error('operator');
        }),
      )
      .subscribe();
    test.app.handle('A', () => 1);
    const peer = test.app.peer('Peer');
    await peer.ask('A');
    await peer.ask('A');
    expect(calls).toBe(2);
    expect(test.failures.map(({ error }) => error.message)).toEqual([
      'a subscriber threw: mine',
      'a subscriber threw: operator',
      'a subscriber threw: mine',
    ]);
  });

  it('go to the logger while nobody subscribes to failures$', async () => {
    const lines: string[] = [];
    const ignore = (): void => undefined;
    const logger = {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (_fields: unknown, text: string) => void lines.push(text),
    };
    const config = parseConfig({ Socket_connection: { Client: { P: { IP: '127.0.0.9', Port: 1 } } } });
    test = createTestApp({ host: false });
    const app = createApp(config, { transport: test.transport, clock: test.clock, logger });
    app.detach(throwError(() => new Error('mine')));
    expect(lines).toEqual(['a detached stream failed: mine [ERR_DETACHED]']);
    const stopped = app.stop({ graceMs: 0 });
    await test.clock.advance(1);
    await stopped;
  });
});
