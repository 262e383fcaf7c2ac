import { createApp, parseConfig } from '../../src/index';
import { createMemoryTransport } from '../../src/testing/index';
import { silentLogger } from '../../src/runtime/Logger';

/*
 * node holderProgram.ts outbox|dedup FOLDER: opens the store, prints `open` or the code of the failure, and
 * ends with its input.
 */
const [kind, store = ''] = process.argv.slice(2);
const address = { IP: '127.0.0.1', Port: 65432 };
const entry =
  kind === 'outbox'
    ? { Client: { Peer: { ...address, Outbox: { Path: store } } } }
    : { Host: { ...address, Dedup: { Path: store } } };

async function main(): Promise<void> {
  const options = { transport: createMemoryTransport(), logger: silentLogger };
  const app = createApp(parseConfig({ Socket_connection: entry }), options);
  try {
    await app.start();
    console.log('open');
  } catch (error) {
    console.log((error as { readonly code?: string }).code);
  }
  process.stdin.resume().on('end', () => void app.stop({ graceMs: 0 }));
}

void main();
