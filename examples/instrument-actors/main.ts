/**
 * Instruments as actors: a source-measure unit and a positioning table behind a socket, a sweep as a stream
 * of results, an emergency stop past everything that waits, and a device fault. Stays up until Ctrl-C; with
 * --once it ends by itself.
 */
import path from 'node:path';
import { createApp, loadConfig } from 'rxcomet';
import { firstValueFrom, lastValueFrom, shareReplay, tap, type Observable } from 'rxjs';
import { actions } from './actions';
import { createLab } from './createLab';

/** Where the example's settings lie, and where its lines go. */
export interface InstrumentActorsOptions {
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** Starts the instruments, works with them, and gives back how to stop. */
export async function instrumentActors({
  folder,
  print,
}: InstrumentActorsOptions): Promise<() => Promise<void>> {
  const lab = createLab(await loadConfig(path.join(folder, 'host.yml')), print);
  await lab.start();
  process.env['LAB_PORT'] = String(lab.address.port);
  const client = createApp(await loadConfig(path.join(folder, 'client.yml')));
  const peer = client.peer('Lab');

  print('-- a sweep, point by point, while the table makes two moves, one after the other');
  const sweep = peer
    .send(actions.Sweep, { to: -100, points: 4 })
    .pipe(tap(({ volts, amps }) => print(`point: ${volts} V, ${amps} A`)));
  await Promise.all([lastValueFrom(sweep), peer.ask(actions.Move, 4), peer.ask(actions.Move, 2)]);

  print('-- an emergency stop, with a long sweep running and more commands sent than there is room for');
  const long$ = peer.send(actions.Sweep, { to: -300, points: 1000 }).pipe(shareReplay());
  await firstValueFrom(long$);
  // Before the stop: to subscribe to a send that has failed sends it once more.
  const failed = failureOf(long$);
  for (let volts = -1; volts >= -20; volts -= 1) peer.tell(actions.Measure, volts, { confirm: false });
  print(`stopped: ${JSON.stringify(await peer.ask('EmergencyStop', null, { urgent: true }))}`);
  print(`the sweep failed: ${await failed}`);
  await peer.ask(actions.Arm, null);

  print('-- a fault: the sender hears of it, the instrument is set up anew, the next command waits for that');
  print(`the measurement failed: ${await failureOf(peer.send(actions.Measure, -600))}`);
  print(`point: ${JSON.stringify(await peer.ask(actions.Measure, -10))}`);

  return async () => {
    await client.stop();
    await lab.stop();
  };
}

/** What a send fails with, in words. */
function failureOf(result$: Observable<unknown>): Promise<string> {
  return lastValueFrom(result$).then(
    () => 'it did not fail',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

async function main(): Promise<void> {
  const stop = await instrumentActors({
    folder: path.join(process.cwd(), 'examples', 'instrument-actors'),
    print: (line) => console.log(line),
  });
  if (process.argv.includes('--once')) {
    await stop();
    return;
  }
  console.log('up until Ctrl-C');
  const end = (): void => void stop();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

if (require.main === module) void main();
