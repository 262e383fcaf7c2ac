import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientConfig } from '../../../../src/config/types/ClientConfig';
import type { TlsConfig } from '../../../../src/config/types/TlsConfig';
import type { Link } from '../../../../src/streams/transport/Link';
import { createNodeTransport } from '../../../../src/streams/transport/node/createNodeTransport';
import { createAuthority, issueCertificate } from '../../../support/certificates';
import { createVirtualClock } from '../../../support/createVirtualClock';
import { describeLinkBehaviour } from '../../../support/describeLinkBehaviour';
import { recordLink } from '../../../support/recordLink';
import {
  clientConfig,
  hostConfig,
  never,
  openHost,
  type RecordedHost,
} from '../../../support/transportFixtures';

const pem = new Map<string, string>();
const readText = (path: string): Promise<string> => Promise.resolve(pem.get(path) ?? '');
const transport = createNodeTransport({ readText });
const open: RecordedHost[] = [];
const sockets: net.Socket[] = [];

const plain: TlsConfig = { requireClientCert: false };
const hostTls: TlsConfig = { ...plain, cert: 'host.crt', key: 'host.key' };
const mutualTls: TlsConfig = { ...hostTls, ca: 'ca.pem', requireClientCert: true };
const clientTls: TlsConfig = { ...plain, ca: 'ca.pem' };

beforeAll(async () => {
  const authority = await createAuthority('Lab CA');
  const stranger = await createAuthority('Somebody');
  pem.set('ca.pem', authority.cert);
  pem.set('stranger-ca.pem', stranger.cert);
  const keep = async (name: string, ...args: Parameters<typeof issueCertificate>): Promise<void> => {
    const made = await issueCertificate(...args);
    pem.set(`${name}.crt`, made.cert);
    pem.set(`${name}.key`, made.key);
  };
  await keep('host', authority);
  await keep('renewed', authority);
  await keep('other-name', authority, { names: ['other.example'] });
  await keep('client', authority);
  await keep('stranger', stranger);
  await keep('old', authority, { validFrom: new Date('2020-01-01'), validTo: new Date('2021-01-01') });
});

async function listen(tls: TlsConfig | 'plain' = hostTls, using = transport): Promise<RecordedHost> {
  const host = await openHost(using, hostConfig(tls === 'plain' ? {} : { tls }));
  open.push(host);
  return host;
}

function connect(host: RecordedHost, changes: Partial<ClientConfig> = { tls: clientTls }) {
  return transport.connect(clientConfig(host.listener, changes), never());
}

/** Resolves when a client of this kind is served; its links are closed by the host afterwards. */
async function serve(host: RecordedHost, link: Promise<Link>): Promise<Link> {
  const served = host.links.length;
  const client = recordLink(await link);
  const accepted = await host.accepted(served);
  // Not destroyed before the host is done with the handshake: with TLS 1.3 that would look as if the client
  // had refused it.
  client.link.destroy();
  await client.closed();
  return accepted.link;
}

/** Writes bytes without TLS and gives the socket. */
function connectRaw(host: RecordedHost, bytes: string | Buffer = ''): net.Socket {
  const socket = net.connect(host.listener.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  if (bytes.length > 0) socket.write(bytes);
  sockets.push(socket);
  return socket;
}

function localAddress(socket: net.Socket): Promise<string> {
  return new Promise((resolve) => socket.once('connect', () => resolve(`127.0.0.1:${socket.localPort}`)));
}

function closed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

async function closeAll(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const host of open.splice(0)) {
    await host.listener.close();
    for (const { link } of host.links) link.destroy();
    await Promise.all(host.links.map((record) => record.closed()));
  }
}

afterEach(closeAll);

describeLinkBehaviour(
  'TLS',
  async () => {
    const host = await listen();
    const client = recordLink(await connect(host));
    return { client, host: await host.accepted(0) };
  },
  closeAll,
  'end',
);

