import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';

/*
 * A program that opens everything an app can open, stops, and says what is left: run by
 * shutdown.process.spec.ts as a process of its own, with the name of a scenario. Prints one line of JSON;
 * whether it then ends by itself is for the spec to see.
 */

type Scenario = (report: (what: object) => void) => Promise<void>;

const host = { IP: '127.0.0.1', Port: 0, Limits: { Idle_timeout_ms: 60_000, Stream_idle_ms: 60_000 } };

function appOf(client?: object) {
  const Socket_connection = client === undefined ? { Host: [host, host] } : { Client: client };
  return createApp(parseConfig({ Socket_connection }), { logger: silentLogger });
}

const scenarios: Readonly<Record<string, Scenario>> = {
  /**
   * Two hosts, a client with a kept and an urgent connection, actors, a stream handler, a client in backoff.
   */
  async everything(report) {
    const server = appOf();
    server.handle('Echo', (value) => value);
    server.handle('Never', () => new Promise(() => undefined));
    server.handle('Urgent', () => 1, { urgent: true });
    server.handleStream('Stream', (message$) => message$, { acknowledge: 'on-arrival' });
    await server.start();
    const { ip, port } = server.address;
    const client = appOf({
      Peer: { IP: ip, Port: port },
      Away: { IP: '127.0.0.1', Port: 1, Queue: { Ttl_ms: 60_000 } },
    });
    await client.peer('Peer').ask('Echo', { a: 1 });
    await client.peer('Peer').ask('Urgent', 1, { urgent: true });
    await client.peer('Peer').ask('Stream', 1);
    client.peer('Away').tell('Nobody', 1);
    client.peer('Peer').tell('Never', 1);
    const lost = client
      .peer('Peer')
      .ask('Never', 1)
      .catch((error: { code: string }) => error.code);
    await client.peer('Peer').ask('Echo', 2);
    const stopped = await Promise.all([client.stop({ graceMs: 20 }), server.stop({ graceMs: 20 })]);
    report({ stopped, lost: await lost });
  },

  async duringStart(report) {
    const app = appOf();
    const started = app.start();
    const stopped = await app.stop();
    await started;
    report({ stopped, addresses: app.addresses });
  },

  async twice(report) {
    const app = appOf();
    await app.start();
    const [first, second] = await Promise.all([app.stop(), app.stop()]);
    report({ same: first === second, third: (await app.stop()) === first });
  },

  async neverStarted(report) {
    report({ stopped: await appOf().stop() });
  },
};

async function main(): Promise<void> {
  const before = process.getActiveResourcesInfo().sort();
  let told = {};
  await scenarios[process.argv[2] ?? '']?.((what) => (told = what));
  const after = process.getActiveResourcesInfo().sort();
  process.stdout.write(`${JSON.stringify({ before, after, ...told })}\n`);
}

void main();
