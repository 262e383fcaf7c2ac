import { silentLogger } from '../../src/runtime/Logger';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  circuitBreaker,
  createActorSystem,
  createApp,
  inspectOutbox,
  loadConfig,
  parseConfig,
  retrySend,
  sendTo,
  type ActorSystem,
  type AnyActorRef,
  type App,
  type ClientConfig,
  type HostConfig,
  type Peer,
} from 'rxcomet';
import {
  RecordingWriter,
  compareRecordings,
  createMemoryTransport,
  createStandIn,
  createTap,
  cutRecording,
  describeRecording,
  mergeRecordings,
  createHandlerStandIn,
  createTestApp,
  createTestProbe,
  driveHost,
  readRecording,
  record,
  replayRecording,
  replayToHost,
  toMatchRecording,
  updateRecording,
  virtualTime,
  type RecordedEvent,
} from 'rxcomet/testing';
import type { Observable } from 'rxjs';

/** What may be wrong while something is awaited. */
export type Condition = 'handler hangs' | 'peer silent' | 'peer gone' | 'app stopped';

/** What a case works with; all of it is stopped after it. */
export interface Surroundings {
  /** A host, reached by `peer`, where `Hang` never answers and `Ticks` never ends. */
  readonly app: App;
  readonly peer: Peer;
  /** A peer that takes connections and bytes and says nothing. */
  readonly silent: Peer;
  /** A peer that nobody listens for. */
  readonly gone: Peer;
  /** The app of the three. */
  readonly clients: App;
  readonly system: ActorSystem;
  /** An actor of `system` that handles its first message for ever. */
  readonly hung: AnyActorRef & ReturnType<ActorSystem['spawn']>;
  readonly folder: string;
}

/** Begins something and gives what has to end. */
export type Begin = (around: Surroundings) => PromiseLike<unknown>;

/** By condition; a text says why the condition does not concern it. */
export type AwaitedCase = Readonly<Record<Condition, Begin | string>>;

/** Every time of the cases, milliseconds: so long each of them may take, more or less. */
export const SHORT_MS = 50;

const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const address = (port: number): { readonly IP: string; readonly Port: number } => ({
  IP: '127.0.0.1',
  Port: port,
});
const hang = (): Promise<never> => new Promise(() => undefined);
const stopNow = { graceMs: SHORT_MS };
const PORTS = { host: 7000, silent: 7001, gone: 7002 };

/** Ends when the stream does, however that is. */
const endOf = (stream$: Observable<unknown>): Promise<void> =>
  new Promise((resolve) => stream$.subscribe({ complete: resolve, error: () => resolve() }));

