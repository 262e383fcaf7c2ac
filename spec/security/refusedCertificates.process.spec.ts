import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { createApp, parseConfig, type App, type Failure } from 'rxcomet';
import { silentLogger } from '../../src/runtime/Logger';
import { createAuthority, issueCertificate } from '../support/certificates';

/**
 * One cause, one code, whatever the version of TLS: a host refuses the certificate of a client, or asks for
 * one in vain.
 */

const folder = mkdtempSync(join(tmpdir(), 'rxcomet-refused-'));
const file = (name: string): string => join(folder, name);
const hostTls = { Cert: file('host.crt'), Key: file('host.key') };
const latest = tls.DEFAULT_MAX_VERSION;
let apps: App[] = [];

/** Both sides speak at most this version. */
function speak(version: tls.SecureVersion): void {
  Object.assign(tls, { DEFAULT_MAX_VERSION: version });
}

beforeAll(async () => {
  const authority = await createAuthority('Lab CA');
  const stranger = await createAuthority('Somebody');
  writeFileSync(file('ca.pem'), authority.cert);
  for (const [name, by] of [
    ['host', authority],
    ['client', authority],
    ['stranger', stranger],
  ] as const) {
    const { cert, key } = await issueCertificate(by, {});
    writeFileSync(file(`${name}.crt`), cert);
    writeFileSync(file(`${name}.key`), key);
  }
});

afterEach(async () => {
  speak(latest);
  await Promise.all(apps.map((app) => app.stop({ graceMs: 0 })));
  apps = [];
});

afterAll(() => rmSync(folder, { recursive: true }));

async function openHost(
  port: number,
  requireCert: boolean,
): Promise<{ readonly app: App; readonly handled: unknown[] }> {
  const client = requireCert ? { CA: file('ca.pem'), Require_client_cert: true } : {};
  const config = parseConfig({
    Socket_connection: { Host: { IP: '127.0.0.1', Port: port, TLS: { ...hostTls, ...client } } },
  });
  const app = createApp(config, { logger: silentLogger });
  apps.push(app);
  const handled: unknown[] = [];
  app.failures$.subscribe(() => undefined);
  app.handle('Status', (value) => {
    handled.push(value);
    return 'fine';
  });
  await app.start();
  return { app, handled };
}

/** A client that shows the certificate of that name, or none. */
function createSender(
  port: number,
  shown: string,
  reconnectMs = 20,
): { readonly app: App; readonly failures: Failure[] } {
  const own = shown === 'none' ? {} : { Cert: file(`${shown}.crt`), Key: file(`${shown}.key`) };
  const Peer = {
    IP: '127.0.0.1',
    Port: port,
    Ack_timeout_ms: 1500,
    Reconnect: { Min_delay_ms: reconnectMs, Max_delay_ms: 2.5 * reconnectMs },
    TLS: { CA: file('ca.pem'), ...own },
  };
  const app = createApp(parseConfig({ Socket_connection: { Client: { Peer } } }), { logger: silentLogger });
  apps.push(app);
  const failures: Failure[] = [];
  app.failures$.subscribe((failure) => failures.push(failure));
  return { app, failures };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a host that refuses a client under %s', (version) => {
  it.each(['none', 'stranger'])(
    'takes nothing from it, which an awaited send tells: certificate %s',
    async (shown) => {
      speak(version);
      const { app, handled } = await openHost(0, true);
      // One attempt alone: when its time ends the send must not be on another one, which may still succeed.
      const sender = createSender(app.address.port, shown, 60_000);
      await expect(sender.app.peer('Peer').ask('Status', 1)).rejects.toMatchObject({
        code: 'ERR_PEER_UNREACHABLE',
        delivered: 'no',
        cause: { code: 'ERR_TLS' },
      });
      expect(handled).toEqual([]);
    },
  );

  it.each(['none', 'stranger'])(
    'and later takes it gets a detached message once: certificate %s',
    async (shown) => {
      speak(version);
      const refusing = await openHost(0, true);
      const { port } = refusing.app.address;
      const { app, failures } = createSender(port, shown);
      const refused = new Promise<void>((resolve) => {
        app.peer('Peer').state$.subscribe((state) => {
          if (state.kind === 'backoff' && state.attempt > 1) resolve();
        });
      });
      app.peer('Peer').tell('Status', 7);
      await refused;
      await refusing.app.stop({ graceMs: 0 });
      const { handled } = await openHost(port, false);
      expect(await app.peer('Peer').ask('Status', 8, { timeoutMs: 10_000 })).toBe('fine');
      expect(handled).toEqual([7, 8]);
      expect(failures).toEqual([]);
    },
  );

  it('and one that it knows is handled', async () => {
    speak(version);
    const { app } = await openHost(0, true);
    expect(await createSender(app.address.port, 'client').app.peer('Peer').ask('Status')).toBe('fine');
  });
});

it('a host that took a message and ends the connection without an answer has not refused it', async () => {
  const read = (name: string): string => readFileSync(file(name), 'utf8');
  const options = { cert: read('host.crt'), key: read('host.key'), ca: read('ca.pem'), requestCert: true };
  const server = tls.createServer(options, (socket) =>
    socket.once('data', () => socket.end()).on('error', () => undefined),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as { port: number };
    await expect(createSender(port, 'client').app.peer('Peer').ask('Status')).rejects.toMatchObject({
      code: 'ERR_CONNECTION_CLOSED',
      delivered: 'unknown',
    });
  } finally {
    server.close();
  }
});
