import net from 'node:net';
import { parseConfig } from '../../src/config/parseConfig';
import type { FaultPlan } from '../../src/streams/transport/faults/FaultPlan';
import { createTap, type Tap } from '../../src/recording/capture/createTap';
import type { RecordedEvent } from '../../src/recording/RecordedEvent';
import { PlainSocket } from '../support/PlainSocket';

describe('a tap between real sockets', () => {
  const servers: net.Server[] = [];
  const plains: PlainSocket[] = [];
  const taps: Tap[] = [];
  let events: RecordedEvent[] = [];

  afterEach(async () => {
    for (const { socket } of plains.splice(0)) socket.destroy();
    for (const tap of taps.splice(0)) await tap.close();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    events = [];
  });

  /** Client, tap and host, connected and past their first byte each way. */
  const open = async (faults?: FaultPlan): Promise<{ client: PlainSocket; host: PlainSocket }> => {
    const server = net.createServer({ allowHalfOpen: true });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: hostPort } = server.address() as net.AddressInfo;
    const { hosts, clients } = parseConfig({
      Socket_connection: {
        Host: { IP: '127.0.0.1', Port: 0 },
        Client: { Host: { IP: '127.0.0.1', Port: hostPort } },
      },
    });
    const [listen] = hosts;
    const [to] = clients;
    if (listen === undefined || to === undefined) throw new Error('incomplete');
    const writer = { elapsedMs: 0, write: (event: RecordedEvent) => void events.push(event) };
    const tap = await createTap({ listen, to, writer, ...(faults === undefined ? {} : { faults }) });
    taps.push(tap);
    const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
    const client = new PlainSocket(net.connect({ port: tap.port, host: '127.0.0.1', allowHalfOpen: true }));
    client.socket.write('?');
    const host = new PlainSocket(await accepted);
    plains.push(client, host);
    await host.until((it) => it.text === '?');
    host.socket.write('!');
    await client.until((it) => it.text === '!');
    return { client, host };
  };
  const closing = async (): Promise<RecordedEvent | undefined> => {
    while (taps.some((tap) => tap.open > 0)) await new Promise((resolve) => setImmediate(resolve));
    return events.find(({ kind }) => kind === 'close');
  };

  it.each(['client', 'host'] as const)('passes a reset by the %s on as a reset', async (from) => {
    const pair = await open();
    pair[from].socket.resetAndDestroy();
    const other = from === 'client' ? pair.host : pair.client;
    await other.until((it) => it.told.includes('close'));
    expect(other.told).toEqual(['ECONNRESET', 'close']);
    expect(await closing()).toMatchObject({ how: 'reset', from });
  });

  it.each(['client', 'host'] as const)('passes an end by the %s on as an end', async (from) => {
    const pair = await open();
    const other = from === 'client' ? pair.host : pair.client;
    pair[from].socket.end();
    await other.until((it) => it.told.includes('end'));
    // The other direction is still open.
    other.socket.write('late');
    await pair[from].until((it) => it.text.endsWith('late'));
    other.socket.end();
    await Promise.all([
      pair.client.until((it) => it.told.includes('close')),
      pair.host.until((it) => it.told.includes('close')),
    ]);
    expect([pair.client.told, pair.host.told]).toEqual([
      ['end', 'close'],
      ['end', 'close'],
    ]);
    expect(await closing()).toMatchObject({ how: 'fin', from });
  });

  it('resets both sides at the byte that the plan names', async () => {
    const { client, host } = await open({ direction: 'in', after: { bytes: 3, fault: 'reset' } });
    client.socket.write('abc');
    await client.until((it) => it.told.includes('close'));
    expect(client.told).toEqual(['ECONNRESET', 'close']);
    // What came just before a reset may be lost with it, or come with it; Node then tells of an end first,
    // and of the reset at a write.
    await host.until((it) => it.told.length > 0);
    host.socket.write('answer');
    await host.until((it) => it.told.includes('close'));
    expect(['ECONNRESET', 'EPIPE']).toContain(host.told.at(-2));
    expect('?ab').toContain(host.text);
    expect(await closing()).toMatchObject({ how: 'reset', from: 'client' });
  });
});
