import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';

/* A host that one of its messages ends. Run by dyingReceiver.process.spec.ts as a process of its own. */

async function main({ port }: { readonly port: number }): Promise<void> {
  const app = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: port } } }), {
    logger: silentLogger,
  });
  app.handle('Deadly', () => process.kill(process.pid, 'SIGKILL'));
  app.handle('Harmless', (value) => void process.send?.({ handled: value }));
  process.on('message', () => void app.stop().then(() => process.disconnect()));
  await app.start();
  process.send?.({ port: app.address.port });
}

void main(JSON.parse(process.argv[2] ?? '{}') as { readonly port: number });
