import { filter, firstValueFrom } from 'rxjs';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';

/* Fills an outbox and dies, or delivers what it finds in it. Run by runRestart.ts as a process of its own. */

/** What the program is started with, as JSON. */
export interface RestartOptions {
  readonly port: number;
  readonly folder: string;
  /** Tells so many; 0: delivers what is there. */
  readonly fill: number;
  /** Of each message, in bytes. */
  readonly size: number;
}

/** What it says when all is delivered. */
export interface Delivered {
  /** When it was ready, and at most, in MiB. */
  readonly rssAtStart: number;
  readonly rssAtMost: number;
}

const MIB = 2 ** 20;

async function main({ port, folder, fill, size }: RestartOptions): Promise<void> {
  const Receiver = { IP: '127.0.0.1', Port: port, Outbox: { Path: folder } };
  const app = createApp(parseConfig({ Socket_connection: { Client: { Receiver } } }), {
    logger: silentLogger,
  });
  app.failures$.subscribe(({ error }) => {
    console.error(error);
    process.exit(1);
  });
  const receiver = app.peer('Receiver');
  if (fill > 0) {
    const text = 'x'.repeat(size);
    for (let number = 1; number <= fill; number += 1) {
      if (!receiver.tell('Step', { number, text })) await receiver.drained();
    }
    await receiver.persisted();
    process.kill(process.pid, 'SIGKILL');
  }
  const rssAtStart = process.memoryUsage.rss() / MIB;
  await app.start();
  await firstValueFrom(receiver.outbox$.pipe(filter(({ depth }) => depth === 0)));
  await app.stop();
  // maxRSS is in KiB.
  process.send?.({ rssAtStart, rssAtMost: process.resourceUsage().maxRSS / 1024 } satisfies Delivered);
  process.disconnect();
}

void main(JSON.parse(process.argv[2] ?? '{}') as RestartOptions);
