import { Observable, lastValueFrom, take, toArray } from 'rxjs';
import type { Clock } from 'rxcomet';
import { openTestApp, stopNow, type TestApp } from '../support/openTestApp';

/** Emits a number each `ms`, up to `count` of them. */
const every = (clock: Clock, ms: number, count = Infinity): Observable<number> =>
  new Observable((subscriber) => {
    let n = 0;
    let timer: unknown;
    const next = (): void => {
      n += 1;
      subscriber.next(n);
      if (n >= count) subscriber.complete();
      else timer = clock.setTimeout(next, ms);
    };
    timer = clock.setTimeout(next, ms);
    return () => clock.clearTimeout(timer);
  });

describe('Ack_timeout_ms of a stream of results', () => {
  let test: TestApp;
  let unsubscribed = 0;

  beforeEach(async () => {
    unsubscribed = 0;
    test = await openTestApp({
      host: { Heartbeat_ms: 0, Limits: { Handler_timeout_ms: 3000 } },
      client: { Heartbeat_ms: 0, Ack_timeout_ms: 1000 },
    });
    const { app, clock } = test;
    app.handle('Endless', () =>
      every(clock, 100).pipe(
        (source) =>
          new Observable((subscriber) => {
            const subscription = source.subscribe(subscriber);
            return () => {
              unsubscribed += 1;
              subscription.unsubscribe();
            };
          }),
      ),
    );
    app.handle('Three', () => every(clock, 100, 3));
  });
  afterEach(() => stopNow(test));

  it('runs to the one result of an ask, its last: a stream without end is cancelled then', async () => {
    const { app, clock } = test;
    const asked = app
      .peer('Peer')
      .ask('Endless')
      .catch((error: unknown) => error);
    await clock.advance(999);
    expect(unsubscribed).toBe(0);
    await clock.advance(1);
    expect(await asked).toMatchObject({
      code: 'ERR_ACK_TIMEOUT',
      delivered: 'yes',
      message: expect.stringMatching(/"Endless".*1000 ms \(Ack_timeout_ms\).*send/) as string,
    });
    await clock.settle();
    expect(unsubscribed).toBe(1);
  });

  it('gives an ask the last result of a stream that ends in time', async () => {
    const { app, clock } = test;
    const asked = app.peer('Peer').ask('Three');
    await clock.advance(300);
    expect(await asked).toBe(3);
  });

  it('runs to the first result of a send', async () => {
    const { app, clock } = test;
    const results = lastValueFrom(app.peer('Peer').send('Endless').pipe(take(30), toArray()));
    await clock.advance(3000);
    expect(await results).toHaveLength(30);
  });

  it('is not counted for a tell once a result came', async () => {
    const { app, clock, codes } = test;
    app.peer('Peer').tell('Endless');
    await clock.advance(5000);
    expect(codes()).toEqual([]);
  });
});

describe('Handler_timeout_ms of a stream of results', () => {
  it('runs to the one frame of a one-shot peer, who gets the error then', async () => {
    const test = await openTestApp({ host: { Heartbeat_ms: 0, Limits: { Handler_timeout_ms: 3000 } } });
    const { app, clock, connect } = test;
    app.handle('Endless', () => every(clock, 100));
    app.handle('Three', () => every(clock, 100, 3));
    const [endless, three] = [await connect(), await connect()];
    endless.ask('Endless');
    three.ask('Three');
    await clock.advance(2999);
    expect(three.contents).toEqual([{ result: [1, 2, 3] }]);
    expect(endless.contents).toEqual([]);
    await clock.advance(1);
    expect(endless.frames[0]?.header).toMatchObject({ status: 'error', code: 'ERR_HANDLER_TIMEOUT' });
    expect(endless.events).toContain('end');
    await stopNow(test);
  });

  it('runs to the first result of a native peer only', async () => {
    const test = await openTestApp({ host: { Heartbeat_ms: 0, Limits: { Handler_timeout_ms: 3000 } } });
    const { app, clock, connect } = test;
    app.handle('Endless', () => every(clock, 100));
    const peer = await connect();
    peer.request(1, 'Endless');
    await clock.advance(5000);
    expect(peer.log.filter((line) => line.startsWith('next'))).toHaveLength(50);
    await stopNow(test);
  });
});
