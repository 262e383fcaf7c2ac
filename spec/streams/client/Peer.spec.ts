import { Subscription, lastValueFrom, retry } from 'rxjs';
import type { SendError } from '../../../src/errors/sending';
import type { ClientState } from '../../../src/streams/client/ClientContext';
import { defineAction, t } from '../../../src/streams/messages/defineAction';
import type { Peer } from '../../../src/streams/client/Peer';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { createTestApp, listenByHand, stopNow, type TestApp } from '../../support/openTestApp';
import type { FramePeer } from '../../support/FramePeer';

let test: TestApp;
let peer: Peer;
/** The connections that the hand-played host got, oldest first. */
let peers: FramePeer[];
let closeHost: () => Promise<void>;

async function listen(): Promise<void> {
  const host = await listenByHand(test.transport);
  peers = host.peers;
  closeHost = host.close;
}

async function open(client: Readonly<Record<string, unknown>> = {}, highWaterMark?: number): Promise<void> {
  const transport = createMemoryTransport(highWaterMark === undefined ? {} : { highWaterMark });
  test = createTestApp({ host: false, client, transport });
  peer = test.app.peer('Peer');
  await listen();
}

/** The connection of that number. */
function on(index: number): FramePeer {
  const connection = peers[index];
  if (connection === undefined) throw new Error(`there are ${peers.length} connections`);
  return connection;
}

/** How an awaited send ended: `result …`, or class, code and `delivered`. */
function outcome(promise: Promise<unknown>): { text: string } {
  const seen = { text: 'pending' };
  promise.then(
    (value) => (seen.text = `result ${JSON.stringify(value)}`),
    (error: SendError) => (seen.text = `${error.name} ${error.code} ${error.delivered}`),
  );
  return seen;
}

/** Connects with one answered request, so that the connection is a kept one. */
async function becomeKept(hello: Readonly<Record<string, unknown>> = {}): Promise<FramePeer> {
  const first = outcome(peer.ask('First'));
  await test.clock.settle();
  const connection = on(peers.length - 1);
  connection.hello(hello);
  connection.answer(1, 'first');
  await test.clock.settle();
  expect(first.text).toBe('result "first"');
  connection.frames.length = 0;
  connection.text = '';
  return connection;
}

function states(): string[] {
  const seen: string[] = [];
  peer.state$.subscribe((state: ClientState) => seen.push(state.kind));
  return seen;
}

afterEach(async () => {
  await stopNow(test);
  await closeHost();
  expect(test.clock.pending).toBe(0);
});

