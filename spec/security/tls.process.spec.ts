import { firstValueFrom, take, toArray } from 'rxjs';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from '../../src/app/App';
import { createApp } from '../../src/app/createApp';
import type { Failure } from '../../src/app/Failure';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { runMain } from '../cli/runMain';
import { createAuthority, issueCertificate, type CertificateOptions } from '../support/certificates';

/** A whole app on each side, over TLS sockets on 127.0.0.1. */

const folder = mkdtempSync(join(tmpdir(), 'rxcomet-tls-'));
const file = (name: string): string => join(folder, name);
const readText = (path: string): string => readFileSync(path, 'utf8');
const apps: App[] = [];

const hostTls = { Cert: file('host.crt'), Key: file('host.key') };
const clientTls = { CA: file('ca.pem') };
const showing = (name: string): object => ({ Cert: file(`${name}.crt`), Key: file(`${name}.key`) });

beforeAll(async () => {
  const authority = await createAuthority('Lab CA');
  const stranger = await createAuthority('Somebody');
  writeFileSync(file('ca.pem'), authority.cert);
  writeFileSync(file('stranger.pem'), stranger.cert);
  const keep = async (name: string, by = authority, options: CertificateOptions = {}): Promise<void> => {
    const { cert, key } = await issueCertificate(by, options);
    writeFileSync(file(`${name}.crt`), cert);
    writeFileSync(file(`${name}.key`), key);
  };
  await keep('host');
  await keep('client');
  const intermediate = await createAuthority('Lab intermediate', authority);
  writeFileSync(file('intermediate.pem'), intermediate.cert);
  await keep('leaf', intermediate);
  writeFileSync(file('chain.crt'), `${readText(file('leaf.crt'))}\n${intermediate.cert}\n`);
  writeFileSync(file('chain.key'), readText(file('leaf.key')));
  const own = await issueCertificate(undefined);
  writeFileSync(file('self.crt'), own.cert);
  writeFileSync(file('self.key'), own.key);
  await keep('stranger', stranger);
  await keep('elsewhere', authority, { names: ['other.example'] });
  await keep('expired', authority, { validFrom: new Date('2020-01-01'), validTo: new Date('2021-01-01') });
});

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop({ graceMs: 0 })));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A host that answers Status; `failed` gives the first failure it told. */
async function openHost(keys: object): Promise<{ app: App; failed: Promise<Failure> }> {
  const config = parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0, ...keys } } });
  const app = createApp(config, { logger: silentLogger });
  apps.push(app);
  app.handle('Status', () => 'fine');
  const failed = new Promise<Failure>((resolve) => app.failures$.subscribe(resolve));
  await app.start();
  return { app, failed };
}

/** What comes of asking the host: the result or the message of the error and of what caused it. */
async function ask(host: App, keys: object): Promise<string> {
  const { ip, port } = host.address;
  const config = parseConfig({
    Socket_connection: { Client: { Peer: { IP: ip, Port: port, Ack_timeout_ms: 3000, ...keys } } },
  });
  const app = createApp(config, { logger: silentLogger });
  apps.push(app);
  const failure = new Promise<string>((resolve) => {
    app.peer('Peer').state$.subscribe((state) => {
      if (state.kind === 'backoff') resolve(state.reason);
    });
  });
  const answer = app
    .peer('Peer')
    .ask('Status')
    .then(String, (error: Error) => error.message);
  return Promise.race([answer, failure]);
}

