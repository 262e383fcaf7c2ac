import { createServer, Server } from 'node:net';
import type { App } from '../../src/app/App';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { ListenFailed } from '../../src/errors/setUp';
import { silentLogger } from '../../src/runtime/Logger';
import { ask, find, METRICS_IP } from '../observe/openMetrics';
import { parseExposition } from '../observe/parseExposition';

const apps: App[] = [];
const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop({ graceMs: 0 })));
  for (const server of servers.splice(0)) server.close();
});

/** A port on which somebody else listens. */
async function takenPort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host: METRICS_IP, port: 0 }, resolve));
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function makeApp(sections: Readonly<Record<string, unknown>>): App {
  const app = createApp(parseConfig({ Socket_connection: sections }), { logger: silentLogger });
  apps.push(app);
  return app;
}

const HOST = { IP: '127.0.0.1', Port: 0 };
const METRICS = { IP: METRICS_IP, Port: 0 };

/** Where the metrics of a started app are. */
function portOf({ metricsAddress }: App): number {
  if (metricsAddress === undefined) throw new Error('its metrics are not served');
  return metricsAddress.port;
}

describe('An app with Metrics', () => {
  it('shows what peers asked of it, from the first message on', async () => {
    const app = makeApp({ Host: HOST, Metrics: METRICS });
    app.handle('Move', (value) => value);
    await app.start();
    const client = makeApp({ Client: { Stage: { IP: '127.0.0.1', Port: app.address.port } } });
    for (let position = 0; position < 3; position += 1) await client.peer('Stage').ask('Move', position);
    await client
      .peer('Stage')
      .ask('Unheard of')
      .catch(() => undefined);
    const page = parseExposition((await ask(portOf(app))).text);
    expect(find(page, 'rxcomet_messages_handled_total', { action: 'Move', outcome: 'ok' })).toBe(3);
    expect(find(page, 'rxcomet_handler_duration_seconds_count', { action: 'Move' })).toBe(3);
    expect(find(page, 'rxcomet_messages_handled_total', { action: 'other', outcome: 'error' })).toBe(1);
    expect(find(page, 'rxcomet_message_errors_total', { code: 'ERR_UNKNOWN_ACTION' })).toBe(1);
    expect(find(page, 'rxcomet_connections_open', { side: 'host', dialect: 'native' })).toBe(1);
    expect(find(page, 'rxcomet_received_bytes_total')).toBeGreaterThan(100);
  });

  it('does not start when their address is taken, and its hosts are closed then', async () => {
    const port = await takenPort();
    const app = makeApp({ Host: [HOST, HOST], Metrics: { IP: METRICS_IP, Port: port } });
    await expect(app.start()).rejects.toThrow(ListenFailed);
    expect(app.addresses).toEqual([]);
  });

  it('starts once their address is free, and goes on counting', async () => {
    const port = await takenPort();
    const app = makeApp({ Host: HOST, Metrics: { IP: METRICS_IP, Port: port } });
    await expect(app.start()).rejects.toThrow(ListenFailed);
    const holder = servers.pop();
    await new Promise((resolve) => holder?.close(resolve));
    await app.start();
    expect(portOf(app)).toBe(port);
    const client = makeApp({ Client: { Stage: { IP: '127.0.0.1', Port: app.address.port } } });
    app.handle('Move', (value) => value);
    await client.peer('Stage').ask('Move', 1);
    const page = parseExposition((await ask(port)).text);
    expect(find(page, 'rxcomet_messages_handled_total', { action: 'Move', outcome: 'ok' })).toBe(1);
  });

  it('closes their address when a host cannot listen', async () => {
    const app = makeApp({ Host: { IP: METRICS_IP, Port: await takenPort() }, Metrics: METRICS });
    const listening = jest.spyOn(Server.prototype, 'listen');
    await expect(app.start()).rejects.toThrow(ListenFailed);
    const endpoints = listening.mock.contexts as readonly Server[];
    listening.mockRestore();
    expect(endpoints).toHaveLength(2);
    expect(endpoints.filter((server) => server.listening)).toEqual([]);
    expect(app.metricsAddress).toBeUndefined();
  });

  it('closes their address when it stops', async () => {
    const app = makeApp({ Host: HOST, Metrics: METRICS });
    await app.start();
    const port = portOf(app);
    expect((await ask(port)).status).toBe(200);
    await app.stop();
    await expect(ask(port)).rejects.toThrow('ECONNREFUSED');
  });
});
