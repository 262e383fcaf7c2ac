import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { ChildProgram } from './ChildProgram';
import { createWatch, type Watch } from './createWatch';
import type { Delivered, RestartOptions } from './restartProgram';

/** What a restart with a full outbox is made of. */
export interface RunRestartOptions {
  readonly messages: number;
  /** Of each message, in bytes. */
  readonly size: number;
  /** Old space of the sender's heap, in MiB; less than all messages take. */
  readonly heapMib: number;
  /** An empty folder for the outbox. */
  readonly folder: string;
}

/** What a restart with a full outbox came to. */
export interface RunRestartReport extends Delivered {
  readonly received: number;
  readonly fillSeconds: number;
  readonly deliverSeconds: number;
}

/** Without a message for so long something is stuck. */
const STUCK_MS = 60_000;

/**
 * Fills an outbox in a process that then kills itself, and lets another one deliver it.
 *
 * @throws Error when a message is missing, doubled or out of order, or a program fails, for instance because
 * its heap is full
 */
export async function runRestart({
  messages,
  size,
  heapMib,
  folder,
}: RunRestartOptions): Promise<RunRestartReport> {
  let received = 0;
  const faults: string[] = [];
  const host = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } }), {
    logger: silentLogger,
  });
  host.handle('Step', (value) => {
    watch?.goesOn();
    received += 1;
    const { number } = value as { readonly number: number };
    if (number !== received && faults.length < 20) faults.push(`${number} came where ${received} was due`);
    return number;
  });
  await host.start();
  const programs = new Set<ChildProgram>();
  let watch: Watch | undefined;
  const run = (fill: number): Promise<Delivered | undefined> =>
    new Promise((resolve, reject) => {
      let said: Delivered | undefined;
      watch?.stop();
      watch = createWatch(STUCK_MS, reject);
      const options: RestartOptions = {
        port: fill > 0 ? 1 : host.address.port,
        folder,
        fill,
        size,
      };
      const program = new ChildProgram(
        'restartProgram',
        options,
        {
          message: (message) => (said = message as Delivered),
          killed: () => (fill > 0 ? resolve(undefined) : reject(new Error('the sender was killed'))),
          ended: () => resolve(said),
          failed: reject,
        },
        [`--max-old-space-size=${heapMib}`],
      );
      programs.add(program);
    });
  try {
    const began = performance.now();
    await run(messages);
    const filled = performance.now();
    const delivered = await run(0);
    const ended = performance.now();
    if (received !== messages) faults.push(`${received} of ${messages} arrived`);
    if (faults.length > 0) throw new Error(faults.join('\n'));
    if (delivered === undefined) throw new Error('the sender said nothing');
    return {
      ...delivered,
      received,
      fillSeconds: (filled - began) / 1000,
      deliverSeconds: (ended - filled) / 1000,
    };
  } finally {
    watch?.stop();
    for (const program of programs) program.destroy();
    await host.stop();
  }
}