/** Makes the surroundings of one case, without a socket. */
export async function createSurroundings(): Promise<Surroundings & { stop(): Promise<void> }> {
  const transport = createMemoryTransport();
  const limits = { Handler_timeout_ms: 4 * SHORT_MS, Abort_grace_ms: SHORT_MS };
  const Host = { ...address(PORTS.host), Limits: limits };
  const app = createApp(parseConfig({ Socket_connection: { Host } }), { transport, logger });
  app.handle('Hang', hang);
  app.handle('Echo', (value) => value);
  app.handle('Ticks', async function* () {
    for (let n = 0; ; n += 1) yield await Promise.resolve(n);
  });
  await app.start();
  const ignore = (): void => undefined;
  await transport.listen(
    hostAt(PORTS.silent),
    (link) => link.open({ data: ignore, end: ignore, drain: ignore, close: ignore }),
    ignore,
  );
  const folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-ends-'));
  const options = { Ack_timeout_ms: SHORT_MS, Queue: { Capacity: 4 } };
  const Client = {
    Host: { ...address(PORTS.host), ...options },
    Silent: { ...address(PORTS.silent), ...options, Outbox: { Path: path.join(folder, 'outbox') } },
    Gone: { ...address(PORTS.gone), ...options },
  };
  const clients = createApp(parseConfig({ Socket_connection: { Client } }), { transport, logger });
  const system = createActorSystem('lab');
  return {
    app,
    peer: clients.peer('Host'),
    silent: clients.peer('Silent'),
    gone: clients.peer('Gone'),
    clients,
    system,
    hung: system.spawn('hung', hang, { mailbox: { capacity: 1 } }),
    folder,
    async stop() {
      await Promise.all([
        app.stop({ graceMs: 0 }),
        clients.stop({ graceMs: 0 }),
        system.stop({ graceMs: 0 }),
      ]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function hostAt(port: number): HostConfig {
  const [host] = parseConfig({ Socket_connection: { Host: address(port) } }).hosts;
  if (host === undefined) throw new Error('no host');
  return host;
}

function clientAt(port: number): ClientConfig {
  const [client] = parseConfig({ Socket_connection: { Client: { Host: address(port) } } }).clients;
  if (client === undefined) throw new Error('no client');
  return client;
}

/** One message that was answered. */
const recorded = (action: string): readonly RecordedEvent[] => [
  { at: 0, link: 1, side: 'host', dialect: 'native', kind: 'message', id: 1, action, text: '1' },
  { at: 1, link: 1, side: 'host', dialect: 'native', kind: 'ack', id: 1, text: '1' },
];

const noHandler = 'calls no handler';
const noPeer = 'talks to no peer';
const noApp = 'belongs to no app';

/** What an app's peer gives: the same question to three peers, and to one whose app has stopped. */
function ofPeer(ask: (peer: Peer, action: string) => PromiseLike<unknown>): AwaitedCase {
  return {
    'handler hangs': ({ peer }) => ask(peer, 'Hang'),
    'peer silent': ({ silent }) => ask(silent, 'Echo'),
    'peer gone': ({ gone }) => ask(gone, 'Echo'),
    'app stopped': async ({ clients, peer }) => {
      await clients.stop(stopNow);
      return ask(peer, 'Echo');
    },
  };
}

/** A stream that ends with its app, whatever is under way then. */
function ofApp(stream$: (around: Surroundings) => Observable<unknown>): AwaitedCase {
  const stopWith =
    (busy: (around: Surroundings) => void): Begin =>
    async (around) => {
      const ended = endOf(stream$(around));
      busy(around);
      await Promise.resolve();
      await Promise.all([
        around.app.stop(stopNow),
        around.clients.stop(stopNow),
        around.system.stop(stopNow),
      ]);
      return ended;
    };
  return {
    'handler hangs': stopWith(({ peer, hung }) => {
      peer.tell('Hang');
      hung.tell(1 as never);
    }),
    'peer silent': stopWith(({ silent }) => void silent.tell('Echo')),
    'peer gone': stopWith(({ gone }) => void gone.tell('Echo')),
    'app stopped': stopWith(() => undefined),
  };
}

/** Work on files or in memory, which waits for nobody. */
function alone(begin: Begin): AwaitedCase {
  return { 'handler hangs': noHandler, 'peer silent': noPeer, 'peer gone': noPeer, 'app stopped': begin };
}

/** An actor of this process, and the same question to one behind a socket. */
function ofActor(
  ask: (ref: AnyActorRef & ReturnType<ActorSystem['spawn']>) => PromiseLike<unknown>,
): AwaitedCase {
  const remote =
    (name: string): Begin =>
    ({ clients }) =>
      ask(clients.actors.remote(name, 'Hang'));
  return {
    'handler hangs': async ({ hung }) => {
      hung.tell(1 as never);
      await Promise.resolve();
      hung.tell(2 as never);
      return ask(hung);
    },
    'peer silent': remote('Silent'),
    'peer gone': remote('Gone'),
    'app stopped': async ({ hung, system }) => {
      await system.stop(stopNow);
      return ask(hung);
    },
  };
}

/** A message that an outbox holds, and the outbox as tools see it. */
const inspected =
  (use: (outbox: Awaited<ReturnType<typeof inspectOutbox>>) => PromiseLike<unknown>): Begin =>
  async ({ clients, silent, folder }) => {
    await clients.start();
    silent.tell('Echo');
    await silent.persisted();
    await clients.stop({ graceMs: 0 });
    const outbox = await inspectOutbox(path.join(folder, 'outbox'));
    try {
      return await use(outbox);
    } finally {
      await outbox.close();
    }
  };

const all = async (values: AsyncIterable<unknown>): Promise<void> => {
  for await (const value of values) void value;
};

/** A recording on disk. */
const written = async ({ folder }: Surroundings): Promise<string> => {
  const file = path.join(folder, 'session.ndjson');
  const writer = new RecordingWriter(file);
  for (const event of recorded('Echo')) writer.write(event);
  await writer.close();
  return file;
};

const answerMs = SHORT_MS;
const hangHandler = (app: App): void => void app.handle('Hang', hang);
const replayHang: Begin = () => replayRecording(recorded('Hang'), { handlers: hangHandler, answerMs });

/** A host of the replays, reached through memory. */
const network = async (): Promise<ReturnType<typeof createMemoryTransport>> => {
  const transport = createMemoryTransport();
  const ignore = (): void => undefined;
  await transport.listen(
    hostAt(PORTS.silent),
    (link) => link.open({ data: ignore, end: ignore, drain: ignore, close: ignore }),
    ignore,
  );
  return transport;
};

const drive =
  (port: number): Begin =>
  async () => {
    const transport = await network();
    return driveHost(recorded('Echo'), {
      connect: () => transport.connect(clientAt(port), new AbortController().signal),
      isNative: () => true,
      clock: createActorSystem('clock').clock,
      speed: 'max',
      answerMs,
      sink: { elapsedMs: 0, write: () => undefined },
      onEvent: () => undefined,
    }).done;
  };
const toHost =
  (port: number): Begin =>
  async () =>
    replayToHost(recorded('Echo'), { to: clientAt(port), transport: await network(), answerMs });

const testApp = async (end: (test: Awaited<ReturnType<typeof createTestApp>>) => PromiseLike<unknown>) => {
  const test = await createTestApp({ handlers: hangHandler });
  test.peer.tell('Hang');
  try {
    return await end(test);
  } finally {
    await test.stop();
  }
};

/** A stand-in of handlers, one of which is at work for ever. */
const handlerStandIn = async (
  end: (standIn: Awaited<ReturnType<typeof createHandlerStandIn>>) => PromiseLike<unknown>,
) => {
  const transport = await network();
  const standIn = await createHandlerStandIn({ transport, handlers: hangHandler });
  const Peer = { IP: standIn.ip, Port: standIn.port };
  const app = createApp(parseConfig({ Socket_connection: { Client: { Peer } } }), {
    transport,
    logger: silentLogger,
  });
  app.peer('Peer').tell('Hang');
  try {
    return await end(standIn);
  } finally {
    await standIn.close();
    await app.stop({ graceMs: 0 });
  }
};

const probe = (
  wait: (probe: ReturnType<typeof createTestProbe>, around: Surroundings) => PromiseLike<unknown>,
): AwaitedCase => ({
  'handler hangs': (around) => {
    around.hung.tell(1 as never);
    return wait(createTestProbe(around.system, { withinMs: SHORT_MS }), around);
  },
  'peer silent': noPeer,
  'peer gone': noPeer,
  'app stopped': (around) => {
    const made = createTestProbe(around.system, { withinMs: SHORT_MS });
    void around.system.stop(stopNow);
    return wait(made, around);
  },
});

const virtual =
  (wait: (time: ReturnType<typeof virtualTime>) => PromiseLike<unknown>): Begin =>
  async () => {
    const time = virtualTime();
    try {
      return await wait(time);
    } finally {
      time.uninstall();
    }
  };

/** By the name of what is awaited, as the published declarations have it. */
export const awaitedCases: Readonly<Record<string, AwaitedCase>> = {
  'App.start': {
    'handler hangs': noHandler,
    'peer silent': ({ clients }) => clients.start(),
    'peer gone': ({ clients }) => clients.start(),
    'app stopped': async ({ clients }) => {
      await clients.stop(stopNow);
      return clients.start();
    },
  },
  'App.stop': {
    'handler hangs': ({ app, peer }) => {
      peer.tell('Hang');
      return app.stop(stopNow);
    },
    'peer silent': ({ clients, silent }) => {
      silent.tell('Echo', 1, { urgent: true });
      silent.ask('Echo').catch(() => undefined);
      return clients.stop(stopNow);
    },
    'peer gone': ({ clients, gone }) => {
      gone.tell('Echo');
      return clients.stop(stopNow);
    },
    'app stopped': async ({ app }) => {
      await app.stop(stopNow);
      return app.stop();
    },
  },
  'App.reloadCertificates': alone(({ app }) => app.reloadCertificates()),
  'App.messages$': ofApp(({ app }) => app.messages$),
  'App.failures$': ofApp(({ clients }) => clients.failures$),
  'App.connections$': ofApp(({ clients }) => clients.connections$),
  'App.stats$': ofApp(({ app }) => app.stats$),
  'Peer.ask': ofPeer((peer, action) => peer.ask(action)),
  'Peer.send': ofPeer((peer, action) => endOf(peer.send(action))),
  'Peer.drained': {
    'handler hangs': async ({ peer }) => {
      await peer.ask('Echo');
      for (let n = 0; n < 300; n += 1) peer.tell('Hang');
      return peer.drained();
    },
    'peer silent': ({ clients, silent }) => {
      for (let n = 0; n < 10; n += 1) silent.tell('Echo', n, { urgent: true });
      void clients.stop(stopNow);
      return silent.drained();
    },
    'peer gone': ({ clients, gone }) => {
      for (let n = 0; n < 10; n += 1) gone.tell('Echo');
      void clients.stop(stopNow);
      return gone.drained();
    },
    'app stopped': async ({ clients, gone }) => {
      await clients.stop(stopNow);
      for (let n = 0; n < 10; n += 1) gone.tell('Echo');
      return gone.drained();
    },
  },
  'Peer.persisted': {
    'handler hangs': noHandler,
    'peer silent': async ({ clients, silent }) => {
      await clients.start();
      silent.tell('Echo');
      return silent.persisted();
    },
    'peer gone': 'waits for the disk only, see peer silent',
    'app stopped': async ({ clients, silent }) => {
      await clients.start();
      await clients.stop(stopNow);
      silent.tell('Echo');
      return silent.persisted();
    },
  },
  'Peer.state$': ofApp(({ gone }) => gone.state$),
  'Peer.outbox$': ofApp(({ silent }) => silent.outbox$),
  CircuitBreaker: ofPeer((peer, action) => endOf(peer.send(action).pipe(circuitBreaker()))),
  retrySend: ofPeer((peer, action) =>
    endOf(peer.send(action).pipe(retrySend({ tries: 2, minDelayMs: SHORT_MS }))),
  ),
  SendTo: ofPeer((peer, action) => endOf(sendTo(peer, action)([1, 2, 3]))),
  'ActorRef.ask': ofActor((ref) => ref.ask(1 as never, { timeoutMs: SHORT_MS })),
  'ActorRef.send': ofActor((ref) => endOf(ref.send(1 as never, { timeoutMs: SHORT_MS }))),
  'ActorRef.offer': ofActor((ref) => ref.offer(1 as never, { waitMs: SHORT_MS })),
  'ActorRef.terminated$': {
    'handler hangs': async ({ system, hung }) => {
      hung.tell(1 as never);
      await Promise.resolve();
      void system.stop(stopNow);
      return endOf(hung.terminated$);
    },
    'peer silent': ({ clients }) => {
      const ended = endOf(clients.actors.remote('Silent', 'Echo').terminated$);
      void clients.stop(stopNow);
      return ended;
    },
    'peer gone': ({ clients }) => {
      const ended = endOf(clients.actors.remote('Gone', 'Echo').terminated$);
      void clients.stop(stopNow);
      return ended;
    },
    'app stopped': async ({ system, hung }) => {
      await system.stop(stopNow);
      return endOf(hung.terminated$);
    },
  },
  'ActorSystem.stop': {
    'handler hangs': async ({ system, hung }) => {
      hung.tell(1 as never);
      await Promise.resolve();
      return system.stop(stopNow);
    },
    'peer silent': noPeer,
    'peer gone': noPeer,
    'app stopped': async ({ system }) => {
      await system.stop(stopNow);
      return system.stop();
    },
  },
  'ActorSystem.stopActor': {
    'handler hangs': async ({ system, hung }) => {
      hung.tell(1 as never);
      await Promise.resolve();
      return system.stopActor(hung, stopNow);
    },
    'peer silent': ({ clients, system }) =>
      system.stopActor(clients.actors.remote('Silent', 'Echo'), stopNow),
    'peer gone': ({ clients, system }) => system.stopActor(clients.actors.remote('Gone', 'Echo'), stopNow),
    'app stopped': async ({ system, hung }) => {
      await system.stop(stopNow);
      return system.stopActor(hung);
    },
  },
  'ActorSystem.events$': ofApp(({ system }) => system.events$),
  'ActorSystem.deadLetters$': ofApp(({ system }) => system.deadLetters$),
  'ActorSystem.tree$': ofApp(({ system }) => system.tree$),
  loadConfig: alone(({ folder }) => loadConfig(path.join(folder, 'none.yml'))),
  inspectOutbox: alone(inspected(() => Promise.resolve())),
  'OutboxInspector.close': alone(inspected(() => Promise.resolve())),
  'OutboxInspector.waiting': alone(inspected((outbox) => all(outbox.waiting()))),
  'OutboxInspector.deadLetters': alone(inspected((outbox) => all(outbox.deadLetters()))),
  'OutboxInspector.retry': alone(inspected((outbox) => outbox.retry())),
  'OutboxInspector.drop': alone(inspected((outbox) => outbox.drop())),

  'AppRecording.finished': {
    'handler hangs': async ({ folder }) => {
      const transport = createMemoryTransport();
      const app = createApp(parseConfig({ Socket_connection: { Host: address(PORTS.host) } }), {
        transport,
        logger,
      });
      hangHandler(app);
      const { finished } = record(app, path.join(folder, 'app.ndjson'));
      await app.start();
      const link = await transport.connect(clientAt(PORTS.host), new AbortController().signal);
      const ignore = (): void => undefined;
      link.open({ data: ignore, end: ignore, drain: ignore, close: ignore });
      void app.stop(stopNow);
      return finished;
    },
    'peer silent': 'as handler hangs, whose peer says nothing',
    'peer gone': noPeer,
    'app stopped': ({ folder }) => {
      const config = parseConfig({ Socket_connection: { Client: { Gone: address(PORTS.gone) } } });
      const app = createApp(config, { transport: createMemoryTransport(), logger });
      const { finished } = record(app, path.join(folder, 'app.ndjson'));
      void app.stop(stopNow);
      return finished;
    },
  },
  'HostDrive.done': {
    'handler hangs': drive(PORTS.silent),
    'peer silent': drive(PORTS.silent),
    'peer gone': drive(PORTS.gone),
    'app stopped': noApp,
  },
  replayRecording: {
    'handler hangs': replayHang,
    'peer silent': noPeer,
    'peer gone': noPeer,
    'app stopped': noApp,
  },
  replayToHost: {
    'handler hangs': toHost(PORTS.silent),
    'peer silent': toHost(PORTS.silent),
    'peer gone': toHost(PORTS.gone),
    'app stopped': noApp,
  },
  compareRecordings: alone(() => compareRecordings(recorded('Echo'), recorded('Echo'))),
  toMatchRecording: alone(async (around) => toMatchRecording(await written(around), await written(around))),
  updateRecording: alone(async (around) => updateRecording(await written(around), recorded('Echo'))),
  cutRecording: alone(async (around) =>
    cutRecording(await written(around), path.join(around.folder, 'cut.ndjson')),
  ),
  describeRecording: alone(async (around) => describeRecording(await written(around))),
  mergeRecordings: alone(async (around) =>
    mergeRecordings([await written(around)], path.join(around.folder, 'merged.ndjson')),
  ),
  Recording: alone(async (around) => all(readRecording(await written(around)))),
  'Recording.header': alone(async (around) => readRecording(await written(around)).header()),
  'RecordingWriter.close': alone(written),
  createStandIn: alone(async () => {
    const standIn = await createStandIn(recorded('Echo'), {
      listen: hostAt(PORTS.host),
      transport: await network(),
    });
    return standIn.close();
  }),
  'StandIn.close': {
    'handler hangs': noHandler,
    'peer silent': async () => {
      const transport = await network();
      const standIn = await createStandIn(recorded('Echo'), { listen: hostAt(PORTS.host), transport });
      await transport.connect(clientAt(PORTS.host), new AbortController().signal);
      return standIn.close();
    },
    'peer gone': noPeer,
    'app stopped': noApp,
  },
  createTap: alone(async () => {
    const writer = { elapsedMs: 0, write: (): void => undefined };
    const options = {
      listen: hostAt(PORTS.host),
      to: clientAt(PORTS.gone),
      writer,
      transport: await network(),
    };
    return (await createTap(options)).close();
  }),
  'Tap.close': {
    'handler hangs': noHandler,
    'peer silent': async () => {
      const writer = { elapsedMs: 0, write: (): void => undefined };
      const transport = await network();
      const tap = await createTap({
        listen: hostAt(PORTS.host),
        to: clientAt(PORTS.silent),
        writer,
        transport,
      });
      await transport.connect(clientAt(PORTS.host), new AbortController().signal);
      return tap.close();
    },
    'peer gone': async () => {
      const writer = { elapsedMs: 0, write: (): void => undefined };
      const transport = await network();
      const tap = await createTap({
        listen: hostAt(PORTS.host),
        to: clientAt(PORTS.gone),
        writer,
        transport,
      });
      await transport.connect(clientAt(PORTS.host), new AbortController().signal);
      return tap.close();
    },
    'app stopped': noApp,
  },
  createHandlerStandIn: alone(() => handlerStandIn(() => Promise.resolve())),
  'HandlerStandIn.close': {
    ...alone(() => handlerStandIn((standIn) => standIn.close())),
    'handler hangs': () => handlerStandIn((standIn) => standIn.close()),
  },
  createTestApp: {
    ...alone(() => testApp(() => Promise.resolve())),
    'handler hangs': () => testApp(({ peer }) => peer.ask('Hang', 1, { timeoutMs: SHORT_MS })),
  },
  'TestApp.stop': {
    ...alone(() => testApp((test) => test.stop())),
    'handler hangs': () => testApp((test) => test.stop()),
  },
  'TestProbe.receiveMessage': probe((made) => made.receiveMessage()),
  'TestProbe.expectMessage': probe((made) => made.expectMessage(1)),
  'TestProbe.expectNoMessage': probe((made) => made.expectNoMessage(SHORT_MS)),
  'TestProbe.expectTerminated': probe((made, { hung }) => made.expectTerminated(hung)),
  'Transport.connect': {
    'handler hangs': noHandler,
    'peer silent': async () =>
      (await network()).connect(clientAt(PORTS.silent), new AbortController().signal),
    'peer gone': async () => (await network()).connect(clientAt(PORTS.gone), new AbortController().signal),
    'app stopped': noApp,
  },
  'Transport.listen': alone(async () =>
    (await network()).listen(
      hostAt(PORTS.host),
      () => undefined,
      () => undefined,
    ),
  ),
  'Listener.close': alone(async () => {
    const listener = await (
      await network()
    ).listen(
      hostAt(PORTS.host),
      () => undefined,
      () => undefined,
    );
    return listener.close();
  }),
};

/** Cases that cannot share a process with fake timers. */
export const withoutFakeTimers: Readonly<Record<string, AwaitedCase>> = {
  'VirtualTime.advance': alone(virtual((time) => time.advance(1000))),
  'VirtualTime.until': {
    ...alone(virtual((time) => time.until(Promise.resolve(), 'nothing'))),
    'handler hangs': virtual((time) => time.until(hang(), 'nothing')),
  },
};

/** What is awaited and has no case, with the reason. */
export const withoutCase: Readonly<Record<string, string>> = {
  acknowledge: 'an operator: it ends with its source',
  'ActorContext.pipeToSelf': 'what the user gives',
  'App.handleStream': 'what the user gives',
  'AppRecording.stop': 'gives AppRecording.finished, which has a case',
  'Behaviour.initial': 'what the user gives',
  'CircuitBreaker.state$': 'a state: it has no end, and nothing is under way for it',
  fromOperator: 'what the user gives',
  'Listener.reloadCertificates': 'as App.reloadCertificates, which calls it',
  NextState: 'what the user gives',
  'TestMessage.answer': 'what the handler under test gives',
};