describe('finding out', () => {
  it('sends the first request alone, with the native keys, and pipelines after hello', async () => {
    await open();
    const { clock } = test;
    const answers = [1, 2, 3].map((value) => outcome(peer.ask('A', value)));
    await clock.settle();
    expect(peers).toHaveLength(1);
    expect(on(0).log).toEqual(['1 {"action":"A","value":1}']);
    expect(on(0).frames[0]?.header).toMatchObject({ native: 1, messageId: 1, connection: 'keep-alive' });
    on(0).hello();
    await clock.settle();
    expect(on(0).log.slice(1)).toEqual(['2 {"action":"A","value":2}', '3 {"action":"A","value":3}']);
    on(0).answer(3, 'c');
    on(0).answer(1, 'a');
    on(0).answer(2, 'b');
    await clock.settle();
    expect(answers.map(({ text }) => text)).toEqual(['result "a"', 'result "b"', 'result "c"']);
  });

  it('does not lock up when the first request waits for a second one', async () => {
    await open();
    const first = outcome(peer.ask('WaitForSecond'));
    const second = outcome(peer.ask('Second'));
    await test.clock.settle();
    on(0).hello();
    await test.clock.settle();
    on(0).answer(2, 'done');
    on(0).answer(1, 'now');
    await test.clock.settle();
    expect([first.text, second.text]).toEqual(['result "now"', 'result "done"']);
  });

  it('takes a reply without hello as a legacy peer: one connection for each message, in order', async () => {
    await open();
    const answers = [1, 2, 3].map((value) => outcome(peer.ask('A', value)));
    for (let index = 0; index < 3; index += 1) {
      await test.clock.settle();
      expect(peers).toHaveLength(index + 1);
      on(index).send({}, { result: index });
    }
    await test.clock.settle();
    expect(answers.map(({ text }) => text)).toEqual(['result 0', 'result 1', 'result 2']);
    expect(peers.map(({ contents }) => contents)).toEqual([1, 2, 3].map((value) => [{ action: 'A', value }]));
  });

  it('closes its side at once after a legacy reply, also when the peer does not', async () => {
    await open();
    outcome(peer.ask('A'));
    await test.clock.settle();
    on(0).send({}, { result: 1 });
    await test.clock.settle();
    expect(on(0).events).toEqual(['end']);
    on(0).link.write(Buffer.from('more'));
    await test.clock.settle();
    expect(on(0).events).toEqual(['end', 'close ECONNRESET']);
  });

  it('notices a legacy peer that is replaced by a native one, and the other way round', async () => {
    await open();
    const { clock } = test;
    const legacy = outcome(peer.ask('A'));
    await clock.settle();
    on(0).send({}, { result: 'legacy' });
    await clock.settle();
    const native = outcome(peer.ask('A'));
    await clock.settle();
    on(1).hello();
    on(1).answer(1, 'native');
    await clock.settle();
    on(1).link.destroy();
    await clock.settle();
    const again = outcome(peer.ask('A'));
    await clock.settle();
    on(2).send({}, { result: 'legacy again' });
    await clock.settle();
    expect([legacy.text, native.text, again.text]).toEqual([
      'result "legacy"',
      'result "native"',
      'result "legacy again"',
    ]);
    for (const { frames } of peers) expect(frames[0]?.header.native).toBe(1);
  });

  it('closes the connection when the first send is unsubscribed; the next becomes the first of a new one', async () => {
    await open();
    const first = peer.send('A', 1).subscribe();
    const second = outcome(peer.ask('A', 2));
    await test.clock.settle();
    first.unsubscribe();
    await test.clock.settle();
    expect(on(0).events).toEqual(['end']);
    expect(on(1).log).toEqual(['1 {"action":"A","value":2}']);
    on(1).send({}, { result: 'two' });
    await test.clock.settle();
    expect(second.text).toBe('result "two"');
  });

  it('closes the connection when the first send times out; the next becomes the first of a new one', async () => {
    await open();
    const first = outcome(peer.ask('A', 1, { timeoutMs: 1000 }));
    const second = outcome(peer.ask('A', 2));
    await test.clock.advance(1000);
    expect(first.text).toBe('AckTimeout ERR_ACK_TIMEOUT unknown');
    expect(on(1).log).toEqual(['1 {"action":"A","value":2}']);
    on(1).hello();
    on(1).answer(1, 2);
    await test.clock.settle();
    expect(second.text).toBe('result 2');
  });

  it('keeps to Parallel connections at once with a peer known to be legacy', async () => {
    await open({ Parallel: 3, Dialect: 'comet' });
    for (let value = 0; value < 5; value += 1) outcome(peer.ask('A', value));
    await test.clock.settle();
    expect(peers).toHaveLength(3);
    on(1).send({}, { result: 1 });
    await test.clock.settle();
    expect(peers).toHaveLength(4);
    for (const { frames } of peers) expect(frames[0]?.header.native).toBeUndefined();
  });

  it('fails with BadReply when Dialect: native meets a legacy peer', async () => {
    await open({ Dialect: 'native' });
    const answer = outcome(peer.ask('A'));
    await test.clock.settle();
    on(0).send({}, { result: 1 });
    await test.clock.settle();
    expect(answer.text).toBe('BadReply ERR_BAD_REPLY yes');
  });

  it.each([
    ['no hello content', {}, 'BadReply ERR_BAD_REPLY unknown'],
    ['nonsense in hello', { 'max-in-flight': 0 }, 'BadReply ERR_BAD_REPLY unknown'],
  ])('fails the first send on %s', async (_name, changes, expected) => {
    await open();
    const answer = outcome(peer.ask('A'));
    await test.clock.settle();
    if (Object.keys(changes).length === 0) on(0).send({ status: 'hello', native: 1 }, {});
    else on(0).hello(changes);
    await test.clock.settle();
    expect(answer.text).toBe(expected);
  });
});

