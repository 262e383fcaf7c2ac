import fc from '../support/fc';
import { createApp, parseConfig, type App, type CometConfig, type Logger } from 'rxcomet';
import { createMemoryTransport, recordTransport, type RecordedEvent } from 'rxcomet/testing';
import { FramePeer, frameOf } from '../support/FramePeer';
import { createVirtualClock, type VirtualClock } from '../support/createVirtualClock';
import { clientOf, inVirtualTime } from './conversation';

/** Waits on some clock. */
export type Sleep = (ms: number) => Promise<void>;

/** What a message asks of its handler; `n` is its own. */
export interface Order {
  readonly n: number;
  readonly ms: number;
  readonly results: number;
}

/** What becomes of one message with a change. */
export type Change = 'value' | 'failure';

const actions = ['Now', 'Wait', 'Stream', 'Fail', 'Ask', 'Later'] as const;
const ms = fc.constantFrom(0, 1, 7, 40, 250);
/**
 * More than the millisecond that counts as at once: in virtual time work takes none, so nothing else tells
 * the two apart.
 */
const workMs = fc.constantFrom(2, 7, 40, 250);
const messages = fc.record({
  action: fc.constantFrom(...actions),
  ms: workMs,
  results: fc.integer({ min: 0, max: 3 }),
  /** Before it is sent. */
  pauseMs: ms,
  /** What came before on the connection is answered first. */
  waits: fc.boolean(),
  /** The client no longer wants it after so long; native peers only. */
  cancelAfterMs: fc.option(ms, { nil: undefined, freq: 5 }),
});
const connections = fc.record({
  dialect: fc.constantFrom('oneShot' as const, 'kept' as const, 'native' as const),
  pauseMs: ms,
  messages: fc.array(messages, { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom('fin' as const, 'halfClose' as const, 'reset' as const, 'open' as const),
  endWaits: fc.boolean(),
  endMs: ms,
});
/** Connections of peers side by side. */
export const conversations = fc.array(connections, { minLength: 1, maxLength: 4 });
type Connection = typeof connections extends fc.Arbitrary<infer C> ? C : never;

/** Longer than any of them takes: one that is not over by then waits for something that never comes. */
const longestTalkMs = 60_000;

const silent: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} } as never;
const host = { IP: '127.0.0.2', Port: 2 };
const printerAt = { IP: '127.0.0.9', Port: 9, Heartbeat_ms: 0 };

/** Handlers that do what a message asks of them; one message is handled otherwise. */
export function handlersOf(
  sleep: Sleep,
  changed?: { readonly n: number; readonly to: Change },
): (app: App) => void {
  const answer = (order: Order, result: unknown): unknown => {
    if (order.n !== changed?.n) return result;
    if (changed.to === 'failure') throw new Error('changed');
    return { changed: true };
  };
  return (app) => {
    app.handle('Now', (value) => answer(value as Order, { now: value }));
    app.handle('Wait', async (value) => {
      const order = value as Order;
      await sleep(order.ms);
      return answer(order, { waited: order.n });
    });
    app.handle('Stream', async function* (value) {
      const order = value as Order;
      for (let index = 0; index < order.results; index += 1) {
        await sleep(order.ms);
        yield { n: order.n, index };
      }
      yield answer(order, { n: order.n, last: true });
    });
    app.handle('Fail', async (value) => {
      const order = value as Order;
      await sleep(order.ms);
      if (order.n === changed?.n) return answer(order, undefined) ?? { changed: true };
      throw new Error(`failed ${order.n}`);
    });
    app.handle('Later', async (value) => {
      const order = value as Order;
      await sleep(order.ms);
      return answer(order, await app.peer('Printer').ask('Print', order));
    });
    app.handle('Ask', async (value) => {
      const order = value as Order;
      return answer(order, await app.peer('Printer').ask('Print', order));
    });
  };
}

/** The host keeps the connections of legacy peers. */
function keeping(config: CometConfig): CometConfig {
  const hosts = config.hosts.map((one) => ({ ...one, limits: { ...one.limits, keepAliveMs: Infinity } }));
  return { ...config, hosts };
}

