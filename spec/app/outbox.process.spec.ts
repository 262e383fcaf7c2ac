import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import type { App } from '../../src/app/App';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';

const ADDRESS = { IP: '127.0.0.2', Port: 65432 };

let folder: string;
let transport: ReturnType<typeof createMemoryTransport>;

function createSender(): App {
  const Outbox = { Path: join(folder, 'outbox') };
  const config = parseConfig({ Socket_connection: { Client: { Peer: { ...ADDRESS, Outbox } } } });
  return createApp(config, { transport, logger: silentLogger });
}

/** A host that notes what its handler gets. */
async function openReceiver(): Promise<{ readonly app: App; readonly handled: unknown[] }> {
  const app = createApp(parseConfig({ Socket_connection: { Host: { ...ADDRESS, Dedup: {} } } }), {
    transport,
    logger: silentLogger,
  });
  const handled: unknown[] = [];
  app.handle('Point', (value) => void handled.push(value));
  await app.start();
  return { app, handled };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rxcomet-app-'));
  transport = createMemoryTransport();
});

afterEach(() => rmSync(folder, { recursive: true }));

it('stop() lets what was told go out first, however much waits on the disk', async () => {
  const { app, handled } = await openReceiver();
  const sender = createSender();
  const numbers = Array.from({ length: 3000 }, (_, index) => index);
  for (const number of numbers) sender.peer('Peer').tell('Point', number);
  await sender.stop({ graceMs: 60_000 });
  expect(handled).toEqual(numbers);
  await app.stop();
});

it('stop() does not wait for a peer that cannot be reached; what is kept goes out at the next start', async () => {
  const first = createSender();
  await first.start();
  first.peer('Peer').tell('Point', 1);
  expect(await first.stop({ graceMs: 60_000 })).toMatchObject({ undelivered: 0 });
  const { app, handled } = await openReceiver();
  const second = createSender();
  await second.start();
  expect(await firstValueFrom(second.peer('Peer').outbox$)).toMatchObject({ depth: 1 });
  await second.stop();
  expect(handled).toEqual([1]);
  await app.stop();
});

it('start() is refused while another app has the outbox, and opens no host then', async () => {
  const first = createSender();
  await first.start();
  const second = createSender();
  await expect(second.start()).rejects.toMatchObject({ code: 'ERR_OUTBOX_LOCKED' });
  await second.stop();
  await first.stop();
});
