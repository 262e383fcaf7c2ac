import { Subject } from 'rxjs';
import type { ClientConfig } from '../../../src/config/types/ClientConfig';
import type { RxcometError } from '../../../src/errors/RxcometError';
import { Observation } from '../../../src/streams/messages/TrafficObserver';
import type {
  DeliverKept,
  OutboxPort,
  OutboxState,
  OutgoingMessage,
} from '../../../src/streams/client/OutboxPort';
import { Client } from '../../../src/streams/client/Client';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { createVirtualClock, type VirtualClock } from '../../support/createVirtualClock';
import type { FramePeer } from '../../support/FramePeer';
import { listenByHand } from '../../support/openTestApp';
import { clientConfig } from '../../support/transportFixtures';

/** An outbox that keeps in an array; the spec delivers by hand and sees how each try ended. */
class ArrayOutbox implements OutboxPort {
  readonly outbox$ = new Subject<OutboxState>();
  readonly messages: OutgoingMessage[] = [];
  readonly outcomes: string[] = [];
  deliver: DeliverKept = () => () => false;

  connect(deliver: DeliverKept): void {
    this.deliver = deliver;
  }

  keep(message: OutgoingMessage): boolean {
    this.messages.push(message);
    return this.messages.length < 3;
  }

  /** Hands over the message of that place under the key `k<place>`. */
  send(place: number): void {
    const message = this.messages[place];
    if (message === undefined) throw new Error(`only ${this.messages.length} messages were kept`);
    const key = `k${place}`;
    this.deliver(
      { ...message, key },
      {
        next: () => undefined,
        complete: () => this.outcomes.push(`${key} acknowledged`),
        error: (error) => this.outcomes.push(`${key} ${error.code}`),
      },
    );
  }

  open = (): Promise<void> => Promise.resolve();
  persisted = (): Promise<void> => Promise.resolve();
  drained = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
}

let clock: VirtualClock;
let outbox: ArrayOutbox;
let peer: Client;
let peers: FramePeer[];
let closeHost: () => Promise<void>;
let reported: RxcometError[];

async function open(changes: Partial<ClientConfig> = {}): Promise<void> {
  const transport = createMemoryTransport();
  clock = createVirtualClock();
  outbox = new ArrayOutbox();
  reported = [];
  ({ peers, close: closeHost } = await listenByHand(transport));
  peer = new Client({
    config: clientConfig({ ip: '127.0.0.2', port: 65432 }, changes),
    transport,
    clock,
    random: () => 0.5,
    bigint: false,
    maxContentBytes: 1000,
    maxNesting: 10,
    report: (error) => reported.push(error),
    onConnection: () => undefined,
    observation: new Observation(),
    outbox,
  });
}

/** Keeps one message, delivers it and lets the host say hello and acknowledge it. */
async function becomeKept(): Promise<FramePeer> {
  peer.tell('First');
  outbox.send(0);
  await clock.settle();
  const connection = peers[0];
  if (connection === undefined) throw new Error('nobody connected');
  connection.hello();
  connection.answer(1, null);
  await clock.settle();
  return connection;
}

afterEach(async () => {
  peer.close();
  peer.abort();
  await clock.settle();
  await peer.allClosed();
  await closeHost();
  expect(clock.pending).toBe(0);
});