/** Lets peers talk to an app and gives the recording of it. */
export async function recordConversation(conversation: readonly Connection[]): Promise<RecordedEvent[]> {
  const clock = createVirtualClock();
  const sleep: Sleep = (delayMs) => new Promise((resolve) => clock.setTimeout(resolve, delayMs));
  const network = createMemoryTransport();
  const options = { transport: network, logger: silent, clock };
  const printer = createApp(parseConfig({ Socket_connection: { Host: printerAt } }), options);
  printer.handle('Print', async (value) => {
    const order = value as Order;
    await sleep(order.ms);
    return `printed ${order.n}`;
  });
  const events: RecordedEvent[] = [];
  const sink = {
    get elapsedMs() {
      return clock.now();
    },
    write: (event: RecordedEvent) => void events.push(event),
  };
  const config = keeping(
    parseConfig({
      Socket_connection: { Host: { ...host, Heartbeat_ms: 0 }, Client: { Printer: printerAt } },
    }),
  );
  const app = createApp(config, { ...options, transport: recordTransport(sink, network) });
  handlersOf(sleep)(app);
  await Promise.all([printer.start(), app.start()]);
  let n = 0;
  const talks = conversation.map((connection) => {
    const numbered = connection.messages.map((message) => ({ ...message, n: (n += 1) }));
    return talk(clock, network, { ...connection, messages: numbered });
  });
  await inVirtualTime(clock, Promise.all(talks), longestTalkMs);
  const recorded = [...events];
  await inVirtualTime(clock, Promise.all([app.stop({ graceMs: 0 }), printer.stop({ graceMs: 0 })]));
  return recorded;
}

interface NumberedConnection extends Omit<Connection, 'messages'> {
  readonly messages: readonly (Connection['messages'][number] & { readonly n: number })[];
}

/** Plays one peer. */
async function talk(
  clock: VirtualClock,
  network: ReturnType<typeof createMemoryTransport>,
  { dialect, pauseMs, messages, end, endWaits, endMs }: NumberedConnection,
): Promise<void> {
  const sleep: Sleep = (delayMs) => new Promise((resolve) => clock.setTimeout(resolve, delayMs));
  await sleep(pauseMs);
  const peer = new FramePeer(await network.connect(clientOf(host), new AbortController().signal));
  const over = (): boolean => peer.events.length > 0;
  const finals = (): number =>
    peer.frames.filter(({ header }) => header.status !== 'hello' && header.status !== 'next').length;
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds() && !over()) await sleep(1);
  };
  let sent = 0;
  let cancelled = 0;
  for (const message of dialect === 'oneShot' ? messages.slice(0, 1) : messages) {
    await sleep(message.pauseMs);
    if (message.waits) await until(() => finals() + cancelled >= sent);
    // A native client finds out first.
    if (dialect === 'native' && sent > 0) await until(() => peer.frames.length > 0);
    if (over()) break;
    sent += 1;
    // What a handler sends late that nobody waits for comes as late as it likes.
    const deserted = message.cancelAfterMs !== undefined || end === 'reset';
    // On a kept connection every message waits for those before it.
    const sendsLate = message.action === 'Later' || (message.action === 'Ask' && dialect === 'kept');
    const content = {
      action: sendsLate && deserted ? 'Wait' : message.action,
      value: { n: message.n, ms: message.ms, results: message.results },
    };
    const id = sent;
    const keys = { ...(id === 1 ? { native: 1 } : {}), 'message-id': id, connection: 'keep-alive' };
    peer.link.write(frameOf(dialect === 'native' ? keys : {}, content));
    if (dialect !== 'native' || message.cancelAfterMs === undefined) continue;
    await until(() => peer.frames.length > 0);
    await sleep(message.cancelAfterMs);
    const isFinal = ({ header }: FramePeer['frames'][number]): boolean =>
      header.messageId === id && header.status !== 'next';
    if (over() || peer.frames.some(isFinal)) continue;
    peer.send({ cancel: id });
    cancelled += 1;
  }
  if (end === 'open') return;
  // Who half-closes waits for the answers after it.
  if (dialect !== 'native' && end === 'halfClose') {
    peer.link.end();
    await until(() => false);
    return;
  }
  if (endWaits || end !== 'reset') await until(() => finals() + cancelled >= sent);
  await sleep(endMs);
  if (end === 'reset') peer.link.reset();
  else peer.link.end();
  while (!peer.events.some((event) => event.startsWith('close'))) await sleep(1);
}

/** Messages to the host whose answer the recording holds. */
export function answered(
  events: readonly RecordedEvent[],
): { readonly link: number; readonly id: number; readonly n: number }[] {
  const key = (link: number, id: number): string => `${link} ${id}`;
  const cancelled = new Set(
    events.flatMap((event) => (event.kind === 'cancel' ? [key(event.link, event.id)] : [])),
  );
  const finals = new Set(
    events.flatMap((event) =>
      event.kind === 'ack' && event.status !== 'next' ? [key(event.link, event.id)] : [],
    ),
  );
  return events.flatMap((event) => {
    if (event.kind !== 'message' || event.side !== 'host') return [];
    const { link, id, text = '' } = event;
    if (!finals.has(key(link, id)) || cancelled.has(key(link, id))) return [];
    return [{ link, id, n: (JSON.parse(text) as Order).n }];
  });
}
