/*
 * What users write, right and wrong, as TypeScript has to see it: never run, only compiled, by
 * signatures.process.spec.ts against the built package with each TypeScript that is supported, and by
 * `npm run types` against the sources. A wrong line that compiles fails as an unused `@ts-expect-error`. Each
 * of those stands above one mistake only.
 */

import { map, type Observable } from 'rxjs';
import {
  acknowledge,
  behaviour,
  circuitBreaker,
  createActorSystem,
  createApp,
  createRetryBudget,
  defineAction,
  fromContracts,
  fromOperator,
  loadConfig,
  parseConfig,
  retrySend,
  RemoteError,
  RxcometError,
  SendError,
  sendTo,
  t,
  type ActorContext,
  type ActorContract,
  type ActorRef,
  type ActorTellOptions,
  type AnyActorRef,
  type App,
  type CometConfig,
  type Delivered,
  type FailureClass,
  type Link,
  type LinkEvents,
  type Logger,
  type Message,
  type OutboxInspector,
  type ParseConfigOptions,
  type Peer,
  type RemoteErrorFields,
  type Secret,
  type SendErrorFields,
  type SendTo,
  type Transport,
} from 'rxcomet';
import {
  createTestApp,
  createTestProbe,
  readRecording,
  replayRecording,
  virtualTime,
  type Conversation,
  type Recording,
} from 'rxcomet/testing';

const Point = t.type({ volts: t.number, amps: t.number });
const Ramp = defineAction('Ramp', { value: Point, ack: t.string });

export async function configuring(file: string, logger: Logger): Promise<App> {
  const app: App = createApp(await loadConfig(file), { logger });
  createApp(parseConfig({ Socket_connection: {} }));
  // @ts-expect-error loadConfig gives a promise
  createApp(loadConfig(file));
  // @ts-expect-error the configuration has to go through parseConfig
  createApp({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } });
  // @ts-expect-error the name of the file goes to loadConfig
  createApp(file);
  // @ts-expect-error no such option
  createApp(parseConfig(''), { log: logger });
  // @ts-expect-error a logger has all four levels
  createApp(parseConfig(''), { logger: { info: console.info } });
  return app;
}

export function readingTheConfiguration(config: CometConfig, token: Secret): void {
  const names: readonly string[] = config.clients.map(({ name }) => name);
  void names;
  // @ts-expect-error a configuration is not changed after it was checked
  config.clients.length = 0;
  // @ts-expect-error a secret is revealed by name only
  const text: string = token;
  void text;
}

export function handling(app: App): void {
  app.handle(Ramp, ({ volts }) => `at ${volts.toFixed(1)} V`);
  app.handle(Ramp, async ({ amps }, message) => {
    message.ack('early');
    return Promise.resolve(String(amps));
  });
  app.handle('*', (value, { action }) => [action, value]).unsubscribe();
  // @ts-expect-error the contract says what comes
  app.handle(Ramp, (value: string) => value);
  // @ts-expect-error the contract says what goes back
  app.handle(Ramp, ({ volts }) => volts);
  // @ts-expect-error what goes back later counts as well
  app.handle(Ramp, ({ volts }) => Promise.resolve(volts));
  // @ts-expect-error what comes without a contract may be anything
  app.handle('Ramp', (value) => value.volts);
  // @ts-expect-error a typing error
  app.handle(Ramp, ({ volt }) => String(volt));
  // @ts-expect-error the handler is missing
  app.handle(Ramp);
  // @ts-expect-error no such option
  app.handle('Ramp', () => null, { concurrent: 1 });
  // @ts-expect-error a number is no word
  app.handle('Ramp', () => null, { concurrency: '1' });
}

export function handlingStreams(app: App): void {
  app.handleStream(Ramp, (message$) => message$.pipe(acknowledge(({ value }) => `${value.volts}`)));
  // @ts-expect-error the contract says what is acknowledged
  app.handleStream(Ramp, (message$) => message$.pipe(acknowledge(({ value }) => value.volts)));
  // @ts-expect-error the stream is what the function returns
  app.handleStream('Ramp', (message$) => void message$.subscribe());
  // @ts-expect-error no such word
  app.handleStream('Ramp', (message$) => message$, { acknowledge: 'at-once' });
}

export function lookingAtMessages(message: Message<number, string>): void {
  message.ack('done');
  // @ts-expect-error a message is read only
  message.action = 'other';
  // @ts-expect-error an acknowledgement of another type
  message.ack(5);
  // @ts-expect-error a legacy peer gives no id
  const id: number = message.id;
  void id;
}