describe('what must never reach a peer that is not known to be native', () => {
  it('is no ack: none, no cancel, no ping, no raw content with an action and no empty content', async () => {
    await open({ Heartbeat_ms: 1000 });
    const { clock, codes } = test;
    peer.tell('A', 1, { confirm: false });
    await clock.settle();
    peer.tell('Image', Uint8Array.of(1));
    peer.tell('', Uint8Array.of());
    peer.send('A', 2, { timeoutMs: 100_000 }).subscribe({ error: () => undefined });
    await clock.advance(4000);
    on(0).send({}, { result: null });
    await clock.settle();
    const second = peer.send('B', 3).subscribe();
    await clock.settle();
    second.unsubscribe();
    peer.tell('', Uint8Array.of());
    peer.tell('Image', Uint8Array.of(1));
    for (let index = 1; index < 6; index += 1) {
      await clock.advance(5000);
      peers[index]?.send({}, { result: null });
    }
    await clock.settle();
    const text = peers.map((connection) => connection.text).join('');
    expect(text).not.toMatch(/"(ack|cancel|ping|pong|goaway)"/);
    expect(peers.map(({ frames }) => frames.length)).toEqual(peers.map(() => 1));
    for (const { frames } of peers) expect(frames[0]?.header.contentLength).toBeGreaterThan(0);
    expect(codes().filter((code) => code !== 'ERR_ACK_TIMEOUT')).toEqual([
      'ERR_LEGACY_RAW_ACTION',
      'ERR_LEGACY_EMPTY_CONTENT',
      'ERR_LEGACY_EMPTY_CONTENT',
      'ERR_LEGACY_RAW_ACTION',
    ]);
  });

  it('fails raw content with an action as long as nothing is known, and says so', async () => {
    await open();
    const raw = outcome(peer.ask('Image', Uint8Array.of(1)));
    const empty = outcome(peer.ask('', Uint8Array.of()));
    await test.clock.settle();
    expect(raw.text).toBe('DialectUnknown ERR_DIALECT_UNKNOWN no');
    expect(empty.text).toBe('LegacyEmptyContent ERR_LEGACY_EMPTY_CONTENT no');
    expect(peers).toHaveLength(0);
  });

  it('lets raw content with an action wait for a JSON message that is finding out', async () => {
    await open();
    outcome(peer.ask('A'));
    const raw = outcome(peer.ask('Image', Uint8Array.of(1, 2)));
    const empty = outcome(peer.ask('Empty', Uint8Array.of()));
    await test.clock.settle();
    on(0).hello();
    await test.clock.settle();
    expect(on(0).log.slice(1)).toEqual(['2 <2 bytes>', '3 <0 bytes>']);
    expect(on(0).frames[1]?.header.action).toBe('Image');
    on(0).answer(2, 'raw');
    on(0).answer(3, 'empty');
    await test.clock.settle();
    expect([raw.text, empty.text]).toEqual(['result "raw"', 'result "empty"']);
  });

  it('forgets that a peer was native when its connection is gone after goaway', async () => {
    await open();
    const connection = await becomeKept();
    connection.send({ goaway: 1 });
    await test.clock.settle();
    const empty = outcome(peer.ask('Empty', Uint8Array.of()));
    await test.clock.settle();
    connection.link.end();
    await test.clock.settle();
    expect(empty.text).toBe('DialectUnknown ERR_DIALECT_UNKNOWN no');
    expect(peers).toHaveLength(1);
  });

  it('refuses an action that does not fit into a header, with raw content, before anything is written', async () => {
    await open();
    await becomeKept();
    const answer = outcome(peer.ask('x'.repeat(70_000), Uint8Array.of(1)));
    await test.clock.settle();
    expect(answer.text).toMatch(/^Unencodable ERR_UNENCODABLE/);
    const next = outcome(peer.ask('Next'));
    await test.clock.settle();
    on(0).answer(2, 'fine');
    await test.clock.settle();
    expect(next.text).toBe('result "fine"');
  });
});