describe('TLS', () => {
  it('carries messages when the certificate is good', async () => {
    const { app } = await openHost({ TLS: hostTls });
    expect(await ask(app, { TLS: clientTls })).toBe('fine');
    expect(await ask(app, { TLS: clientTls, IP: 'localhost' })).toBe('fine');
  });

  it('carries messages when each side shows a good one', async () => {
    const { app } = await openHost({ TLS: { ...hostTls, CA: file('ca.pem'), Require_client_cert: true } });
    expect(await ask(app, { TLS: { ...clientTls, ...showing('client') } })).toBe('fine');
  });

  it('is refused by a client for another name', async () => {
    const { app, failed } = await openHost({ TLS: showing('elsewhere') });
    expect(await ask(app, { TLS: clientTls })).toMatch(/certificate of the peer is for another name/);
    expect((await failed).code).toBe('ERR_TLS');
  });

  it.each<[string, { cert: string; ca: string }, RegExp | 'fine']>([
    ['with its intermediate', { cert: 'chain', ca: 'ca.pem' }, 'fine'],
    [
      'without its intermediate',
      { cert: 'leaf', ca: 'ca.pem' },
      /the peer sent no certificate that leads to one; where an intermediate authority signed it, append the certificate of that one to the Cert of the peer, else set Client\.Peer\.TLS\.CA/,
    ],
    [
      'for a CA file that holds only the intermediate',
      { cert: 'leaf', ca: 'intermediate.pem' },
      /an intermediate authority in Client\.Peer\.TLS\.CA without the one above it; add the certificate of the root/,
    ],
    [
      'for a CA file of somebody else',
      { cert: 'chain', ca: 'stranger.pem' },
      /not signed by an authority we trust; set Client\.Peer\.TLS\.CA/,
    ],
    [
      'that is signed by itself',
      { cert: 'self', ca: 'ca.pem' },
      /is signed by itself; set Client\.Peer\.TLS\.CA to the PEM file of that certificate/,
    ],
  ])(
    'tells a client what is wrong with a certificate of the host %s',
    async (_what, { cert, ca }, expected) => {
      const { app } = await openHost({ TLS: showing(cert) });
      const answer = await ask(app, { TLS: { CA: file(ca) } });
      if (typeof expected === 'string') expect(answer).toBe(expected);
      else expect(answer).toMatch(expected);
    },
  );

  it('tells a host whose certificate lacks its intermediate that its client may miss that', async () => {
    const { app, failed } = await openHost({ TLS: showing('leaf') });
    expect(await ask(app, { TLS: clientTls })).not.toBe('fine');
    expect((await failed).error.message).toMatch(/certificate|handshake/);
  });

  it('is refused by a client for an authority it does not know, and the host hears of it', async () => {
    const { app, failed } = await openHost({ TLS: showing('stranger') });
    expect(await ask(app, { TLS: clientTls })).toMatch(
      /not signed by an authority we trust.*Client\.Peer\.TLS\.CA/,
    );
    expect((await failed).code).toBe('ERR_TLS');
  });

  it.each([
    ['no certificate', {}, /Require_client_cert/],
    ['one of another authority', { name: 'stranger' }, /certificate/],
  ])(
    'with Require_client_cert refuses a client with %s',
    async (_what, { name }: { name?: string }, text) => {
      const { app, failed } = await openHost({
        TLS: { ...hostTls, CA: file('ca.pem'), Require_client_cert: true },
      });
      const own = name === undefined ? {} : showing(name);
      expect(await ask(app, { TLS: { ...clientTls, ...own } })).not.toBe('fine');
      expect(await failed).toMatchObject({
        code: 'ERR_TLS',
        error: { message: expect.stringMatching(text) as string },
      });
    },
  );

  it('does not start with an expired certificate, and says which', async () => {
    await expect(openHost({ TLS: showing('expired') })).rejects.toMatchObject({
      code: 'ERR_CERTIFICATE',
      message: expect.stringMatching(/Host\.TLS\.Cert: .*expired\.crt expired on 2021-01-01/) as string,
    });
  });

  it('is told to a client that speaks in clear, and the host says what came', async () => {
    const { app, failed } = await openHost({ TLS: hostTls });
    expect(await ask(app, {})).toBe('the peer ended the connection without an answer; does it want TLS?');
    expect(await failed).toMatchObject({
      code: 'ERR_TLS',
      error: { message: expect.stringMatching(/the peer does not speak TLS/) as string },
    });
  });

  it('is told to a client that speaks it to a host in clear, and the host says what came', async () => {
    const { app, failed } = await openHost({});
    expect(await ask(app, { TLS: clientTls })).toMatch(/does not speak TLS/);
    expect(await failed).toMatchObject({
      code: 'ERR_BAD_HEADER',
      error: { message: expect.stringMatching(/TLS/) as string },
    });
  });

  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: lab\r\n\r\n'],
    ['noise', '\x93\x11\xf0nothing at all\x00\x00'],
  ])('survives %s on its port', async (_what, text) => {
    const { app, failed } = await openHost({ TLS: hostTls });
    const socket = connectTcp(app.address.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write(Buffer.from(text, 'latin1'));
    expect((await failed).code).toBe('ERR_TLS');
    socket.destroy();
    expect(await ask(app, { TLS: clientTls })).toBe('fine');
  });

  it('goes with Token and Allow', async () => {
    const { app } = await openHost({ TLS: hostTls, Token: 's3cret', Allow: ['127.0.0.0/8'] });
    expect(await ask(app, { TLS: clientTls, Token: 's3cret' })).toBe('fine');
    expect(await ask(app, { TLS: clientTls, Token: 'guess' })).toMatch(/token/);
  });
});