export async function sending(app: App, peer: Peer): Promise<void> {
  const point = { volts: 1, amps: 2 };
  const answer: string = await peer.ask(Ramp, point, { timeoutMs: 100 });
  const answers: Observable<string> = peer.send(Ramp, point);
  const hasRoom: boolean = peer.tell(Ramp, point, { confirm: false });
  const delivered: Delivered = 'unknown';
  void [answer, answers, hasRoom, delivered];
  // @ts-expect-error half a value
  void peer.ask(Ramp, { volts: 1 });
  // @ts-expect-error a value of another type
  peer.tell(Ramp, { volts: '1', amps: 2 });
  // @ts-expect-error the value is missing
  peer.send(Ramp);
  // @ts-expect-error the contract says what comes back
  const wrong: number = await peer.ask(Ramp, point);
  // @ts-expect-error without a contract anything may come back
  const unchecked: string = await peer.ask('Ramp', point);
  void [wrong, unchecked];
  // @ts-expect-error units are part of the name
  void peer.ask(Ramp, point, { timeout: 100 });
  // @ts-expect-error an ask waits for its confirmation anyway
  void peer.ask(Ramp, point, { confirm: false });
  // @ts-expect-error a key is a text
  void peer.ask(Ramp, point, { key: 5 });
  // @ts-expect-error an app asks through its peers
  const asking: unknown = app.ask;
  void [asking, app.peer('Lab').ask];
  // @ts-expect-error neither yes nor no is a word of its own
  const perhaps: Delivered = 'perhaps';
  void perhaps;
}

export function livingOfPeers(peer: Peer): void {
  const { name, queued, queuedBytes, unfinished } = peer;
  void [name, queued + queuedBytes + unfinished, peer.state$, peer.outbox$, peer.drained, peer.persisted];
  // @ts-expect-error app.stop() closes
  void peer.close;
  // @ts-expect-error app.stop() ends what is under way
  void peer.abort;
  // @ts-expect-error app.stop() waits for what was sent
  void peer.idle;
  // @ts-expect-error app.start() opens
  void peer.openOutbox;
  // @ts-expect-error app.stop() closes
  void peer.closeOutbox;
  // @ts-expect-error app.stop() waits for it, `outbox$` shows it
  void peer.outboxSent;
  // @ts-expect-error app.stop() waits for it
  void peer.allClosed;
  // @ts-expect-error sendTo holds values
  void peer.hold;
  // @ts-expect-error a peer is known by its configuration
  peer.name = 'other';
}

export function inspecting(outbox: OutboxInspector): void {
  void [outbox.totals.depth, outbox.retry(['key']), outbox.drop()];
  // @ts-expect-error one key is a list of one
  void outbox.retry('key');
  // @ts-expect-error totals are read only
  outbox.totals.depth = 0;
}

/** What signatures mention has a name to import. */
export function namingTypes(link: Link, peer: Peer): void {
  const reading: ParseConfigOptions = { env: { HOST: '127.0.0.1' } };
  const events: LinkEvents = { data: () => {}, end: () => {}, drain: () => {}, close: () => {} };
  const refuse = (): Promise<never> => Promise.reject(new Error('no network'));
  const transport: Transport = { listen: refuse, connect: refuse };
  const sending: SendTo<{ volts: number; amps: number }, string> = sendTo(peer, Ramp);
  const contract: ActorContract<{ volts: number; amps: number }, string> = Ramp;
  const failures: readonly FailureClass[] = [SendError, RxcometError];
  const urgent: ActorTellOptions = { priority: 'urgent' };
  const fields: SendErrorFields = { client: 'Lab', action: 'Ramp', delivered: 'no' };
  const remote: RemoteErrorFields = { ...fields, remoteCode: 'ERR_RANGE' };
  createApp(parseConfig('', reading), { transport });
  link.open(events);
  void [sending, contract, failures, urgent, new RemoteError('out of range', remote)];
  // @ts-expect-error a transport connects as well
  const half: Transport = { listen: refuse };
  // @ts-expect-error bytes only
  link.write('text');
  // @ts-expect-error the end of a link is told as well
  link.open({ data: () => {} });
  // @ts-expect-error a send that failed says of which client
  const nobody: SendErrorFields = { action: 'Ramp', delivered: 'no' };
  void [half, nobody];
}

export function sendingStreams(peer: Peer, points$: Observable<{ volts: number; amps: number }>): void {
  const answers$: Observable<string> = points$.pipe(sendTo(peer, Ramp, { concurrency: 4 }));
  const breaker = circuitBreaker({ failures: 3, openMs: 1000 });
  const budget = createRetryBudget({ ratio: 0.1 });
  const kept$: Observable<string> = peer
    .send(Ramp, { volts: 1, amps: 2 })
    .pipe(breaker, retrySend({ tries: 3, budget, when: ({ delivered }) => delivered === 'no' }));
  void [answers$, kept$, breaker.state];
  // @ts-expect-error a stream of other values
  points$.pipe(map(({ volts }) => volts), sendTo(peer, Ramp)); // prettier-ignore
  // @ts-expect-error the name of a peer is no peer
  points$.pipe(sendTo('Lab', Ramp));
  // @ts-expect-error no such option
  retrySend({ retries: 3 });
  // @ts-expect-error units are part of the name
  circuitBreaker({ open: 1000 });
  // @ts-expect-error the operator is what the function returns
  peer.send(Ramp, { volts: 1, amps: 2 }).pipe(retrySend);
}

