import type { App } from '../../src/app/App';
import { createApp } from '../../src/app/createApp';
import { crashPoints } from '../../src/app/stores';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { MemoryStore } from '../storage/MemoryStore';
import { createVirtualClock, type VirtualClock } from '../support/createVirtualClock';

const ADDRESS = { IP: '127.0.0.1', Port: 65432 };

let clock: VirtualClock;
let store: MemoryStore;
let transport: ReturnType<typeof createMemoryTransport>;
let failures: string[];

/** An app whose stores are on the disk that the spec plays. */
function create(entry: object): App {
  const config = parseConfig({ Socket_connection: entry });
  crashPoints.set(config, { outboxStore: () => store, dedupFiles: () => store });
  const app = createApp(config, { clock, transport, logger: silentLogger, random: () => 0.5 });
  app.failures$.subscribe(({ error }) => failures.push(`${error.code} ${error.message}`));
  return app;
}

const sender = (): App => create({ Client: { Peer: { ...ADDRESS, Outbox: { Path: '/outbox' } } } });
const receiver = (): App => create({ Host: { ...ADDRESS, Dedup: { Path: '/dedup' } } });

/** How long `stop` takes, in virtual time. */
async function stopTime(app: App, graceMs: number): Promise<number> {
  const from = clock.now();
  let over = false;
  void app.stop({ graceMs }).then(() => (over = true));
  for (let ms = 0; ms < 60_000 && !over; ms += 50) await clock.advance(50);
  expect(over).toBe(true);
  return clock.now() - from;
}

beforeEach(() => {
  clock = createVirtualClock();
  store = new MemoryStore();
  transport = createMemoryTransport();
  failures = [];
});

afterEach(async () => {
  store.release();
  await clock.advance(60_000);
  expect(clock.pending).toBe(0);
});

describe('stop() with a disk that does not answer', () => {
  it('ends a second after its grace time and says so, when an outbox is to be written', async () => {
    const app = sender();
    await app.start();
    store.hold();
    app.peer('Peer').tell('Point', 1);
    expect(await stopTime(app, 1000)).toBeLessThanOrEqual(2100);
    expect(failures).toEqual([
      expect.stringMatching(
        /^ERR_OUTBOX the outbox \/outbox could not be closed within 1000 ms.*persisted\(\) confirmed is safe/,
      ),
    ]);
  });

  it('ends as soon while the app is still being started', async () => {
    store.hold();
    const app = sender();
    app.start().catch(() => undefined);
    expect(await stopTime(app, 1000)).toBeLessThanOrEqual(2100);
    expect(failures).toEqual([expect.stringMatching(/^ERR_OUTBOX .*could not be closed/)]);
  });

  it('ends as soon when a host waits for the mark of a message, and for an answer to be kept', async () => {
    const host = receiver();
    host.handle('Act', () => 1);
    host.handle('Held', () => {
      store.hold();
      return 2;
    });
    await host.start();
    const config = parseConfig({ Socket_connection: { Client: { Peer: ADDRESS } } });
    const client = createApp(config, { clock, transport, logger: silentLogger });
    const asked = [
      client.peer('Peer').ask('Act', 1, { key: 'a' }),
      client.peer('Peer').ask('Held', 1, { key: 'b' }),
      client.peer('Peer').ask('Act', 1, { key: 'c' }),
    ];
    const settled = Promise.allSettled(asked);
    await clock.advance(10);
    expect(await stopTime(host, 1000)).toBeLessThanOrEqual(2100);
    expect(failures).toContainEqual(
      expect.stringMatching(/^ERR_DEDUP the dedup store \/dedup could not be closed/),
    );
    await stopTime(client, 0);
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });
});

describe('start() with a full disk', () => {
  it.each([
    ['an outbox', sender, 'ERR_OUTBOX'],
    ['Dedup', receiver, 'ERR_DEDUP'],
  ])('says for %s to start again when there is room, and can be called again', async (_, make, code) => {
    store.openError = new Error('ENOSPC: no space left on device');
    const app = make();
    await expect(app.start()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/no space left.*free some space there; then start again$/) as string,
    });
    store.openError = undefined;
    await app.start();
    await stopTime(app, 0);
  });
});
