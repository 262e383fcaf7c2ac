import type { RxcometError } from '../../../src/errors/RxcometError';
import { Outbox } from '../../../src/storage/outbox/Outbox';
import { Observation } from '../../../src/streams/messages/TrafficObserver';
import { Client } from '../../../src/streams/client/Client';
import { openTestApp, stopNow, type TestApp } from '../../support/openTestApp';
import { clientConfig } from '../../support/transportFixtures';
import { MemoryStore } from '../MemoryStore';

let test: TestApp;
let peer: Client;
let outbox: Outbox;
let reported: RxcometError[];
const seen: unknown[] = [];

/** A host of these settings, and a sender with an outbox beside it. */
async function open(host: Readonly<Record<string, unknown>>): Promise<void> {
  test = await openTestApp({ host });
  test.app.handle('Point', (value) => seen.push(value));
  const { clock, transport } = test;
  const config = clientConfig({ ip: '127.0.0.2', port: 65432 });
  const { name: client, queue, reconnect } = config;
  const random = (): number => 0.5;
  reported = [];
  const report = (error: RxcometError): void => void reported.push(error);
  const store = new MemoryStore();
  outbox = new Outbox({ path: '/outbox', client, clock, random, report, queue, reconnect, store });
  peer = new Client({
    config,
    transport,
    clock,
    random,
    bigint: false,
    maxContentBytes: 1 << 24,
    maxNesting: 128,
    observation: new Observation(),
    report,
    onConnection: () => undefined,
    outbox,
  });
}

const codes = (): unknown[] =>
  reported.map((error) => ('remoteCode' in error ? error.remoteCode : error.code));

afterEach(async () => {
  seen.length = 0;
  peer.close();
  peer.abort();
  await outbox.close();
  await stopNow(test);
  expect(test.clock.pending).toBe(0);
});

describe('An outbox before a host', () => {
  it('that has no room waits for a place with all messages, told once', async () => {
    await open({ Heartbeat_ms: 0, Limits: { Max_connections: 1 } });
    const other = await test.connect();
    other.request(1, 'Point', 'first');
    await test.clock.settle();
    for (const value of [1, 2, 3]) peer.tell('Point', value);
    // More than five tries.
    await test.clock.advance(120_000);
    expect(seen).toEqual(['first']);
    expect(codes()).toEqual(['ERR_TOO_MANY_CONNECTIONS']);
    other.link.end();
    await test.clock.advance(20_000);
    expect(seen).toEqual(['first', 1, 2, 3]);
  });

  it('that lets nobody in from there waits until it does', async () => {
    await open({ Allow: ['10.0.0.0/8'] });
    peer.tell('Point', 1);
    await test.clock.advance(120_000);
    expect(codes()).toEqual(['ERR_PEER_NOT_ALLOWED']);
  });

  it('still gives up a message that is too large for it, also as the first of a connection', async () => {
    await open({ Limits: { Max_content_bytes: 100 } });
    peer.tell('Point', 'x'.repeat(200));
    peer.tell('Point', 2);
    await test.clock.advance(120_000);
    expect(seen).toEqual([2]);
    expect(codes()).toEqual(['ERR_MESSAGE_REFUSED']);
  });
});