describe('a client with an outbox', () => {
  it('hands detached messages over to it, encoded, and tells false past its high-water mark', async () => {
    await open();
    const value = { list: [1] };
    expect(peer.tell('A', value, { key: 'mine', timeoutMs: 7 })).toBe(true);
    value.list.push(2);
    expect(peer.tell('B', new Uint8Array([1]))).toBe(true);
    expect(peer.tell('C')).toBe(false);
    await clock.settle();
    expect(peers).toHaveLength(0);
    expect(outbox.messages).toEqual([
      {
        action: 'A',
        text: '{"action":"A","value":{"list":[1]}}',
        raw: undefined,
        key: 'mine',
        trace: undefined,
        timeoutMs: 7,
      },
      expect.objectContaining({ action: 'B', text: undefined, raw: new Uint8Array([1]) }),
      expect.objectContaining({ action: 'C' }),
    ]);
  });

  it('keeps bytes as they were when told', async () => {
    await open();
    const bytes = new Uint8Array([1]);
    peer.tell('A', bytes);
    bytes[0] = 9;
    expect(outbox.messages[0]?.raw).toEqual(new Uint8Array([1]));
  });

  it('keeps neither what is urgent nor what asks for no acknowledgement nor what is awaited', async () => {
    await open();
    peer.tell('Stop', 1, { urgent: true });
    peer.tell('Tick', 1, { confirm: false });
    peer.ask('Status').catch(() => undefined);
    expect(outbox.messages).toEqual([]);
  });

  it('reports what cannot be kept, and never throws', async () => {
    await open();
    expect(peer.tell('A', () => 1)).toBe(true);
    expect(peer.tell('A', 1, { signal: new AbortController().signal })).toBe(true);
    expect(reported.map(({ code }) => code)).toEqual(['ERR_UNENCODABLE', 'ERR_BAD_OPTION']);
    expect(outbox.messages).toEqual([]);
  });

  it('delivers a kept message with its key and tells the outbox how it ended', async () => {
    await open();
    const connection = await becomeKept();
    expect(connection.frames[0]?.header.messageKey).toBe('k0');
    peer.tell('Second');
    outbox.send(1);
    await clock.settle();
    connection.answer(2, { code: 'ERR_NO', message: 'no' }, 'error');
    await clock.settle();
    expect(outbox.outcomes).toEqual(['k0 acknowledged', 'k1 ERR_REMOTE']);
    expect(reported).toEqual([]);
  });

  it('waits for the answer to a kept message as long as the connection lives', async () => {
    await open({ ackTimeoutMs: 100 });
    const connection = await becomeKept();
    peer.tell('Slow');
    outbox.send(1);
    await clock.advance(1000);
    expect(outbox.outcomes).toEqual(['k0 acknowledged']);
    connection.answer(2, null);
    await clock.settle();
    expect(outbox.outcomes).toEqual(['k0 acknowledged', 'k1 acknowledged']);
  });

  it('waits no longer than Ack_timeout_ms where no heartbeat tells whether the peer is alive', async () => {
    await open({ ackTimeoutMs: 100, heartbeatMs: 0 });
    await becomeKept();
    peer.tell('Slow');
    outbox.send(1);
    await clock.advance(101);
    expect(outbox.outcomes).toEqual(['k0 acknowledged', 'k1 ERR_ACK_TIMEOUT']);
  });

  it('waits no longer than Ack_timeout_ms for a legacy peer', async () => {
    await open({ ackTimeoutMs: 100 });
    peer.tell('Slow');
    outbox.send(0);
    await clock.advance(101);
    expect(outbox.outcomes).toEqual(['k0 ERR_ACK_TIMEOUT']);
  });

  it('waits longer once hello came', async () => {
    await open({ ackTimeoutMs: 100 });
    peer.tell('Slow');
    outbox.send(0);
    await clock.settle();
    peers[0]?.hello();
    await clock.advance(101);
    expect(outbox.outcomes).toEqual([]);
  });

  it('never drops a kept message for a limit of the queue', async () => {
    await open({
      queue: { capacity: 1, maxBytes: 1e6, highWater: 1, overflow: 'drop-oldest', ttlMs: 50 },
    });
    await closeHost();
    for (const action of ['A', 'B']) peer.tell(action);
    outbox.send(0);
    outbox.send(1);
    peer.tell('Urgent', 1, { confirm: false });
    await clock.advance(500);
    expect(outbox.outcomes).toEqual([]);
    expect(reported.map(({ code }) => code)).toEqual(['ERR_MESSAGE_DROPPED']);
  });

  it('gives what waits back to the outbox when it closes, and does not count it as lost', async () => {
    await open();
    await closeHost();
    peer.tell('A');
    outbox.send(0);
    peer.close();
    expect(outbox.outcomes).toEqual(['k0 ERR_APP_STOPPED']);
    expect(peer.abort()).toBe(0);
    peer.tell('Late');
    expect(outbox.messages).toHaveLength(1);
    expect(reported.map(({ code }) => code)).toEqual(['ERR_APP_STOPPED']);
  });

  it('does not count as lost what was cut off without its answer', async () => {
    await open();
    await becomeKept();
    peer.tell('Second');
    outbox.send(1);
    await clock.settle();
    expect(peer.abort()).toBe(0);
    expect(outbox.outcomes).toEqual(['k0 acknowledged', 'k1 ERR_APP_STOPPED']);
  });
});
