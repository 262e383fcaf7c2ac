import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, parseConfig, sendTo, type App } from 'rxcomet';
import { createMemoryTransport } from 'rxcomet/testing';
import { type Observable, Subject, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { silentLogger } from '../../src/runtime/Logger';

const ADDRESS = { IP: '127.0.0.2', Port: 65432 };
const LARGE = 100_000;

let folder: string;
let transport: ReturnType<typeof createMemoryTransport>;
const open: App[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rxcomet-memory-'));
  transport = createMemoryTransport();
});

afterEach(async () => {
  for (const app of open.splice(0)) await app.stop({ graceMs: 0 });
  rmSync(folder, { recursive: true });
});

function appOf(socket: object): App {
  const app = createApp(parseConfig({ Socket_connection: socket }), { transport, logger: silentLogger });
  open.push(app);
  return app;
}

/** A host that notes the first and the last byte, or the value, of what its handlers get. */
async function openHost(handle: (app: App) => void = () => undefined): Promise<{ readonly got: unknown[] }> {
  const app = appOf({ Host: { ...ADDRESS, Dedup: {} } });
  const got: unknown[] = [];
  app.handle('Frame', (value) => {
    got.push(value instanceof Uint8Array ? [value.length, value[0], value[value.length - 1]] : value);
    return 'taken';
  });
  handle(app);
  await app.start();
  return { got };
}

const sender = (client: object = {}): App =>
  appOf({ Client: { Peer: { ...ADDRESS, Dialect: 'native', ...client } } });

describe.each([
  ['a small Buffer', 8],
  ['a large Buffer', LARGE],
])('%s that its owner fills again after the call', (_size, length) => {
  const expected = [1, 2, 3].map((fill) => [length, fill, fill]);

  it.each<[string, object, (app: App, bytes: Uint8Array) => unknown]>([
    ['tell', {}, (app, bytes) => app.peer('Peer').tell('Frame', bytes)],
    [
      'tell without confirmation',
      {},
      (app, bytes) => app.peer('Peer').tell('Frame', bytes, { confirm: false }),
    ],
    ['ask', {}, (app, bytes) => app.peer('Peer').ask('Frame', bytes)],
    ['send', {}, (app, bytes) => app.peer('Peer').send('Frame', bytes).subscribe()],
    ['tell with an Outbox', { Outbox: true }, (app, bytes) => app.peer('Peer').tell('Frame', bytes)],
    ['a remote actor', {}, (app, bytes) => app.actors.remote('Peer', 'Frame').tell(bytes)],
  ])('goes out as it was, by %s, while the connection is not there yet', async (_way, client, send) => {
    const Outbox = { Path: join(folder, 'outbox') };
    const app = sender('Outbox' in client ? { Outbox } : {});
    const { got } = await openHost();
    const buffer = Buffer.alloc(length);
    for (const fill of [1, 2, 3]) send(app, buffer.fill(fill));
    await app.peer('Peer').persisted();
    buffer.fill(9);
    await app.stop({ graceMs: 5000 });
    expect(got).toEqual(expected);
  });

  it('goes out as it was on a connection that is there', async () => {
    const { got } = await openHost();
    const app = sender();
    await app.peer('Peer').ask('Frame', 'first');
    const buffer = Buffer.alloc(length);
    const answers = [1, 2, 3].map((fill) => app.peer('Peer').ask('Frame', buffer.fill(fill)));
    buffer.fill(9);
    await Promise.all(answers);
    expect(got).toEqual(['first', ...expected]);
  });

  it('comes back as it was from a handler that answers with it', async () => {
    const buffer = Buffer.alloc(length);
    let fills = 0;
    await openHost((host) => {
      host.handle('Grab', () => buffer.fill((fills += 1)));
      host.handle('Grab all', async function* () {
        for (let fill = 1; fill <= 3; fill += 1) yield await Promise.resolve(buffer.fill(fill));
      });
    });
    const app = sender();
    const answers = [1, 2, 3].map(() => app.peer('Peer').ask('Grab') as Promise<Uint8Array>);
    const single = (await Promise.all(answers)).map((bytes) => [bytes.length, bytes[0], bytes[length - 1]]);
    expect(single).toEqual(expected);
    const results$ = app.peer('Peer').send('Grab all') as Observable<Uint8Array>;
    const streamed = await firstValueFrom(results$.pipe(toArray()));
    buffer.fill(9);
    expect(streamed.map((bytes) => [bytes.length, bytes[0], bytes[length - 1]])).toEqual(expected);
  });
});

describe('sendTo, while values wait for room', () => {
  it('sends a Buffer as it was when it was emitted', async () => {
    const { got } = await openHost();
    const buffer = Buffer.alloc(8);
    const source = new Subject<Uint8Array>();
    const done = lastValueFrom(source.pipe(sendTo(sender().peer('Peer'), 'Frame', { concurrency: 1 })));
    for (const fill of [1, 2, 3]) source.next(buffer.fill(fill));
    source.complete();
    await done;
    expect(got).toEqual([1, 2, 3].map((fill) => [8, fill, fill]));
  });

  it('sends an object as it was when it was emitted', async () => {
    const { got } = await openHost();
    const point = { volts: 0 };
    const source = new Subject<object>();
    const done = lastValueFrom(source.pipe(sendTo(sender().peer('Peer'), 'Frame', { concurrency: 1 })));
    for (const volts of [1, 2, 3]) {
      point.volts = volts;
      source.next(point);
    }
    source.complete();
    await done;
    expect(got).toEqual([{ volts: 1 }, { volts: 2 }, { volts: 3 }]);
  });
});
