import { systemClock } from '../../../src/runtime/Clock';
import { Outbox } from '../../../src/storage/outbox/Outbox';
import { message, queue } from './openOutbox';

/*
 * node appendProgram.ts FOLDER ROUNDS BYTES: tells messages in groups, and prints `kept TEXT` for each that
 * is on the disk and `failed CODE DELIVERED` for each that was reported.
 */
const [folder = '', rounds = '0', bytes = '0'] = process.argv.slice(2);

async function main(): Promise<void> {
  const failed = new Set<string>();
  const outbox = new Outbox({
    path: folder,
    client: 'Results',
    clock: systemClock,
    random: Math.random,
    report: (error, action) => {
      failed.add(action);
      print(`failed ${error.code} ${'delivered' in error ? String(error.delivered) : ''}`);
    },
    queue,
    reconnect: { minDelayMs: 100, maxDelayMs: 10_000, jitter: 0.2 },
  });
  await outbox.open();
  for (let round = 0; round < Number(rounds); round += 1) {
    const texts = Array.from({ length: 5 }, (_, index) => `${round}-${index}`);
    for (const text of texts) outbox.keep(message(text.padEnd(Number(bytes), ' '), { action: text }));
    // Rejected: some of them were reported, the others are kept.
    await outbox.persisted().catch(() => undefined);
    for (const text of texts) if (!failed.has(text)) print(`kept ${text}`);
  }
  await outbox.close();
}

// Synchronous, so that what was printed is known when the process is killed.
function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
