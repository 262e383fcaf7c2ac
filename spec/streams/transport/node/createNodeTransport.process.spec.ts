import net from 'node:net';
import { createNodeTransport } from '../../../../src/streams/transport/node/createNodeTransport';
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

const transport = createNodeTransport();
const open: RecordedHost[] = [];

async function listen(changes: Parameters<typeof hostConfig>[0] = {}): Promise<RecordedHost> {
  const host = await openHost(transport, hostConfig(changes));
  open.push(host);
  return host;
}

async function closeAll(): Promise<void> {
  for (const host of open.splice(0)) {
    await host.listener.close();
    for (const { link } of host.links) link.destroy();
    await Promise.all(host.links.map((record) => record.closed()));
  }
}

afterEach(() => {
  jest.restoreAllMocks();
  return closeAll();
});

describeLinkBehaviour(
  'TCP',
  async () => {
    const host = await listen();
    const client = recordLink(await transport.connect(clientConfig(host.listener), never()));
    return { client, host: await host.accepted(0) };
  },
  closeAll,
);

describe('listen', () => {
  it('says where it listens, with the real port for 0', async () => {
    const { listener } = await listen({ ip: '127.0.0.2' });
    expect(listener.ip).toBe('127.0.0.2');
    expect(listener.port).toBeGreaterThan(0);
    expect(listener).not.toHaveProperty('reloadCertificates');
  });

  it('takes a host name', async () => {
    const { listener } = await listen({ ip: 'localhost' });
    expect(['127.0.0.1', '::1']).toContain(listener.ip);
  });

  it('listens on IPv6 and writes such a peer in brackets', async () => {
    const host = await listen({ ip: '::1' });
    const client = await transport.connect(clientConfig(host.listener), never());
    client.destroy();
    expect(client.peer).toBe(`[::1]:${host.listener.port}`);
    const { link } = await host.accepted(0);
    expect(link.peer).toMatch(/^\[::1\]:\d+$/);
    expect(link.peerIp).toBe('::1');
  });

  it('takes IPv4 peers on :: and shows them under their IPv4 address', async () => {
    const host = await listen({ ip: '::' });
    const client = await transport.connect(
      clientConfig({ ip: '127.0.0.1', port: host.listener.port }),
      never(),
    );
    client.destroy();
    const { link } = await host.accepted(0);
    expect(link.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(link.peerIp).toBe('127.0.0.1');
  });

  it('names the taken address and two ways out', async () => {
    const { listener } = await listen({ ip: '127.0.0.2' });
    await expect(listen({ ip: '127.0.0.2', port: listener.port })).rejects.toMatchObject({
      name: 'ListenFailed',
      code: 'ERR_LISTEN',
      message: `another program listens on 127.0.0.2:${listener.port}; stop it, or set Host.Port to 0 for a free port`,
      cause: { code: 'EADDRINUSE' },
    });
  });

  it('says that an address is not one of this machine', async () => {
    // 203.0.113.0/24 is reserved for documentation, so no machine has it.
    await expect(listen({ ip: '203.0.113.7' })).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message:
        '203.0.113.7 is not an address of this machine; set Host.IP to one of its addresses, or to 0.0.0.0 for all of them',
    });
  });

  it('stops accepting at close, keeps open links, and may be closed twice', async () => {
    const host = await listen();
    const client = recordLink(await transport.connect(clientConfig(host.listener), never()));
    const accepted = await host.accepted(0);
    await Promise.all([host.listener.close(), host.listener.close()]);
    await expect(transport.connect(clientConfig(host.listener), never())).rejects.toMatchObject({
      code: 'ERR_CONNECT',
    });
    accepted.link.write(Buffer.from('still here'));
    await client.until((it) => it.text === 'still here');
    client.link.destroy();
    await client.closed();
  });

  it('has given its handle back when close resolves', async () => {
    const count = (): number =>
      process.getActiveResourcesInfo().filter((it) => it === 'TCPServerWrap').length;
    const before = count();
    const { listener } = await listen();
    expect(count()).toBe(before + 1);
    await listener.close();
    expect(count()).toBe(before);
  });

  it('reports errors of accepting with a remedy and listens on', async () => {
    const created = jest.spyOn(net, 'createServer');
    const host = await listen();
    const server = created.mock.results[0]?.value as net.Server;
    const cause = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });
    server.emit('error', cause);
    server.emit('error', cause);
    expect(host.errors).toHaveLength(2);
    expect(host.errors[0]).toMatchObject({
      code: 'ERR_ACCEPT',
      cause,
      message: `127.0.0.1:${host.listener.port} could not accept a connection: too many open files (EMFILE); raise the limit of the system (ulimit -n) or lower Limits.Max_connections`,
    });
    (await transport.connect(clientConfig(host.listener), never())).destroy();
    await host.accepted(0);
  });

  it('drops the link at which the host throws and reports it', async () => {
    const thrown = new Error('no room');
    const errors: Error[] = [];
    const listener = await transport.listen(
      hostConfig(),
      () => {
        throw thrown;
      },
      (error) => errors.push(error),
    );
    const client = recordLink(await transport.connect(clientConfig(listener), never()));
    await client.until((it) => it.events.includes('end'));
    client.link.end();
    await client.closed();
    await listener.close();
    expect(errors).toEqual([thrown]);
  });

  it('reports a peer that resets its connection to that link alone', async () => {
    const host = await listen();
    const socket = net.connect(host.listener.port, '127.0.0.1');
    const accepted = await host.accepted(0);
    accepted.link.write(Buffer.from('answer'));
    accepted.link.end();
    socket.resetAndDestroy();
    await accepted.closed();
    expect(accepted.failure).toMatchObject({ code: 'ECONNRESET' });
    expect(host.errors).toEqual([]);
  });
});