describe('a kept connection', () => {
  it('never has more unanswered requests than hello allows; the rest waits in order', async () => {
    await open();
    const connection = await becomeKept({ 'max-in-flight': 2 });
    for (let value = 2; value <= 5; value += 1) outcome(peer.ask('A', value));
    await test.clock.settle();
    expect(connection.log).toEqual(['2 {"action":"A","value":2}', '3 {"action":"A","value":3}']);
    expect(peer.queued).toBe(2);
    connection.answer(3, 1);
    await test.clock.settle();
    expect(connection.log).toHaveLength(3);
    connection.answer(2, 1);
    connection.answer(4, 1);
    await test.clock.settle();
    expect(connection.log.slice(2)).toEqual(['4 {"action":"A","value":4}', '5 {"action":"A","value":5}']);
    connection.answer(5, 1);
    await test.clock.settle();
  });

  it('emits several results and completes', async () => {
    await open();
    const connection = await becomeKept();
    const seen: unknown[] = [];
    peer.send('Sweep').subscribe({ next: (value) => seen.push(value), complete: () => seen.push('end') });
    const last = outcome(peer.ask('Sweep'));
    await test.clock.settle();
    for (const id of [2, 3]) {
      connection.answer(id, 1, 'next');
      connection.answer(id, 2, 'next');
      connection.send({ 'message-id': id, status: 'complete' });
    }
    await test.clock.settle();
    expect(seen).toEqual([1, 2, 'end']);
    expect(last.text).toBe('result 2');
  });

  it('counts the timeout of a send to the first result only', async () => {
    await open();
    const connection = await becomeKept();
    const answer = outcome(lastValueFrom(peer.send('Sweep', 1, { timeoutMs: 1000 })));
    await test.clock.settle();
    connection.answer(2, 1, 'next');
    await test.clock.advance(5000);
    expect(answer.text).toBe('pending');
    connection.send({ 'message-id': 2, status: 'complete' });
    await test.clock.settle();
    expect(answer.text).toBe('result 1');
  });

  it('tells the peer of a send that is given up, and drops what comes for it later', async () => {
    await open();
    const connection = await becomeKept();
    const seen: unknown[] = [];
    peer
      .send('A', 1)
      .subscribe((value) => seen.push(value))
      .unsubscribe();
    const late = outcome(peer.ask('A', 2, { timeoutMs: 500 }));
    await test.clock.advance(500);
    connection.answer(2, 'late');
    connection.answer(3, 'late');
    await test.clock.settle();
    expect(connection.log).toEqual([
      '2 {"action":"A","value":1}',
      'cancel 2',
      '3 {"action":"A","value":2}',
      'cancel 3',
    ]);
    expect(seen).toEqual([]);
    expect(late.text).toBe('AckTimeout ERR_ACK_TIMEOUT unknown');
    expect(connection.events).toEqual([]);
  });

  it('names the limit that was too short: the one of the configuration, or that of the send', async () => {
    await open({ Ack_timeout_ms: 300 });
    await becomeKept();
    const texts = [peer.ask('A'), peer.ask('A', 1, { timeoutMs: 200 })].map((asked) =>
      asked.catch(({ message }: Error) => message),
    );
    await test.clock.advance(300);
    expect(await Promise.all(texts)).toEqual([
      'no answer from "Peer" to "A" within 300 ms (Ack_timeout_ms)',
      'no answer from "Peer" to "A" within 200 ms (timeoutMs)',
    ]);
  });

  it('leaves the handler of a message with a key running when its time is over, where a repeat can join it', async () => {
    await open();
    const connection = await becomeKept({ dedup: true });
    const late = outcome(peer.ask('A', 1, { timeoutMs: 500, key: 'one' }));
    await test.clock.advance(500);
    expect(late.text).toBe('AckTimeout ERR_ACK_TIMEOUT unknown');
    peer.send('A', 2, { key: 'two' }).subscribe().unsubscribe();
    await test.clock.settle();
    expect(connection.log).toEqual(['2 {"action":"A","value":1}', '3 {"action":"A","value":2}', 'cancel 3']);
  });

  it('cancels a message with a key at a host that would run a repeat anew', async () => {
    await open();
    const connection = await becomeKept({ dedup: false });
    outcome(peer.ask('A', 1, { timeoutMs: 500, key: 'one' }));
    await test.clock.advance(500);
    expect(connection.log).toEqual(['2 {"action":"A","value":1}', 'cancel 2']);
  });

  it('fails what was in flight when the link dies, with delivered unknown, and never sends it twice', async () => {
    await open();
    const connection = await becomeKept({ 'max-in-flight': 2 });
    const answers = [2, 3, 4].map((value) => outcome(peer.ask('A', value)));
    peer.tell('B', 5);
    await test.clock.settle();
    (connection.link as unknown as { reset(): void }).reset();
    await test.clock.settle();
    expect(answers.map(({ text }) => text)).toEqual([
      'ConnectionClosed ERR_CONNECTION_CLOSED unknown',
      'ConnectionClosed ERR_CONNECTION_CLOSED unknown',
      'pending',
    ]);
    expect(on(1).log).toEqual(['1 {"action":"A","value":4}']);
    on(1).hello();
    await test.clock.settle();
    expect(on(1).log[1]).toBe('2 {"action":"B","value":5}');
  });

  it('takes a retry from inside the failure to the next connection, not to the dead one', async () => {
    await open();
    const connection = await becomeKept();
    const seen: unknown[] = [];
    peer
      .send('A', 7)
      .pipe(retry(1))
      .subscribe((value) => seen.push(value));
    await test.clock.settle();
    connection.link.end();
    await test.clock.settle();
    expect(on(1).log).toEqual(['1 {"action":"A","value":7}']);
    on(1).hello();
    on(1).answer(1, 'second try');
    await test.clock.settle();
    expect(seen).toEqual(['second try']);
  });

  it('returns requests above goaway’s id to the head of the queue, in order, and goes on elsewhere at once', async () => {
    await open({ Queue: { Ttl_ms: 10_000 } });
    const connection = await becomeKept({ 'max-in-flight': 3 });
    const answers = [2, 3, 4, 5].map((value) => outcome(peer.ask('A', value, { timeoutMs: 60_000 })));
    peer.tell('B', 6);
    await test.clock.advance(20_000);
    connection.send({ goaway: 2 });
    await test.clock.settle();
    expect(on(1).log).toEqual(['1 {"action":"A","value":3}']);
    connection.answer(2, 'still answered');
    await test.clock.settle();
    expect(connection.events).toEqual(['end']);
    on(1).hello();
    await test.clock.settle();
    expect(on(1).log).toEqual(
      [3, 4, 5].map((value, index) => `${index + 1} {"action":"A","value":${value}}`),
    );
    expect(answers[0]?.text).toBe('result "still answered"');
  });

  it('fails everything unanswered on an error without message-id', async () => {
    await open();
    const connection = await becomeKept();
    const answers = [2, 3].map((value) => outcome(peer.ask('A', value)));
    await test.clock.settle();
    connection.send({ status: 'error' }, { result: { code: 'ERR_X', message: 'broken' } });
    await test.clock.settle();
    expect(answers.map(({ text }) => text)).toEqual([
      'RemoteError ERR_REMOTE unknown',
      'RemoteError ERR_REMOTE unknown',
    ]);
    const next = outcome(peer.ask('A', 4));
    await test.clock.settle();
    expect(on(1).log).toEqual(['1 {"action":"A","value":4}']);
    expect(next.text).toBe('pending');
  });

  it.each<[string, Record<string, unknown>]>([
    ['a reply to an id never sent', { 'message-id': 99 }],
    ['a reply without an id', {}],
    ['an unknown status', { 'message-id': 2, status: 'maybe' }],
    ['a goaway of nothing', { goaway: 'x' }],
  ])('closes on %s', async (_name, keys) => {
    await open();
    const connection = await becomeKept();
    const answer = outcome(peer.ask('A'));
    await test.clock.settle();
    connection.send(keys, { result: 1 });
    await test.clock.settle();
    expect(answer.text).toBe('BadReply ERR_BAD_REPLY unknown');
    expect(connection.events).toEqual(['end']);
  });

  it('fails only the send whose reply is no result', async () => {
    await open();
    const connection = await becomeKept();
    const bad = outcome(peer.ask('A'));
    const good = outcome(peer.ask('A'));
    await test.clock.settle();
    connection.send({ 'message-id': 2 }, { answer: 1 });
    connection.answer(3, 'good');
    await test.clock.settle();
    expect([bad.text, good.text]).toEqual(['BadReply ERR_BAD_REPLY yes', 'result "good"']);
  });

  it('pings when it has nothing else to say, answers pings, and gives up after two silent heartbeats', async () => {
    await open({ Heartbeat_ms: 60_000 });
    const connection = await becomeKept({ 'heartbeat-ms': 1000 });
    const answer = outcome(peer.ask('A', 1, { timeoutMs: 60_000 }));
    await test.clock.settle();
    connection.send({ ping: 1 });
    for (let second = 0; second < 5; second += 1) {
      await test.clock.advance(1000);
      connection.send({ pong: 1 });
    }
    await test.clock.settle();
    expect(connection.log[1]).toBe('pong');
    expect(connection.log.filter((line) => line === 'ping').length).toBeGreaterThanOrEqual(4);
    expect(answer.text).toBe('pending');
    await test.clock.advance(3000);
    expect(answer.text).toBe('ConnectionClosed ERR_CONNECTION_CLOSED unknown');
  });

  it.each([0, 100, 500, 900])(
    'gives up two heartbeats after the last byte, which came %d ms after a beat',
    async (afterMs) => {
      await open({ Heartbeat_ms: 1000 });
      const connection = await becomeKept({ 'heartbeat-ms': 1000 });
      await test.clock.advance(1000 + afterMs);
      connection.send({ pong: 1 });
      await test.clock.settle();
      await test.clock.advance(1999);
      expect(connection.events).toEqual([]);
      await test.clock.advance(1);
      expect(connection.events).toEqual(['end']);
    },
  );

  it('keeps its own Heartbeat_ms when that is shorter than the host’s', async () => {
    await open({ Heartbeat_ms: 1000 });
    const connection = await becomeKept({ 'heartbeat-ms': 0 });
    await test.clock.advance(1000);
    expect(connection.log).toEqual(['ping']);
    await test.clock.advance(2000);
    expect(connection.events).toEqual(['end']);
  });

  it('takes the time this process was blocked for nobody’s silence', async () => {
    await open();
    const connection = await becomeKept({ 'heartbeat-ms': 1000 });
    test.clock.jump(60_000);
    await test.clock.advance(1);
    connection.send({ pong: 1 });
    await test.clock.advance(500);
    expect(connection.events).toEqual([]);
  });

  it('refuses what is larger than the peer takes before it is written', async () => {
    await open();
    const connection = await becomeKept({ 'max-content-bytes': 1000 });
    const answer = outcome(peer.ask('A', 'ä'.repeat(600)));
    await test.clock.settle();
    expect(answer.text).toBe('SendTooLarge ERR_SEND_TOO_LARGE no');
    expect(connection.frames).toEqual([]);
  });
});

