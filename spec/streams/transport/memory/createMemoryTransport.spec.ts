import { createMemoryTransport } from '../../../../src/streams/transport/memory/createMemoryTransport';
import { recordLink } from '../../../support/recordLink';
import { clientConfig, hostConfig, never, openHost } from '../../../support/transportFixtures';

describe('createMemoryTransport', () => {
  it('joins a client to the host of its address', async () => {
    const transport = createMemoryTransport({ clientIp: '10.0.0.5' });
    const host = await openHost(transport, hostConfig({ ip: '127.0.0.2', port: 65432 }));
    const client = recordLink(await transport.connect(clientConfig(host.listener), never()));
    client.link.write(Buffer.from('hello'));
    const accepted = await host.accepted(0);
    await accepted.until((it) => it.text === 'hello');
    expect(client.link.peer).toBe('127.0.0.2:65432');
    expect(accepted.link).toMatchObject({ peer: '10.0.0.5:50000', peerIp: '10.0.0.5' });
  });

  it('gives free ports, and knows localhost and the wildcards', async () => {
    const transport = createMemoryTransport();
    const first = await openHost(transport, hostConfig({ ip: '0.0.0.0' }));
    const second = await openHost(transport, hostConfig({ ip: 'localhost' }));
    expect(first.listener.port).not.toBe(second.listener.port);
    expect(second.listener.ip).toBe('127.0.0.1');
    await transport.connect(clientConfig({ ip: '192.168.7.7', port: first.listener.port }), never());
    await transport.connect(clientConfig({ ip: 'localhost', port: second.listener.port }), never());
    expect([first.links.length, second.links.length]).toEqual([1, 1]);
  });

  it('refuses a taken address as a real one is refused', async () => {
    const transport = createMemoryTransport();
    await openHost(transport, hostConfig({ ip: '127.0.0.2', port: 65432 }));
    await expect(openHost(transport, hostConfig({ ip: '127.0.0.2', port: 65432 }))).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: 'another program listens on 127.0.0.2:65432; stop it, or set Host.Port to 0 for a free port',
    });
  });

  it('refuses to connect where nobody listens, also after a host closed', async () => {
    const transport = createMemoryTransport();
    const host = await openHost(transport, hostConfig({ port: 65432 }));
    await host.listener.close();
    await expect(transport.connect(clientConfig(host.listener), never())).rejects.toMatchObject({
      code: 'ERR_CONNECT',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('keeps open links when their host closes', async () => {
    const transport = createMemoryTransport();
    const host = await openHost(transport);
    const client = recordLink(await transport.connect(clientConfig(host.listener), never()));
    await host.listener.close();
    (await host.accepted(0)).link.write(Buffer.from('still here'));
    await client.until((it) => it.text === 'still here');
  });

  it('rejects with the reason of an aborted signal', async () => {
    const transport = createMemoryTransport();
    const host = await openHost(transport);
    const reason = new Error('no longer wanted');
    await expect(transport.connect(clientConfig(host.listener), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
    expect(host.links).toEqual([]);
  });

  it('reports what the host throws at a link and drops that link', async () => {
    const transport = createMemoryTransport();
    const errors: Error[] = [];
    const thrown = new Error('no room');
    const listener = await transport.listen(
      hostConfig(),
      () => {
        throw thrown;
      },
      (error) => errors.push(error),
    );
    const client = recordLink(await transport.connect(clientConfig(listener), never()));
    await client.until((it) => it.events.includes('end'));
    expect(errors).toEqual([thrown]);
  });
});