describe('connect', () => {
  it('says that nothing listens there', async () => {
    const { listener } = await listen();
    await listener.close();
    await expect(transport.connect(clientConfig(listener), never())).rejects.toMatchObject({
      name: 'ConnectFailed',
      code: 'ERR_CONNECT',
      peer: `127.0.0.1:${listener.port}`,
      message: `127.0.0.1:${listener.port}: nothing listens there (ECONNREFUSED); is the peer started, are IP and Port right?`,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('connects by host name', async () => {
    const host = await listen({ ip: 'localhost' });
    const link = await transport.connect(
      clientConfig({ ip: 'localhost', port: host.listener.port }),
      never(),
    );
    link.destroy();
    await host.accepted(0);
  });

  it('rejects at once with the reason of a signal that is aborted already', async () => {
    const host = await listen();
    const reason = new Error('no longer wanted');
    await expect(transport.connect(clientConfig(host.listener), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
    expect(host.links).toEqual([]);
  });

  describe('to a socket that never connects', () => {
    const hanging = (): net.Socket => {
      const socket = new net.Socket();
      jest.spyOn(net, 'connect').mockReturnValue(socket);
      return socket;
    };
    const nowhere = clientConfig({ ip: '10.255.255.1', port: 65432 }, { connectTimeoutMs: 700 });

    it('gives up after Connect_timeout_ms and destroys the socket', async () => {
      const clock = createVirtualClock();
      const socket = hanging();
      const failed = createNodeTransport({ clock })
        .connect(nowhere, never())
        .catch((error: unknown) => error);
      await clock.advance(699);
      expect(socket.destroyed).toBe(false);
      await clock.advance(1);
      expect(await failed).toMatchObject({
        code: 'ERR_CONNECT',
        message:
          '10.255.255.1:65432: not connected within 700 ms (Connect_timeout_ms); is the machine on, does a firewall drop the port?',
      });
      expect(socket.destroyed).toBe(true);
    });

    it('gives up when the signal aborts, and leaves no timer and no listener', async () => {
      const clock = createVirtualClock();
      const socket = hanging();
      const controller = new AbortController();
      const removed = jest.spyOn(controller.signal, 'removeEventListener');
      const failed = createNodeTransport({ clock })
        .connect(nowhere, controller.signal)
        .catch((error: unknown) => error);
      await clock.settle();
      const reason = new Error('stopped');
      controller.abort(reason);
      expect(await failed).toBe(reason);
      expect([socket.destroyed, clock.pending, removed.mock.calls.length]).toEqual([true, 0, 1]);
    });

    it('survives an error that the socket reports after it gave up', async () => {
      const clock = createVirtualClock();
      const socket = hanging();
      const controller = new AbortController();
      const failed = createNodeTransport({ clock })
        .connect(nowhere, controller.signal)
        .catch((error: unknown) => error);
      await clock.settle();
      controller.abort(new Error('stopped'));
      expect(() => socket.emit('error', new Error('late'))).not.toThrow();
      expect(await failed).toMatchObject({ message: 'stopped' });
    });
  });

  it('delays nothing to send it with more, and probes silent connections, from the second write on', async () => {
    const noDelay = jest.spyOn(net.Socket.prototype, 'setNoDelay');
    const keepAlive = jest.spyOn(net.Socket.prototype, 'setKeepAlive');
    const host = await listen();
    const { link } = recordLink(await transport.connect(clientConfig(host.listener), never()));
    link.write(Buffer.from('one shot'));
    expect(noDelay).not.toHaveBeenCalled();
    link.write(Buffer.from('kept'));
    link.write(Buffer.from('kept'));
    expect(noDelay.mock.calls).toEqual([[true]]);
    expect(keepAlive.mock.calls).toEqual([[true, 60_000]]);
    link.destroy();
  });

  it('leaves no listener of its own on a socket that closed', async () => {
    const host = await listen();
    const connected = jest.spyOn(net, 'connect');
    const client = recordLink(await transport.connect(clientConfig(host.listener), never()));
    const socket = connected.mock.results[0]?.value as net.Socket;
    const fresh = new net.Socket({ allowHalfOpen: true });
    const counts = (it: net.Socket): number[] =>
      ['data', 'end', 'drain', 'error', 'close', 'connect'].map((event) => it.listenerCount(event));
    client.link.destroy();
    await client.closed();
    expect(counts(socket)).toEqual(counts(fresh));
  });

  it('tells a link that is opened late that it is closed', async () => {
    const host = await listen();
    const link = await transport.connect(clientConfig(host.listener), never());
    link.destroy();
    const accepted = await host.accepted(0);
    await accepted.until((it) => it.events.includes('end'));
    const record = recordLink(link);
    await record.closed();
    expect(record.events).toEqual(['close']);
  });
});