describe('an answer', () => {
  it.each([
    [
      'COMET’s words for a value it does not take',
      'Error: invalid action and or value A, 0',
      'RemoteError ERR_REMOTE yes',
    ],
    [
      'COMET’s words for no responder',
      'No responder function defined for TCP/IP server... Returning empty message',
      'RemoteError ERR_REMOTE yes',
    ],
    ['any other text that starts with Error:', 'Error: but mine', 'result "Error: but mine"'],
  ])('of a legacy peer that is %s', async (_name, result, expected) => {
    await open();
    const answer = outcome(peer.ask('A'));
    await test.clock.settle();
    on(0).send({}, { result });
    await test.clock.settle();
    expect(answer.text).toBe(expected);
  });

  it('that is an error of one of ours to a one-shot request is a RemoteError with its text', async () => {
    await open();
    const answer = peer.ask('A').catch((error: Error) => error.message);
    await test.clock.settle();
    on(0).send({ status: 'error' }, { result: 'Error: stage is locked' });
    expect(await answer).toContain('stage is locked');
  });

  it('without result is BadReply; none at all is ConnectionClosed', async () => {
    await open();
    const bad = outcome(peer.ask('A'));
    await test.clock.settle();
    on(0).send({}, { answer: 1 });
    await test.clock.settle();
    const none = outcome(peer.ask('A'));
    await test.clock.settle();
    on(1).link.end();
    await test.clock.settle();
    expect(bad.text).toBe('BadReply ERR_BAD_REPLY yes');
    expect(none.text).toBe('ConnectionClosed ERR_CONNECTION_CLOSED unknown');
    expect(on(1).events).toContain('close');
  });

  it('is checked by the contract', async () => {
    await open();
    const contract = defineAction('A', { value: t.number, ack: t.string });
    const wrongValue = outcome(peer.ask(contract, 'no number' as unknown as number));
    const connection = await becomeKept();
    const good = outcome(peer.ask(contract, 1));
    const wrong = outcome(peer.ask(contract, 2));
    const seen: unknown[] = [];
    peer.send(contract, 3).subscribe({ error: (error: SendError) => seen.push(error.code) });
    await test.clock.settle();
    connection.answer(2, 'text');
    connection.answer(3, 5);
    connection.answer(4, 5);
    await test.clock.settle();
    expect(wrongValue.text).toBe('BadValue ERR_BAD_VALUE no');
    expect(good.text).toBe('result "text"');
    expect(wrong.text).toBe('BadValue ERR_BAD_VALUE yes');
    expect(seen).toEqual(['ERR_BAD_VALUE']);
  });
});

