/**
 * The main job on real sockets: a host from a settings file, a client from another, a message sent detached
 * and one awaited. Stays up until Ctrl-C; with --once it ends by itself.
 */
import path from 'node:path';
import { createApp, loadConfig } from 'rxcomet';

/** Where the example's settings lie, and what to do. */
export interface QuickStartOptions {
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** Starts the host, sends two messages, and gives back how to stop. */
export async function quickStart({ folder, print }: QuickStartOptions): Promise<() => Promise<void>> {
  const host = createApp(await loadConfig(path.join(folder, 'host.yml')));
  host.messages$.subscribe(({ action, value, peer }) =>
    print(`host    <- ${peer} ${action} ${JSON.stringify(value)}`),
  );
  host.handle('Status', (value) => ({ unit: value, state: 'idle', temperature: 21.5 }));
  host.handle('Log', (value) => `noted: ${String(value)}`);
  await host.start();
  print(`host    listening on ${host.address.ip}:${host.address.port}`);

  const clientFile = path.join(folder, 'client.yml');
  process.env['HOST_PORT'] = String(host.address.port);
  const client = createApp(await loadConfig(clientFile));
  const measurement = client.peer('Measurement');
  client.failures$.subscribe(({ error }) => print(`client  failed: ${error.message}`));

  // Detached: returns at once.
  measurement.tell('Log', 'ramp started');
  print('client  -> Log "ramp started" (detached)');

  // Awaited: the acknowledgement is what the handler returned.
  print('client  -> Status 4 (awaited)');
  print(`client  <- ${JSON.stringify(await measurement.ask('Status', 4))}`);

  return async () => {
    await client.stop();
    await host.stop();
  };
}

async function main(): Promise<void> {
  const once = process.argv.includes('--once');
  const stop = await quickStart({
    folder: path.join(process.cwd(), 'examples', 'quick-start'),
    print: (line) => console.log(line),
  });
  if (once) {
    await stop();
    return;
  }
  console.log('up until Ctrl-C');
  const end = (): void => void stop();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

if (require.main === module) void main();