describe('Connections that never begin their handshake', () => {
  it('are limited by Max_connections: the oldest goes, the limit is named, and a good client gets in', async () => {
    const { app } = await openHost({ TLS: hostTls, Limits: { Max_connections: 10 } });
    const dropped = firstValueFrom(app.failures$.pipe(take(20), toArray()));
    const { ip, port } = app.address;
    const mute = Array.from({ length: 30 }, () => connectTcp(port, ip).resume());
    const closed = new Promise<void>((resolve) => {
      let count = 0;
      for (const socket of mute)
        socket.on('error', () => undefined).on('close', () => ++count === 20 && resolve());
    });
    try {
      const failures = await dropped;
      expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['ERR_TOO_MANY_CONNECTIONS']));
      expect(failures[0]?.error.message).toMatch(/another peer needs the place.*Limits\.Max_connections/);
      await closed;
      expect(mute.filter(({ closed: isClosed }) => !isClosed)).toHaveLength(10);
      expect(await ask(app, { TLS: clientTls })).toBe('fine');
    } finally {
      for (const socket of mute) socket.destroy();
    }
  });
});

describe('reloading certificates', () => {
  const serialAt = async (port: number): Promise<{ socket: TLSSocket; serial: string }> => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return { socket, serial: socket.getPeerCertificate().serialNumber };
  };

  it('takes the new ones for new connections and keeps the open ones', async () => {
    const names = ['used.crt', 'used.key'];
    const use = (certificate: object): void =>
      Object.values(certificate).forEach((from, index) =>
        writeFileSync(file(names[index] ?? ''), readText(String(from))),
      );
    use(showing('host'));
    const { app } = await openHost({ TLS: showing('used') });
    const before = await serialAt(app.address.port);

    use(showing('client'));
    await app.reloadCertificates();
    const after = await serialAt(app.address.port);
    expect(after.serial).not.toBe(before.serial);
    expect(before.socket.destroyed).toBe(false);

    writeFileSync(file('used.crt'), 'no certificate');
    await expect(app.reloadCertificates()).rejects.toMatchObject({ code: 'ERR_CERTIFICATE' });
    const still = await serialAt(app.address.port);
    expect(still.serial).toBe(after.serial);
    for (const { socket } of [before, after, still]) socket.destroy();
  });

  it('has nothing to do without TLS, or before the start', async () => {
    const { app } = await openHost({});
    await app.reloadCertificates();
    const idle = createApp(
      parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0, TLS: hostTls } } }),
    );
    apps.push(idle);
    await idle.reloadCertificates();
  });

  it('happens at SIGHUP in `rxcomet serve`, which tells what came of it', async () => {
    writeFileSync(file('used.crt'), readText(file('host.crt')));
    writeFileSync(file('used.key'), readText(file('host.key')));
    const settings = { Socket_connection: { Host: { IP: '127.0.0.1', Port: 0, TLS: showing('used') } } };
    writeFileSync(file('settings.yml'), JSON.stringify(settings));
    const run = runMain(['serve', '-c', file('settings.yml')]);
    await run.printed(/listening on/);
    run.hangUp();
    await run.printed(/certificates read again/);
    rmSync(file('used.crt'));
    run.hangUp();
    await run.printed(/certificates not taken, those in use stay: Host\.TLS\.Cert: .* does not exist/);
    run.stop('SIGTERM');
    expect(await run.exitCode).toBe(0);
  });
});
