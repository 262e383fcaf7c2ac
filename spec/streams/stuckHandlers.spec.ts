import { NEVER, firstValueFrom } from 'rxjs';
import type { Failure } from 'rxcomet';
import { openTestApp, stopNow, type TestApp } from '../support/openTestApp';

const never = (): Promise<never> => new Promise(() => undefined);
const outcome = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    (value) => value,
    (error: { readonly code: string; readonly remoteCode?: string }) => error.remoteCode ?? error.code,
  );

/** Max_in_flight 4 and one second each for a handler and for its end after the abort. */
async function open(host: object = {}, limits: object = {}): Promise<TestApp> {
  return openTestApp({
    host: {
      Heartbeat_ms: 0,
      Limits: { Max_in_flight: 4, Handler_timeout_ms: 1000, Abort_grace_ms: 1000, ...limits },
      ...host,
    },
    client: { Heartbeat_ms: 0, Ack_timeout_ms: 60_000 },
  });
}

const stuckFailures = ({ failures }: TestApp): Failure[] =>
  failures.filter(({ code }) => code === 'ERR_HANDLER_STUCK');

describe('handlers that do not settle when their signal has aborted', () => {
  let test: TestApp;
  afterEach(() => stopNow(test));

  it.each(['timed out', 'cancelled'])('give their slots back when they were %s', async (how) => {
    test = await open();
    const { app, clock } = test;
    app.handle('Hang', never);
    app.handle('Move', never);
    app.handle('Echo', (value) => value);
    const peer = app.peer('Peer');
    const given = how === 'cancelled' ? { timeoutMs: 100 } : {};
    const hung = ['Hang', 'Hang', 'Hang', 'Move'].map((action) => outcome(peer.ask(action, 1, given)));
    await clock.advance(1000);
    expect(new Set(await Promise.all(hung))).toEqual(
      new Set([how === 'cancelled' ? 'ERR_ACK_TIMEOUT' : 'ERR_HANDLER_TIMEOUT']),
    );
    const later = outcome(peer.ask('Echo', 'through'));
    await clock.advance(1000);
    expect(await later).toBe('through');
  });

  it('are told in one failure that names the actions and how often', async () => {
    test = await open();
    const { app, clock } = test;
    app.handle('Hang', never);
    app.handle('Move', never);
    const asks = ['Hang', 'Hang', 'Hang', 'Move'].map((action) => outcome(app.peer('Peer').ask(action)));
    await clock.advance(2250);
    await Promise.all(asks);
    const [failure, ...more] = stuckFailures(test);
    expect(more).toEqual([]);
    expect(failure?.error.message).toContain('"Hang" (3)');
    expect(failure?.error.message).toContain('"Move"');
    expect(failure?.error.message).toContain('Abort_grace_ms');
  });

  it('are counted while they last', async () => {
    test = await open();
    const { app, clock } = test;
    let end = (): void => undefined;
    app.handle('Hang', () => new Promise<void>((resolve) => (end = resolve)));
    const stuck = async (): Promise<unknown> => {
      const { hosts } = await firstValueFrom(app.stats$);
      return hosts.map(({ stuckHandlers, inFlight }) => ({ stuckHandlers, inFlight }));
    };
    const asked = outcome(app.peer('Peer').ask('Hang'));
    await clock.advance(1500);
    await asked;
    expect(await stuck()).toEqual([{ stuckHandlers: 0, inFlight: 1 }]);
    await clock.advance(500);
    expect(await stuck()).toEqual([{ stuckHandlers: 1, inFlight: 0 }]);
    end();
    await clock.settle();
    expect(await stuck()).toEqual([{ stuckHandlers: 0, inFlight: 0 }]);
  });

  it('are no failure when they settle within Abort_grace_ms, however they do', async () => {
    test = await open();
    const { app, clock } = test;
    app.handle(
      'Slow',
      (_value, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => clock.setTimeout(() => reject(signal.reason as Error), 900));
        }),
    );
    const asked = outcome(app.peer('Peer').ask('Slow'));
    await clock.advance(5000);
    expect(await asked).toBe('ERR_HANDLER_TIMEOUT');
    expect(stuckFailures(test)).toEqual([]);
  });

  it('give their slots back one by one: a generator that hangs, a joined repeat, a message without acknowledgement', async () => {
    test = await open({ Dedup: {} });
    const { app, clock } = test;
    app.handle('Generator', async function* () {
      yield await never();
    });
    app.handle('Hang', never);
    app.handle('Echo', (value) => value);
    const peer = app.peer('Peer');
    const asks = [
      outcome(peer.ask('Generator')),
      outcome(peer.ask('Hang', 1, { key: 'one' })),
      outcome(peer.ask('Hang', 1, { key: 'one' })),
    ];
    await clock.settle();
    peer.tell('Hang', 1, { confirm: false });
    await clock.advance(2250);
    await Promise.all(asks);
    expect(stuckFailures(test)).toHaveLength(1);
    const all = Promise.all(Array.from({ length: 8 }, (_, n) => outcome(peer.ask('Echo', n))));
    await clock.settle();
    expect(await all).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('do not hold the end of a connection, nor the stop of the app, for all of its grace', async () => {
    test = await open();
    const { app, clock } = test;
    app.handle('Hang', never);
    const asked = outcome(app.peer('Peer').ask('Hang'));
    await clock.advance(2000);
    await asked;
    const stopped = app.stop({ graceMs: 60_000 });
    await clock.settle();
    expect(await stopped).toEqual({ finished: 0, aborted: 0, undelivered: 0 });
  });

  it('do not concern an Observable, which ends when it is unsubscribed', async () => {
    test = await open();
    const { app, clock } = test;
    app.handle('Silent', () => NEVER);
    const asked = outcome(app.peer('Peer').ask('Silent'));
    await clock.advance(5000);
    expect(await asked).toBe('ERR_HANDLER_TIMEOUT');
    expect(stuckFailures(test)).toEqual([]);
  });
});