describe('TLS', () => {
  it('names both sides by their addresses', async () => {
    const host = await listen();
    const connected = connect(host);
    const accepted = await serve(host, connected);
    expect((await connected).peer).toBe(`127.0.0.1:${host.listener.port}`);
    expect(accepted.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('checks the certificate against a host name too', async () => {
    const host = await listen();
    await serve(
      host,
      transport.connect(
        clientConfig({ ip: 'localhost', port: host.listener.port }, { tls: clientTls }),
        never(),
      ),
    );
  });

  it('reads the PEM files from the disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rxcomet-tls-'));
    try {
      const paths = await Promise.all(
        ['host.crt', 'host.key', 'ca.pem'].map(async (name) => {
          await writeFile(join(folder, name), pem.get(name) ?? '');
          return join(folder, name);
        }),
      );
      const [cert = '', key = '', ca = ''] = paths;
      const disk = createNodeTransport();
      const host = await listen({ ...plain, cert, key }, disk);
      const tls = { ...plain, ca };
      await serve(host, disk.connect(clientConfig(host.listener, { tls }), never()));
      const gone = { ...plain, ca: join(folder, 'gone.pem') };
      await expect(disk.connect(clientConfig(host.listener, { tls: gone }), never())).rejects.toMatchObject({
        code: 'ERR_CERTIFICATE',
        message: `Client.Peer.TLS.CA: ${join(folder, 'gone.pem')} does not exist; check the path`,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    [plain, 'Host.TLS needs Cert and Key: set them to the paths of their PEM files'],
    [
      { ...hostTls, requireClientCert: true },
      'Host.TLS.Require_client_cert needs Host.TLS.CA, the authority that signs the clients',
    ],
  ])('refuses to listen with %j', async (tls, message) => {
    await expect(listen(tls)).rejects.toMatchObject({ code: 'ERR_CERTIFICATE', message });
  });

  it('names a taken port as without TLS', async () => {
    const { listener } = await listen();
    await expect(
      openHost(transport, hostConfig({ tls: hostTls, port: listener.port })),
    ).rejects.toMatchObject({
      code: 'ERR_LISTEN',
    });
  });

  it('says that nothing listens there as without TLS', async () => {
    const host = await listen();
    await host.listener.close();
    await expect(connect(host)).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      cause: { code: 'ECONNREFUSED' },
    });
  });
});

describe('a TLS client', () => {
  it.each([
    [
      'an authority it does not know',
      'host',
      { ...plain, ca: 'stranger-ca.pem' },
      /not signed by an authority we trust.* set Client\.Peer\.TLS\.CA to the PEM file/,
    ],
    ['an authority it does not know, without CA', 'host', plain, /not signed by an authority we trust/],
    [
      'a certificate for another name',
      'other-name',
      clientTls,
      /is for another name \(IP: 127\.0\.0\.1 is not in the cert's list:\s*\); use one that names it, or set IP to a name in it/,
    ],
  ])('refuses %s and says what to change', async (_, name, tls, message) => {
    const host = await listen({ ...plain, cert: `${name}.crt`, key: `${name}.key` });
    await expect(connect(host, { tls })).rejects.toMatchObject({
      code: 'ERR_TLS',
      peer: `127.0.0.1:${host.listener.port}`,
      message: expect.stringMatching(message) as string,
    });
    expect(await host.failed(0)).toMatchObject({
      code: 'ERR_TLS',
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      message: expect.stringContaining('a client that does not trust our certificate does so') as string,
    });
    expect(host.links).toEqual([]);
  });

  it('refuses an expired certificate', async () => {
    // The host believes it is 2020, or it would not use such a certificate.
    const past = createNodeTransport({ readText, clock: createVirtualClock(Date.UTC(2020, 5, 1)) });
    const host = await listen({ ...plain, cert: 'old.crt', key: 'old.key' }, past);
    await expect(connect(host)).rejects.toMatchObject({
      code: 'ERR_TLS',
      message: expect.stringContaining('the certificate of the peer has expired') as string,
    });
  });

  it.each([
    ['a COMET peer', Buffer.from('\0\x60{"byteorder": "little", "content-type": "text/json"')],
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('says that %s does not speak TLS', async (_, answer) => {
    const host = await listen('plain');
    void host.accepted(0).then((accepted) => accepted.link.write(Buffer.from(answer)));
    await expect(connect(host)).rejects.toMatchObject({
      code: 'ERR_TLS',
      message: expect.stringMatching(
        /does not speak TLS .*; give its Host a TLS entry, or take Client\.Peer\.TLS out/,
      ) as string,
    });
  });

  it('says that a peer which hangs up may not speak TLS', async () => {
    const host = await listen('plain');
    void host.accepted(0).then((accepted) => accepted.link.end());
    await expect(connect(host)).rejects.toMatchObject({
      code: 'ERR_TLS',
      message: expect.stringContaining(
        'closed the connection during the TLS handshake; does it speak TLS?',
      ) as string,
    });
  });
});

describe('a TLS host that requires certificates', () => {
  it('takes a client with a certificate of its CA', async () => {
    const host = await listen(mutualTls);
    const link = recordLink(
      await connect(host, { tls: { ...clientTls, cert: 'client.crt', key: 'client.key' } }),
    );
    (await host.accepted(0)).link.write(Buffer.from('welcome'));
    await link.until((it) => it.text === 'welcome');
    link.link.destroy();
    expect(host.errors).toEqual([]);
  });

  it('refuses a client without one, and both sides learn why', async () => {
    const host = await listen(mutualTls);
    // With TLS 1.3 the client is done with the handshake before the host judges it.
    const link = recordLink(await connect(host));
    await link.closed();
    expect(link.failure).toMatchObject({
      code: 'ERR_TLS',
      message: expect.stringMatching(
        /asks for a certificate .*; set Client\.Peer\.TLS\.Cert and Client\.Peer\.TLS\.Key/,
      ) as string,
    });
    expect(await host.failed(0)).toMatchObject({
      code: 'ERR_TLS',
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      message: expect.stringContaining(
        'showed no certificate and Host.TLS.Require_client_cert asks for one',
      ) as string,
    });
    expect(host.links).toEqual([]);
  });

  it.each([
    [
      'of another authority',
      'stranger',
      'else set Host.TLS.CA to the PEM file of the authority that did (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    ],
    ['that has expired', 'old', 'the certificate of the peer has expired'],
  ])('refuses a certificate %s by name', async (_, name, message) => {
    const host = await listen(mutualTls);
    // The client believes it is 2020, or it would not use an expired certificate.
    const past = createNodeTransport({ readText, clock: createVirtualClock(Date.UTC(2020, 5, 1)) });
    const using = name === 'old' ? past : transport;
    const tls = { ...plain, ca: 'ca.pem', cert: `${name}.crt`, key: `${name}.key` };
    const attempt = using.connect(clientConfig(host.listener, { tls }), never()).then(recordLink);
    expect(await host.failed(0)).toMatchObject({
      code: 'ERR_TLS',
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      message: expect.stringContaining(message) as string,
    });
    const link = await attempt;
    await link.until((it) => it.events.includes('end') || it.events.includes('close'));
    link.link.destroy();
    await link.closed();
    expect(host.links).toEqual([]);
  });
});

describe('a TLS port', () => {
  it.each([
    [
      'a COMET peer without TLS',
      Buffer.from('\0\x60{"byteorder": "little"}'),
      /does not speak TLS .*: a COMET program without TLS, or noise; give it TLS, or take Host\.TLS out/,
    ],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: lab\r\n\r\n', /an HTTP request came to a port that speaks TLS/],
    ['noise', Buffer.alloc(300, 0x80), /does not speak TLS/],
  ])('hangs up on %s and says so', async (_, bytes, message) => {
    const host = await listen();
    const socket = connectRaw(host, bytes);
    const peer = await localAddress(socket);
    expect(await host.failed(0)).toMatchObject({
      code: 'ERR_TLS',
      peer,
      message: expect.stringMatching(message) as string,
    });
    await closed(socket);
    await serve(host, connect(host));
    expect(host.errors).toHaveLength(1);
  });

  it('gives a handshake its time and no more, however many bytes drip in', async () => {
    const clock = createVirtualClock(Date.now());
    const host = await listen(hostTls, createNodeTransport({ readText, clock }));
    const { pending } = clock;
    const socket = connectRaw(host, Buffer.from([0x16, 0x03]));
    const peer = await localAddress(socket);
    while (clock.pending === pending) await clock.settle();
    await clock.advance(29_999);
    socket.write(Buffer.from([0x01]));
    expect(host.errors).toEqual([]);
    await clock.advance(1);
    expect(await host.failed(0)).toMatchObject({
      code: 'ERR_TLS',
      peer,
      message: expect.stringContaining('the TLS handshake was not finished in time') as string,
    });
    await closed(socket);
    expect(host.errors).toHaveLength(1);
  });

  it('keeps no timer for a handshake that is done, failed or dropped by close', async () => {
    const clock = createVirtualClock(Date.now());
    const host = await listen(hostTls, createNodeTransport({ readText, clock }));
    const { pending } = clock;
    await serve(host, connect(host));
    expect(clock.pending).toBe(pending);
    connectRaw(host, 'noise, and more noise');
    await host.failed(0);
    expect(clock.pending).toBe(pending);
    const socket = connectRaw(host, Buffer.from([0x16]));
    while (clock.pending === pending) await clock.settle();
    await host.listener.close();
    await closed(socket);
    expect(clock.pending).toBe(0);
    expect(host.errors).toHaveLength(1);
  });

  it('names each of many peers that hang up at once', async () => {
    const host = await listen();
    const raw = Array.from({ length: 20 }, () => connectRaw(host, Buffer.from([0x16, 0x03])));
    const peers = await Promise.all(raw.map(localAddress));
    for (const socket of raw) socket.end();
    await host.failed(19);
    expect(host.errors.map((error) => (error as unknown as { peer: string }).peer).sort()).toEqual(
      peers.sort(),
    );
  });
});

describe('reloadCertificates', () => {
  it('serves the new certificate and keeps open links', async () => {
    pem.set('live.crt', pem.get('other-name.crt') ?? '');
    pem.set('live.key', pem.get('other-name.key') ?? '');
    const host = await listen({ ...plain, cert: 'live.crt', key: 'live.key' });
    await expect(connect(host)).rejects.toMatchObject({ code: 'ERR_TLS' });
    pem.set('live.crt', pem.get('renewed.crt') ?? '');
    pem.set('live.key', pem.get('renewed.key') ?? '');
    await host.listener.reloadCertificates?.();
    const before = recordLink(await connect(host));
    await host.listener.reloadCertificates?.();
    const after = recordLink(await connect(host));
    (await host.accepted(0)).link.write(Buffer.from('kept'));
    await before.until((it) => it.text === 'kept');
    for (const { link } of [before, after]) link.destroy();
  });

  it('keeps the certificate in use when the new files are wrong', async () => {
    pem.set('live.crt', pem.get('host.crt') ?? '');
    pem.set('live.key', pem.get('host.key') ?? '');
    const host = await listen({ ...plain, cert: 'live.crt', key: 'live.key' });
    pem.set('live.key', pem.get('renewed.key') ?? '');
    await expect(host.listener.reloadCertificates?.()).rejects.toMatchObject({
      code: 'ERR_CERTIFICATE',
      message:
        'Host.TLS.Key: live.key belongs to another certificate than Host.TLS.Cert: live.crt; set them to a pair',
    });
    await serve(host, connect(host));
  });
});
