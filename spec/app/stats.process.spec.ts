import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import type { StatsSnapshot } from '../../src/observe/stats/StatsSnapshot';
import { silentLogger } from '../../src/runtime/Logger';
import { openTestApp, stopNow, type TestApp } from '../support/openTestApp';

let test: TestApp;

/** All snapshots of `app.stats$` from now on. */
function collect(): StatsSnapshot[] {
  const snapshots: StatsSnapshot[] = [];
  test.app.stats$.subscribe((snapshot) => snapshots.push(snapshot));
  return snapshots;
}

beforeEach(async () => {
  test = await openTestApp();
});

afterEach(() => stopNow(test));

it('app.stats$ counts what goes through the app, from the first subscription on', async () => {
  const { app, clock } = test;
  app.handle('A', (value) => value);
  app.handle('B', () => {
    throw new Error('no');
  });
  const peer = app.peer('Peer');
  await peer.ask('A', 1);
  const snapshots = collect();
  await peer.ask('A', 2);
  await peer.ask('B').catch(() => undefined);
  peer.tell('A', 3, { confirm: false });
  // With a timeout of its own it takes the ordinary way.
  peer.tell('A', 4, { confirm: false, timeoutMs: 9 });
  await clock.advance(1000);
  expect(snapshots).toHaveLength(2);
  expect(snapshots[1]).toMatchObject({
    messages: {
      received: 4,
      actions: [
        { action: 'A', ok: 3, failed: 0 },
        { action: 'B', ok: 0, failed: 1 },
      ],
      errors: [{ code: 'ERR_HANDLER_FAILED', count: 1 }],
    },
    clients: [{ client: 'Peer', ok: 1, failed: 1, unconfirmed: 2, queued: 0, unanswered: 0 }],
    failures: [{ code: 'ERR_HANDLER_FAILED', count: 1 }],
    connections: {
      open: [
        { side: 'host', dialect: 'native', open: 1 },
        { side: 'client', dialect: 'native', open: 1 },
      ],
      opened: { host: 1, client: 1 },
    },
  });
});

it.each(['ok', 'cancelled'])(
  'app.stats$ counts an error whose own code is "%s" as an error',
  async (code) => {
    const { app } = test;
    app.handle('A', () => {
      throw Object.assign(new Error('no'), { code });
    });
    collect();
    await app
      .peer('Peer')
      .ask('A')
      .catch(() => undefined);
    const [snapshot] = collect();
    expect(snapshot?.messages).toMatchObject({
      actions: [{ action: 'A', ok: 0, failed: 1, cancelled: 0 }],
      errors: [{ code: 'ERR_HANDLER_FAILED', count: 1 }],
    });
  },
);

it('app.stats$ shows what waits: in queues, unanswered, in handlers and in mailboxes', async () => {
  const { app, clock } = test;
  app.handle('Slow', () => new Promise(() => undefined));
  const actor = app.actors.spawn('busy', () => new Promise<undefined>(() => undefined));
  for (let count = 0; count < 3; count += 1) actor.tell(count);
  const [first] = collect();
  expect(first).toMatchObject({ clients: [{ queued: 0, unanswered: 0 }] });
  app
    .peer('Peer')
    .ask('Slow')
    .catch(() => undefined);
  await clock.settle();
  const [snapshot] = collect();
  expect(snapshot).toMatchObject({
    hosts: [{ host: '127.0.0.2:65432', inFlight: 1, droppedAnswers: 0 }],
    clients: [{ queued: 0, unanswered: 1, outbox: undefined }],
    mailboxes: { actors: 1, depth: 2 },
  });
  expect(snapshot?.bytes.received).toBeGreaterThan(100);
  expect(snapshot?.bytes.sent).toBe(snapshot?.bytes.received);
});

it('app.stats$ gives a last snapshot when the app has stopped, and completes', async () => {
  const seen: string[] = [];
  test.app.stats$.subscribe({ next: () => seen.push('snapshot'), complete: () => seen.push('complete') });
  await stopNow(test);
  expect(seen).toEqual(['snapshot', 'snapshot', 'complete']);
  expect(test.clock.pending).toBe(0);
});

it('Metrics in the configuration opens an endpoint of its own at start, and closes it at stop', async () => {
  const config = parseConfig({
    Socket_connection: {
      Metrics: { IP: '127.0.0.1', Port: 0 },
      Client: { Peer: { IP: '127.0.0.1', Port: 1 } },
    },
  });
  const lines: unknown[][] = [];
  const info = (...line: unknown[]): void => void lines.push(line);
  const app = createApp(config, { logger: { ...silentLogger, info, isLevelEnabled: () => true } });
  expect(app.metricsAddress).toBeUndefined();
  await app.start();
  const { port } = app.metricsAddress ?? { port: 0 };
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(await response.text()).toMatch(/^rxcomet_/m);
  await app.stop();
  const url = `http://127.0.0.1:${port}/metrics`;
  expect(lines[0]).toEqual([{ url }, `metrics at ${url}`]);
  expect(app.metricsAddress).toBeUndefined();
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow('fetch failed');
});

it('a taken address of Metrics lets start fail, with nothing left open', async () => {
  const settings = (port: number) => ({
    Socket_connection: {
      Metrics: { IP: '127.0.0.1', Port: port },
      Host: { IP: '127.0.0.1', Port: 0 },
    },
  });
  const first = createApp(parseConfig(settings(0)), { logger: silentLogger });
  await first.start();
  const second = createApp(parseConfig(settings(first.metricsAddress?.port ?? 0)), { logger: silentLogger });
  await expect(second.start()).rejects.toMatchObject({ code: 'ERR_LISTEN' });
  expect(second.addresses).toEqual([]);
  await first.stop();
  await second.stop();
});