describe('while nobody listens', () => {
  it('tries again with doubled delays under the cap, and shows it', async () => {
    await open({ Reconnect: { Min_delay_ms: 100, Max_delay_ms: 500, Jitter: 0.2 } });
    await closeHost();
    const delays: number[] = [];
    const reasons = new Set<string>();
    peer.state$.subscribe((state) => {
      if (state.kind !== 'backoff') return;
      delays.push(state.delayMs);
      reasons.add(state.reason);
    });
    const answer = outcome(peer.ask('A', 1, { timeoutMs: 3000 }));
    await test.clock.advance(2999);
    expect(answer.text).toBe('pending');
    expect(delays.slice(0, 5)).toEqual([100, 200, 400, 417, 417]);
    expect([...reasons].join()).toContain('ECONNREFUSED');
    await test.clock.advance(1);
    expect(answer.text).toBe('PeerUnreachable ERR_PEER_UNREACHABLE no');
  });

  it('keeps what was sent, in order, and sends it when the peer is there', async () => {
    await open();
    await closeHost();
    const seen = states();
    for (let value = 1; value <= 3; value += 1) peer.tell('A', value);
    await test.clock.advance(1000);
    await listen();
    await test.clock.advance(1000);
    expect(on(0).log).toEqual(['1 {"action":"A","value":1}']);
    on(0).hello();
    await test.clock.settle();
    expect(on(0).log).toHaveLength(3);
    expect(seen.slice(0, 3)).toEqual(['idle', 'connecting', 'backoff']);
    expect(seen.at(-1)).toBe('open');
  });

  it('lets a send that timed out or was unsubscribed leave the queue, and rests when it is empty', async () => {
    await open();
    await closeHost();
    const gone = peer.send('A', 1).subscribe();
    const late = outcome(peer.ask('A', 2, { timeoutMs: 1000 }));
    expect(peer.queued).toBe(2);
    gone.unsubscribe();
    expect(peer.queued).toBe(1);
    await test.clock.advance(1000);
    expect(late.text).toMatch(/no$/);
    expect(peer.queued).toBe(0);
    expect(states()).toEqual(['idle']);
    await listen();
    await test.clock.advance(60_000);
    expect(peers).toHaveLength(0);
  });

  it('fails a send that never got a connection as PeerUnreachable also when no attempt has failed yet', async () => {
    test = createTestApp({
      host: false,
      transport: {
        listen: () => Promise.reject(new Error('no')),
        connect: () => new Promise(() => undefined),
      },
    });
    closeHost = () => Promise.resolve();
    peer = test.app.peer('Peer');
    const answer = outcome(peer.ask('A', 1, { timeoutMs: 500 }));
    await test.clock.advance(500);
    expect(answer.text).toBe('PeerUnreachable ERR_PEER_UNREACHABLE no');
  });
});

