import { connect, createServer, isIP, type Server } from 'node:net';
import { HostNames } from '../../../../src/runtime/HostNames';
import { createNodeTransport } from '../../../../src/streams/transport/node/createNodeTransport';
import type { Listener } from '../../../../src/streams/transport/Transport';
import { createVirtualClock } from '../../../support/createVirtualClock';
import { clientConfig, hostConfig, never } from '../../../support/transportFixtures';

/** What a name stands for in these specs. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'both.example': ['::1', '127.0.0.1'],
  'twice.example': ['127.0.0.1', '127.0.0.1'],
  'partly.example': ['2001:db8::7', '127.0.0.2', '198.51.100.7'],
  'elsewhere.example': ['198.51.100.7', '2001:db8::7'],
};

const lookUp = (name: string): Promise<readonly string[]> => {
  const addresses = NAMES[name];
  if (addresses !== undefined) return Promise.resolve(addresses);
  if (isIP(name) !== 0) return Promise.resolve([name]);
  return Promise.reject(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }));
};

describe('A name', () => {
  const transport = createNodeTransport({ lookUp });
  const listeners: Listener[] = [];
  const servers: Server[] = [];

  afterEach(async () => {
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  const listen = async (ip: string, port = 0): Promise<Listener> => {
    const listener = await transport.listen(
      hostConfig({ ip, port }),
      (link) => link.destroy(),
      () => undefined,
    );
    listeners.push(listener);
    return listener;
  };
  const reaches = (host: string, port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host, port });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  const occupy = (host: string, port: number): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((socket) => socket.destroy());
      servers.push(server);
      server.listen({ host, port }, () => resolve(server));
    });

  describe('of a host', () => {
    it.each(['both.example', 'partly.example', 'twice.example'])(
      '%s is listened on at each address that this machine has, with one port, and IPv4 is named',
      async (name) => {
        const { ip, port } = await listen(name);
        expect(ip).toMatch(/^127\./);
        for (const address of NAMES[name] ?? []) {
          const ours = address.startsWith('127.') || address === '::1';
          if (ours)
            expect({ address, reached: await reaches(address, port) }).toEqual({ address, reached: true });
        }
      },
    );

    it('takes no more connections at any of them once it is closed', async () => {
      const listener = await listen('both.example');
      await listener.close();
      expect(await reaches('127.0.0.1', listener.port)).toBe(false);
      expect(await reaches('::1', listener.port)).toBe(false);
    });

    it('is refused when one of its addresses is taken, and the others are free again then', async () => {
      const { port } = (await occupy('::1', 0)).address() as { port: number };
      await expect(listen('both.example', port)).rejects.toMatchObject({ code: 'ERR_LISTEN' });
      expect(await reaches('127.0.0.1', port)).toBe(false);
    });

    it('is refused when this machine has none of its addresses, and when nobody knows it', async () => {
      await expect(listen('elsewhere.example')).rejects.toMatchObject({
        code: 'ERR_LISTEN',
        message: expect.stringContaining('elsewhere.example is not an address of this machine') as string,
      });
      await expect(listen('nobody.example')).rejects.toMatchObject({
        code: 'ERR_LISTEN',
        message: expect.stringContaining('unknown host name "nobody.example"') as string,
      });
    });
  });

  describe('of a peer', () => {
    it.each(['127.0.0.1', '::1'])('with two addresses is reached at %s alone', async (only) => {
      const { port } = (await occupy(only, 0)).address() as { port: number };
      const link = await transport.connect(clientConfig({ ip: 'both.example', port }), never());
      expect(link.peerIp).toBe(only);
      link.destroy();
    });

    it('that listens nowhere is told with what each address said', async () => {
      const { ip, port, close } = await listen('127.0.0.1');
      await close();
      expect(ip).toBe('127.0.0.1');
      await expect(
        transport.connect(clientConfig({ ip: 'both.example', port }), never()),
      ).rejects.toMatchObject({
        code: 'ERR_CONNECT',
        peer: `both.example:${port}`,
        message: expect.stringContaining('nothing listens there (ECONNREFUSED)') as string,
      });
    });

    it('that nobody knows is told so', async () => {
      await expect(
        transport.connect(clientConfig({ ip: 'nobody.example', port: 5 }), never()),
      ).rejects.toMatchObject({
        code: 'ERR_CONNECT',
        message: expect.stringContaining('unknown host name') as string,
      });
    });
  });
});

describe('A name that is not answered', () => {
  /** Knows the good ones; of the others nobody ever answers. */
  const openNames = (): HostNames =>
    new HostNames({
      // A host looks its own address up, which stands for itself.
      listed: (name) => Promise.resolve(isIP(name) === 0 ? [] : [name]),
      servers: (name, signal) =>
        name.startsWith('good')
          ? Promise.resolve(['127.0.0.1'])
          : new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(new Error('ended')));
            }),
      system: () => Promise.reject(new Error('not asked')),
    });

  it('holds up no other, and is looked up no more when all attempts are over', async () => {
    const names = openNames();
    const clock = createVirtualClock();
    const transport = createNodeTransport({ lookUp: names.resolve.bind(names), clock });
    const listener = await transport.listen(
      hostConfig(),
      (link) => link.destroy(),
      () => undefined,
    );
    const to = (ip: string): ReturnType<typeof clientConfig> => clientConfig({ ip, port: listener.port });
    const left = new AbortController();
    const dead = ['dead1', 'dead1', 'dead2'].map((ip, index) =>
      transport.connect(to(ip), index === 0 ? left.signal : never()),
    );
    dead.forEach((attempt) => void attempt.catch(() => undefined));
    for (let count = 0; count < 3; count += 1) (await transport.connect(to('good'), never())).destroy();
    expect(names.running).toBe(2);
    left.abort(new Error('not needed any more'));
    await expect(dead[0]).rejects.toThrow('not needed any more');
    expect(names.running).toBe(2);
    await clock.advance(5000);
    await expect(dead[1]).rejects.toThrow('not connected within 5000 ms (Connect_timeout_ms)');
    await expect(dead[2]).rejects.toMatchObject({ code: 'ERR_CONNECT' });
    // A listener watches for open files until it is closed.
    await listener.close();
    expect([names.running, clock.pending]).toEqual([0, 0]);
  });
});
