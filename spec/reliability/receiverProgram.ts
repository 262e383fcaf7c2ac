import { setTimeout as delay } from 'node:timers/promises';
import { crashPoints } from '../../src/app/stores';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { KillJournal, type KillPoint } from './KillJournal';

/*
 * Handles what it is told, and writes down what it sees, until it is killed or asked to stop. Run by
 * runKills.ts as a process of its own.
 */

/** What the program is started with, as JSON. */
export interface ReceiverOptions {
  readonly folder: string;
  readonly journal: string;
  readonly killAt?: KillPoint;
}

async function main({ folder, journal: file, killAt }: ReceiverOptions): Promise<void> {
  const journal = new KillJournal(file, killAt);
  const config = parseConfig({
    Socket_connection: { Host: { IP: '127.0.0.1', Port: 0, Dedup: { Path: folder } } },
  });
  crashPoints.set(config, {
    dedupStep: (step, key) => {
      if (step === 'answer-kept') journal.write(`kept ${key}`);
      journal.reach(step);
    },
  });
  const app = createApp(config, { logger: silentLogger });
  app.handle('Step', (value, { key, redelivered }) => {
    const number = Number(value);
    journal.write(`enter ${number} ${key} ${redelivered}`);
    const leave = (): number => {
      journal.write(`exit ${number}`);
      return number;
    };
    // Some answer at once, some later, so that many are at work and end in another order than they began.
    if (number % 3 === 0) return leave();
    return delay(number % 5).then(() => {
      journal.reach('handler-running');
      return leave();
    });
  });
  app.failures$.subscribe(({ error }) => {
    if (error.code.startsWith('ERR_DEDUP')) {
      console.error(error);
      process.exit(1);
    }
  });
  process.on('message', () => {
    void app.stop().then(() => {
      journal.close();
      process.disconnect();
    });
  });
  await app.start();
  process.send?.({ port: app.address.port });
}

void main(JSON.parse(process.argv[2] ?? '{}') as ReceiverOptions);