describe('the queue', () => {
  async function withQueue(queue: Readonly<Record<string, unknown>>): Promise<void> {
    await open({ Queue: queue });
    await closeHost();
  }

  it('fails what it has no room for, tells so with false, and drains', async () => {
    await withQueue({ Capacity: 10, High_water: 0.8 });
    const accepted: boolean[] = [];
    for (let value = 0; value < 8; value += 1) accepted.push(peer.tell('A', value));
    expect(accepted).toEqual(new Array(8).fill(true));
    expect([peer.tell('A', 8), peer.tell('A', 9), peer.tell('A', 10), peer.tell('A', 11)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(outcome(peer.ask('A', 12)).text).toBe('pending');
    await test.clock.settle();
    expect(test.failures.map(({ code, count }) => [code, count])).toEqual([['ERR_QUEUE_FULL', 1]]);
    let drained = false;
    void peer.drained().then(() => (drained = true));
    await test.clock.settle();
    expect(drained).toBe(false);
    await listen();
    await test.clock.advance(1000);
    on(0).hello();
    await test.clock.settle();
    expect(drained).toBe(true);
    expect(test.failures.map(({ code, count }) => [code, count])).toEqual([
      ['ERR_QUEUE_FULL', 1],
      ['ERR_QUEUE_FULL', 1],
    ]);
  });

  it('is past its high-water mark when it is full, also with High_water 1', async () => {
    await withQueue({ Capacity: 2, High_water: 1 });
    expect([peer.tell('A', 1), peer.tell('A', 2), peer.tell('A', 3)]).toEqual([true, true, false]);
    let drained = false;
    void peer.drained().then(() => (drained = true));
    await test.clock.settle();
    expect(drained).toBe(false);
  });

  it('counts bytes too, and takes one large message when it is empty', async () => {
    await withQueue({ Max_bytes: 1000 });
    const big = outcome(peer.ask('A', 'x'.repeat(5000)));
    const more = outcome(peer.ask('A', 1));
    await test.clock.settle();
    expect([big.text, more.text]).toEqual(['pending', 'QueueFull ERR_QUEUE_FULL no']);
  });

  it('drops the oldest, or the newest, as configured', async () => {
    await withQueue({ Capacity: 2, Overflow: 'drop-oldest' });
    for (const value of [1, 2, 3]) peer.tell('A', value);
    await listen();
    await test.clock.advance(1000);
    on(0).hello();
    await test.clock.settle();
    expect(on(0).contents).toEqual([
      { action: 'A', value: 2 },
      { action: 'A', value: 3 },
    ]);
    expect(test.codes()).toEqual(['ERR_MESSAGE_DROPPED']);
    await stopNow(test);

    await withQueue({ Capacity: 2, Overflow: 'drop-newest' });
    const answers = [1, 2, 3].map((value) => outcome(peer.ask('A', value)));
    await test.clock.settle();
    expect(answers[2]?.text).toBe('MessageDropped ERR_MESSAGE_DROPPED no');
    expect(peer.queued).toBe(2);
  });

  it('lets detached messages expire after Ttl_ms, awaited ones not', async () => {
    await withQueue({ Ttl_ms: 1000 });
    peer.tell('A', 1);
    const answer = outcome(peer.ask('A', 2, { timeoutMs: 60_000 }));
    await test.clock.advance(900);
    peer.tell('A', 3);
    await test.clock.advance(300);
    expect(test.codes()).toEqual(['ERR_MESSAGE_EXPIRED']);
    expect(peer.queued).toBe(2);
    await test.clock.advance(1000);
    expect(peer.queued).toBe(1);
    expect(answer.text).toBe('pending');
  });
});

describe('a detached send', () => {
  it('never throws, whatever it is given', async () => {
    await open();
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const throwing = {
      toJSON() {
        throw new Error('no');
      },
    };
    const tell = peer.tell.bind(peer) as (...args: unknown[]) => boolean;
    expect(tell('A', cyclic)).toBe(true);
    expect(tell('A', throwing)).toBe(true);
    expect(tell('A', () => 1)).toBe(true);
    expect(tell(undefined, 1)).toBe(true);
    expect(tell(5, 1)).toBe(true);
    expect(tell('A', 1, { timeoutMs: -1 })).toBe(true);
    expect(tell('A', 1, { key: 'not a key' })).toBe(true);
    await test.clock.settle();
    expect(test.codes()).toEqual([
      'ERR_UNENCODABLE',
      'ERR_UNENCODABLE',
      'ERR_UNENCODABLE',
      'ERR_BAD_OPTION',
      'ERR_BAD_OPTION',
      'ERR_BAD_OPTION',
      'ERR_BAD_OPTION',
    ]);
    expect(peers).toHaveLength(0);
  });

  it('does not throw when the logger does', async () => {
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => {
        throw new Error('disk full');
      },
      error: () => undefined,
    };
    test = createTestApp({ host: false, logger });
    closeHost = () => Promise.resolve();
    peer = test.app.peer('Peer');
    await stopNow(test);
    expect(() => peer.tell('A', 1)).not.toThrow();
    // The window that counts failures alike.
    await test.clock.advance(1000);
  });

  it('reports the error of the peer and the loss of the link', async () => {
    await open();
    const connection = await becomeKept();
    peer.tell('A', 1);
    peer.tell('A', 2);
    await test.clock.settle();
    connection.send({ 'message-id': 2, status: 'error' }, { result: { code: 'E', message: 'no' } });
    await test.clock.settle();
    connection.link.end();
    await test.clock.settle();
    expect(test.failures.map(({ code, peer: name, action }) => [code, name, action])).toEqual([
      ['ERR_REMOTE', 'Peer', 'A'],
      ['ERR_CONNECTION_CLOSED', 'Peer', 'A'],
    ]);
  });

  it('with confirm false asks for no acknowledgement and is over once written', async () => {
    await open();
    const connection = await becomeKept();
    peer.tell('A', 1, { confirm: false });
    await test.clock.settle();
    expect(connection.frames[0]?.header.ack).toBe('none');
    expect(peer.unfinished).toBe(0);
  });
});

describe('options', () => {
  it('send key and contract values, and fail what makes no sense', async () => {
    await open();
    const connection = await becomeKept();
    outcome(peer.ask('A', 1, { key: 'run-7_a' }));
    await test.clock.settle();
    expect(connection.frames[0]?.header.messageKey).toBe('run-7_a');
    connection.answer(2, 1);
    await test.clock.settle();
    const wrong = [{ timeoutMs: 0 }, { timeoutMs: NaN }, { key: '' }, { key: 'k'.repeat(65) }];
    for (const options of wrong) {
      expect(await peer.ask('A', 1, options).catch((error: SendError) => error.code)).toBe('ERR_BAD_OPTION');
    }
  });

  it('abort a send by its signal: before it is written, in flight, and one that was aborted already', async () => {
    await open();
    const connection = await becomeKept();
    const controller = new AbortController();
    const inFlight = outcome(peer.ask('A', 1, { signal: controller.signal }));
    const before = outcome(peer.ask('A', 2, { signal: AbortSignal.abort() }));
    await test.clock.settle();
    controller.abort();
    await test.clock.settle();
    expect(inFlight.text).toBe('SendAborted ERR_SEND_ABORTED unknown');
    expect(before.text).toBe('SendAborted ERR_SEND_ABORTED no');
    expect(connection.log).toEqual(['2 {"action":"A","value":1}', 'cancel 2']);
    await closeHost();
    connection.link.end();
    await test.clock.settle();
    const third = new AbortController();
    const queued = outcome(peer.ask('A', 3, { signal: third.signal }));
    third.abort();
    await test.clock.settle();
    expect(queued.text).toBe('SendAborted ERR_SEND_ABORTED no');
    expect(peer.queued).toBe(0);
  });

  it('urgent takes a message past a full queue and a paused link, on a connection that is kept', async () => {
    await open({ Queue: { Capacity: 1 } }, 1000);
    const connection = await becomeKept();
    connection.link.pause();
    peer.tell('Big', 'x'.repeat(2000));
    await test.clock.settle();
    peer.tell('Next');
    expect(peer.tell('Full')).toBe(false);
    const stop = outcome(peer.ask('Stop', 1, { urgent: true }));
    await test.clock.settle();
    on(1).hello();
    on(1).answer(1, 'stopped');
    await test.clock.settle();
    expect(stop.text).toBe('result "stopped"');
    const again = outcome(peer.ask('Stop', 2, { urgent: true }));
    await test.clock.settle();
    on(1).answer(2, 'stopped');
    await test.clock.settle();
    expect(again.text).toBe('result "stopped"');
    expect(peers).toHaveLength(2);
  });
});

describe('a cold send', () => {
  it('sends once for each subscription and nothing without one', async () => {
    await open();
    const connection = await becomeKept();
    const send$ = peer.send('A', 1);
    await test.clock.settle();
    expect(connection.frames).toEqual([]);
    const subscriptions = new Subscription();
    subscriptions.add(send$.subscribe());
    subscriptions.add(send$.subscribe());
    await test.clock.settle();
    expect(connection.log).toEqual(['2 {"action":"A","value":1}', '3 {"action":"A","value":1}']);
    subscriptions.unsubscribe();
  });
});

describe('stopping', () => {
  it('fails what is left and everything later with AppStopped', async () => {
    await open();
    await becomeKept();
    const inFlight = outcome(peer.ask('A', 1, { timeoutMs: 60_000 }));
    const seen = states();
    await test.clock.settle();
    expect((await stopNow(test)).undelivered).toBe(1);
    expect(inFlight.text).toBe('AppStopped ERR_APP_STOPPED unknown');
    const later = outcome(peer.ask('A', 2));
    await test.clock.settle();
    expect(later.text).toBe('AppStopped ERR_APP_STOPPED no');
    expect(seen).toEqual(['open', 'closed']);
  });

  it('waits for what was accepted, also for unconfirmed messages that the link has not taken', async () => {
    await open({}, 1000);
    const connection = await becomeKept();
    connection.link.pause();
    for (let value = 0; value < 10; value += 1) peer.tell('A', 'x'.repeat(500), { confirm: false });
    const stopped = test.app.stop({ graceMs: 5000 });
    await test.clock.advance(1000);
    connection.link.resume();
    await test.clock.settle();
    await test.clock.advance(0);
    expect((await stopped).undelivered).toBe(0);
    await test.clock.settle();
    expect(connection.frames).toHaveLength(10);
    expect(connection.events).toEqual(['end']);
  });
});
