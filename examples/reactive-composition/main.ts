/**
 * Several hosts, clients and operators composed into one app: a gateway that computes the dew point from what
 * two programs measure, stores it in an archive, warns people, and lets others follow it. Stays up until
 * Ctrl-C; with --once it ends by itself.
 */
import path from 'node:path';
import { createApp, loadConfig } from 'rxcomet';
import { lastValueFrom, toArray } from 'rxjs';
import { createGateway } from './createGateway';

/** Where the example's settings lie, and where its lines go. */
export interface ReactiveCompositionOptions {
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** Starts the gateway between stand-ins of its peers, lets them measure, and gives back how to stop. */
export async function reactiveComposition({
  folder,
  print,
}: ReactiveCompositionOptions): Promise<() => Promise<void>> {
  const peers = createApp(await loadConfig(path.join(folder, 'peers.yml')));
  peers.handle('TelegramBot', (value) => print(`Telegram <- ${JSON.stringify(value)}`));
  peers.handle('Store', (value) => print(`Archive  <- ${JSON.stringify(value)}`));
  await peers.start();

  const [telegram, archive] = peers.addresses;
  process.env['TELEGRAM_PORT'] = String(telegram?.port);
  process.env['ARCHIVE_PORT'] = String(archive?.port);
  const gateway = createGateway(await loadConfig(path.join(folder, 'gateway.yml')));
  await gateway.app.start();

  const [chamber, station] = gateway.app.addresses;
  process.env['CHAMBER_PORT'] = String(chamber?.port);
  process.env['STATION_PORT'] = String(station?.port);
  const sensors = createApp(await loadConfig(path.join(folder, 'sensors.yml')));

  await sensors.peer('Chamber').ask('Temperature', 20);
  await sensors.peer('Station').ask('Humidity', 30);
  const followed = lastValueFrom(sensors.peer('Station').send('DewPoint', 4).pipe(toArray()));
  for (const percent of [35, 50, 30]) await sensors.peer('Station').ask('Humidity', percent);
  print(`dew points followed: ${(await followed).join(', ')} °C`);

  return async () => {
    await sensors.stop();
    await gateway.stop();
    await peers.stop();
  };
}

async function main(): Promise<void> {
  const stop = await reactiveComposition({
    folder: path.join(process.cwd(), 'examples', 'reactive-composition'),
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