export function lookingAtErrors(error: unknown): string {
  if (error instanceof SendError) return `${error.code} ${error.delivered}`;
  // @ts-expect-error what was caught may be anything
  const code: unknown = error.code;
  if (!(error instanceof RxcometError)) return String(code);
  // @ts-expect-error only a failed send says whether it arrived
  const delivered: unknown = error.delivered;
  return `${error.code} ${String(delivered)}`;
}

export async function actors(watched: AnyActorRef): Promise<void> {
  const system = createActorSystem('lab');
  const counter = behaviour({
    initial: () => 0,
    receive: (count, step: number, context: ActorContext<number, string>) => {
      context.reply(String(count + step));
      context.timers.startOnce('again', step, 1000);
      // @ts-expect-error the actor replies with texts
      context.reply(count + step);
      // @ts-expect-error a timer sends what the actor takes
      context.timers.startOnce('again', 'step', 1000);
      return count + step;
    },
  });
  const ref: ActorRef<number, string> = system.spawn('counter', counter, {
    mailbox: { capacity: 10, overflow: 'drop-oldest' },
    supervision: { otherwise: 'restart', limit: { restarts: 3, windowMs: 1000 } },
  });
  const text: string = await ref.ask(5);
  void [text, ref.tell(1)];
  // @ts-expect-error a message of another type
  ref.tell('1');
  // @ts-expect-error a reply of another type
  const number: number = await ref.ask(5);
  void number;
  // @ts-expect-error no such priority
  ref.tell(1, { priority: 'high' });
  // @ts-expect-error what a peer calls urgent is a priority of an actor
  ref.tell(1, { urgent: true });
  // @ts-expect-error it takes numbers only
  const wider: ActorRef<number | string, string> = ref;
  const narrower: ActorRef<5, unknown> = ref;
  void [wider, narrower];
  // @ts-expect-error nothing is known of what it takes
  watched.tell('hello');
  // @ts-expect-error the state is a number
  behaviour({ initial: () => 0, receive: (count: number, step: number) => `${count + step}` });
  // @ts-expect-error no such directive
  system.spawn(counter, { supervision: 'retry' });
  // @ts-expect-error no such overflow
  system.spawn(counter, { mailbox: { overflow: 'drop' } });
  // @ts-expect-error the name comes first
  system.spawn(counter, 'counter');
}

export async function actorsOfContracts(): Promise<void> {
  const system = createActorSystem('lab');
  const stage = fromContracts(() => ({ volts: 0 })).on(Ramp, (state, { volts }, context) => {
    context.reply(`from ${state.volts}`);
    // @ts-expect-error the contract says what is replied
    context.reply(state.volts);
    return { volts };
  });
  const ref = system.spawn('stage', stage);
  const answer: string = await ref.ask({ action: 'Ramp', value: { volts: 1, amps: 2 } });
  void answer;
  // @ts-expect-error the contract says what it takes
  ref.tell({ action: 'Ramp', value: 5 });
  // @ts-expect-error it takes the action as well
  ref.tell({ volts: 1, amps: 2 });
  // @ts-expect-error the next state is of the same type
  fromContracts(() => ({ volts: 0 })).on(Ramp, ({ volts }) => volts);
  // @ts-expect-error the operator says what it replies
  fromOperator<number, string>((delivery$) => delivery$.pipe(map(({ ack, value }) => ack(value))));
}

export async function testing(file: string, app: App): Promise<void> {
  const recording: Recording = readRecording(file);
  const { verdict } = await replayRecording(recording, { handlers: (under) => void handling(under) });
  const passed: boolean = verdict.passed;
  const conversation: Conversation = recording;
  const test = await createTestApp({ handlers: handling });
  const probe = createTestProbe<number, string>(createActorSystem('lab'), { answer: String });
  probe.ref.tell(5);
  await probe.expectMessage(5);
  await virtualTime().advance(1000);
  void [passed, conversation, test.peer];
  // @ts-expect-error a recording is read first
  void replayRecording(file, { handlers: handling });
  // @ts-expect-error it needs the handlers that are replayed into
  void replayRecording(recording, {});
  // @ts-expect-error an app is made of a configuration
  void createTestApp({ config: app });
  // @ts-expect-error it expects messages of the probe's type
  void probe.expectMessage('5');
}
