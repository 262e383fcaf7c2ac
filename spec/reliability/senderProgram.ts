import { setTimeout as delay } from 'node:timers/promises';
import { filter, firstValueFrom } from 'rxjs';
import { crashPoints } from '../../src/app/stores';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { KillJournal, type KillPoint } from './KillJournal';
import { SteppedStore } from './SteppedStore';

/*
 * Tells numbers one after the other through an outbox, on from where its last life ended, until it is killed
 * or asked to finish; then it waits until all are acknowledged. Run by runKills.ts as a process of its own.
 */

/** What the program is started with, as JSON. */
export interface SenderOptions {
  readonly port: number;
  readonly folder: string;
  readonly journal: string;
  readonly killAt?: KillPoint;
  /** Tells nothing new. */
  readonly finishing: boolean;
}

async function main({ port, folder, journal: file, killAt, finishing }: SenderOptions): Promise<void> {
  const journal = new KillJournal(file, killAt);
  let number = KillJournal.read(file).reduce(
    (last, line) => (line.startsWith('told ') ? Number(line.slice(5)) : last),
    0,
  );
  let ends = finishing;
  process.on('message', () => (ends = true));

  const config = parseConfig({
    Socket_connection: {
      Client: {
        Receiver: {
          IP: '127.0.0.1',
          Port: port,
          Reconnect: { Min_delay_ms: 5, Max_delay_ms: 50 },
          Outbox: { Path: folder },
        },
      },
    },
  });
  crashPoints.set(config, {
    outboxStore: (store) => new SteppedStore(store, (step) => journal.reach(step)),
  });
  const app = createApp(config, { logger: silentLogger });
  // After a kill nothing may be wrong with the store, and nothing is refused: each of these would be a loss.
  app.failures$.subscribe(({ error }) => {
    console.error(error);
    process.exit(1);
  });
  await app.start();
  const receiver = app.peer('Receiver');
  let confirmed = Promise.resolve();
  while (!ends) {
    for (const upTo = number + 1 + (number % 7); number < upTo;) {
      number += 1;
      journal.write(`told ${number}`);
      receiver.tell('Step', number);
    }
    const upTo = number;
    const next = receiver.persisted().then(() => journal.write(`persisted ${upTo}`));
    // Two batches at a time, so that one is told while the other is written.
    await confirmed;
    confirmed = next;
    await delay(3);
  }
  await confirmed;
  await firstValueFrom(receiver.outbox$.pipe(filter(({ depth }) => depth === 0)));
  await app.stop();
  journal.close();
  process.disconnect();
}

void main(JSON.parse(process.argv[2] ?? '{}') as SenderOptions);