describe('a handler with concurrency that ignores its abort', () => {
  let test: TestApp;
  afterEach(() => stopNow(test));

  it('keeps its place: messages behind it fail at once with ERR_HANDLER_STUCK until it settles', async () => {
    test = await open();
    const { app, clock } = test;
    const began: unknown[] = [];
    let end = (): void => undefined;
    app.handle(
      'Move',
      (value) => {
        began.push(value);
        return value === 'hang' ? new Promise<void>((resolve) => (end = resolve)) : 'moved';
      },
      { concurrency: 1 },
    );
    const peer = app.peer('Peer');
    const hung = outcome(peer.ask('Move', 'hang'));
    await clock.advance(1000);
    expect(await hung).toBe('ERR_HANDLER_TIMEOUT');
    const behind = outcome(peer.ask('Move', 'behind'));
    await clock.advance(1000);
    expect(await behind).toBe('ERR_HANDLER_STUCK');

    const error = await peer.ask('Move', 'later').catch((reason: Error) => reason);
    expect(error).toMatchObject({ remoteCode: 'ERR_HANDLER_STUCK' });
    expect((error as Error).message).toContain('"Move"');
    expect(began).toEqual(['hang']);

    end();
    await clock.settle();
    expect(await peer.ask('Move', 'after')).toBe('moved');
    expect(began).toEqual(['hang', 'after']);
  });

  it('leaves the other places of its concurrency at work', async () => {
    test = await open();
    const { app, clock } = test;
    app.handle('Move', (value) => (value === 'hang' ? never() : 'moved'), { concurrency: 2 });
    const peer = app.peer('Peer');
    const hung = outcome(peer.ask('Move', 'hang'));
    await clock.advance(2000);
    await hung;
    expect(await peer.ask('Move', 'on')).toBe('moved');
  });

  it('has the next handler of the message asked, as one that fails', async () => {
    test = await open();
    const { app, clock } = test;
    app.handle('Move', never, { concurrency: 1 });
    app.handle('Move', () => 'from the second');
    const peer = app.peer('Peer');
    const hung = outcome(peer.ask('Move'));
    await clock.advance(2000);
    expect(await hung).toBe('ERR_HANDLER_TIMEOUT');
    expect(await peer.ask('Move')).toBe('from the second');
  });

  it('tells a flood of messages behind it as few failures with their count', async () => {
    test = await open();
    const { app, clock } = test;
    app.handle('Move', never, { concurrency: 1 });
    const peer = app.peer('Peer');
    const hung = outcome(peer.ask('Move'));
    await clock.advance(2250);
    await hung;
    const before = stuckFailures(test).length;
    await Promise.all(Array.from({ length: 100 }, () => outcome(peer.ask('Move'))));
    await clock.advance(1000);
    const after = stuckFailures(test).slice(before);
    expect(after.length).toBeLessThanOrEqual(2);
    expect(after.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  });
});
