import net from 'node:net';
import { createApp } from '../../src/app/createApp';
import type { App } from '../../src/app/App';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { framesOf } from '../streams/wire/wireFixtures';
import { frameOf } from '../support/FramePeer';

const apps: App[] = [];
const sockets: net.Socket[] = [];

async function openApp(
  host: Readonly<Record<string, unknown>> | undefined,
  client?: Readonly<Record<string, unknown>>,
): Promise<App> {
  const config = parseConfig({
    Socket_connection: {
      ...(host === undefined ? {} : { Host: { IP: '127.0.0.1', Port: 0, ...host } }),
      ...(client === undefined ? {} : { Client: { Peer: { IP: '127.0.0.1', ...client } } }),
    },
  });
  const app = createApp(config, { logger: silentLogger });
  apps.push(app);
  await app.start();
  return app;
}

interface Conversation {
  readonly received: Buffer[];
  readonly errors: string[];
  /** Resolves when the socket was closed. */
  readonly gone: Promise<void>;
}

/** Connects by hand; everything that comes is kept. */
function connect(
  port: number,
  options: { readonly allowHalfOpen?: boolean } = {},
): net.Socket & Conversation {
  const socket = net.connect({ port, host: '127.0.0.1', ...options });
  const received: Buffer[] = [];
  const errors: string[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  sockets.push(socket);
  return Object.assign(socket, { received, errors, gone });
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const app of apps.splice(0)) await app.stop({ graceMs: 0 });
});

it('a peer that is still sending a refused request of 20 MB reads one error frame and an end, and no reset', async () => {
  const app = await openApp({ Limits: { Max_content_bytes: 1000 } });
  const socket = connect(app.address.port, { allowHalfOpen: true });
  const big = frameOf({}, { action: 'A', value: 'x'.repeat(20_000_000) });
  socket.write(big.subarray(0, 1_000_000));
  await new Promise((resolve) => socket.once('end', resolve));
  await new Promise((resolve) => socket.end(big.subarray(1_000_000), () => resolve(undefined)));
  await socket.gone;
  expect(socket.errors).toEqual([]);
  const frames = framesOf(socket.received);
  expect(frames).toHaveLength(1);
  expect(frames[0]?.text).toMatch(/^\{"result": "Error: .*Max_content_bytes/);
});

it('a peer that half-closes after its request gets its answer', async () => {
  const app = await openApp({});
  app.handle('A', async (value) => {
    await new Promise((resolve) => setImmediate(resolve));
    return value;
  });
  const socket = connect(app.address.port, { allowHalfOpen: true });
  socket.end(frameOf({}, { action: 'A', value: 'half' }));
  await socket.gone;
  expect(framesOf(socket.received)[0]?.text).toBe('{"result": "half"}');
});

it('two apps exchange answers, streams, bytes and cancellations over one kept connection', async () => {
  const host = await openApp({});
  const client = await openApp(undefined, { Port: host.address.port });
  const opened: string[] = [];
  host.connections$.subscribe(({ kind, dialect }) => opened.push(`${kind} ${dialect ?? '?'}`));
  const aborted = new Promise<void>((resolve) =>
    host.handle('Never', (_value, { signal }) => {
      signal.addEventListener('abort', () => resolve());
      return new Promise(() => undefined);
    }),
  );
  host.handle('Bytes', (value) => Buffer.from(value as Uint8Array).reverse());
  host.handle('Sweep', async function* () {
    for (let step = 0; step < 1000; step += 1) yield 'x'.repeat(1000);
  });
  const peer = client.peer('Peer');
  let results = 0;
  peer.send('Sweep').subscribe(() => (results += 1));
  expect(await peer.ask('Nobody').catch((error: { remoteCode: string }) => error.remoteCode)).toBe(
    'ERR_UNKNOWN_ACTION',
  );
  expect(Buffer.from((await peer.ask('Bytes', Uint8Array.of(1, 2, 3))) as Uint8Array)).toEqual(
    Buffer.of(3, 2, 1),
  );
  const subscription = peer.send('Never').subscribe();
  await peer.ask('Bytes', Uint8Array.of(1));
  subscription.unsubscribe();
  await aborted;
  await client.stop({ graceMs: 5000 });
  expect(results).toBe(1000);
  await host.stop({ graceMs: 5000 });
  expect(opened).toEqual(['open ?', 'dialect native', 'close native']);
});

it('what was told without confirmation right before stop is handled', async () => {
  const host = await openApp({});
  const client = await openApp(undefined, { Port: host.address.port });
  let handled = 0;
  const all = new Promise<void>((resolve) =>
    host.handle('Log', () => {
      handled += 1;
      if (handled === 2000) resolve();
    }),
  );
  host.handle('First', () => 1);
  const peer = client.peer('Peer');
  await peer.ask('First');
  for (let turn = 0; turn < 2000; turn += 1) peer.tell('Log', 'x'.repeat(5000), { confirm: false });
  expect(await client.stop({ graceMs: 10_000 })).toEqual({ finished: 0, aborted: 0, undelivered: 0 });
  await all;
  expect(handled).toBe(2000);
});

it('a peer that does not read is not read from: its requests wait in its own socket', async () => {
  const host = await openApp({});
  let handled = 0;
  host.handle('Big', () => {
    handled += 1;
    return 'x'.repeat(500_000);
  });
  const socket = connect(host.address.port);
  socket.write(
    frameOf({ native: 1, 'message-id': 1, connection: 'keep-alive' }, { action: 'Nobody', value: 1 }),
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  for (let id = 2; id < 2000; id += 1) {
    socket.write(
      frameOf({ 'message-id': id, connection: 'keep-alive' }, { action: 'Big', value: 'y'.repeat(2000) }),
    );
  }
  // Until nothing moves any more.
  for (let before = -1; before !== handled || handled === 0;) {
    before = handled;
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(handled).toBeLessThan(1000);
});

it('a stopped app leaves no timer, socket or handle behind', async () => {
  const before = process
    .getActiveResourcesInfo()
    .filter((name) => !name.includes('Immediate'))
    .sort();
  const host = await openApp({});
  const client = await openApp(undefined, { Port: host.address.port });
  host.handle('Never', () => new Promise(() => undefined));
  const failed = client
    .peer('Peer')
    .ask('Never')
    .catch((error: { code: string }) => error.code);
  const legacy = connect(host.address.port);
  legacy.write(frameOf({}, { action: 'Never', value: 1 }));
  await new Promise((resolve) => host.messages$.subscribe(resolve));
  await client.stop({ graceMs: 0 });
  await host.stop({ graceMs: 0 });
  expect(await failed).toBe('ERR_APP_STOPPED');
  await legacy.gone;
  await new Promise((resolve) => setImmediate(resolve));
  const after = process
    .getActiveResourcesInfo()
    .filter((name) => !name.includes('Immediate'))
    .sort();
  expect(after).toEqual(before);
});
