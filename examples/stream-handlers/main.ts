/**
 * Handlers that are pipelines: points stored in batches, a running mean, and the newest value of a fast
 * source. Stays up until Ctrl-C; with --once it ends by itself.
 */
import path from 'node:path';
import { createApp, loadConfig, sendTo } from 'rxcomet';
import { filter, firstValueFrom, from, lastValueFrom, Subject, toArray } from 'rxjs';
import { addPipelines } from './addPipelines';

/** Where the example's settings lie, and where its lines go. */
export interface StreamHandlersOptions {
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** Starts the host, feeds its pipelines, and gives back how to stop. */
export async function streamHandlers({ folder, print }: StreamHandlersOptions): Promise<() => Promise<void>> {
  const host = createApp(await loadConfig(path.join(folder, 'host.yml')));
  const shown$ = new Subject<number>();
  addPipelines(host, {
    store: (batch) => print(`stored ${batch.join(' ')}`),
    show: (mm) => shown$.next(mm),
  });
  await host.start();

  process.env['RECORDER_PORT'] = String(host.address.port);
  const client = createApp(await loadConfig(path.join(folder, 'client.yml')));
  const recorder = client.peer('Recorder');

  // A source in order, no more than 16 points on their way at once.
  const points = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const sizes = await lastValueFrom(from(points).pipe(sendTo(recorder, 'Store'), toArray()));
  print(`stored together: ${sizes.join(' ')}`);

  const means = await lastValueFrom(from([4, 8, 6]).pipe(sendTo(recorder, 'Mean'), toArray()));
  print(`means of 4 8 6: ${means.join(' ')}`);

  shown$.subscribe((mm) => print(`the stage is at ${mm} mm`));
  const lastShown = firstValueFrom(shown$.pipe(filter((mm) => mm === points.length)));
  for (const mm of points) recorder.tell('Position', mm);
  await lastShown;

  return async () => {
    await client.stop();
    await host.stop();
  };
}

async function main(): Promise<void> {
  const stop = await streamHandlers({
    folder: path.join(process.cwd(), 'examples', 'stream-handlers'),
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
