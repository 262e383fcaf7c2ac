import { configShape, handlersShape } from './handlerShapes';
import { compareOptionsOf, compareShapes } from './verdict/optionShapes';
import { type Shape, checkArgument, checkOptions, oneOf, shapes } from '../runtime/checkArguments';
import type { CometConfig } from '../config/types/CometConfig';
import { parseConfig } from '../config/parseConfig';
import type { App } from '../app/App';
import { createApp } from '../app/createApp';
import { ReplayStuck } from '../errors/recordings';
import { BadOption } from '../errors/setUp';
import { type Clock, systemClock, withLongTimers } from '../runtime/Clock';
import { type Logger, silentLogger } from '../runtime/Logger';
import type { Transport } from '../streams/transport/Transport';
import type { CompareOptions } from './verdict/CompareOptions';
import { createMemoryLinkPair } from '../streams/transport/memory/createMemoryLinkPair';
import { createMemoryTransport } from '../streams/transport/memory/createMemoryTransport';
import { driveHost, type HostDrive } from './drive/driveHost';
import type { EventSink } from '../recording/capture/EventSink';
import { ExpectedFailures } from './ExpectedFailures';
import { LinkSet, type Replay, ReplaySink, checkSpeed } from './Replay';
import { loadAnswers, type SideAnswers } from './standIn/loadAnswers';
import { RecordedAnswers } from './standIn/RecordedAnswers';
import type { RecordedEvent } from '../recording/RecordedEvent';
import { recordTransport, recordedSide } from '../recording/capture/recordTransport';
import { type RulesOption, withRules } from './rules/loadRules';
import { withoutMinimum } from './verdict/ComparisonRules';
import { isCut, withHeader } from './verdict/recordingFacts';
import { RecordingComparison } from './verdict/RecordingComparison';
import { StandInConnection } from './standIn/StandInConnection';
import { requireRealTimers, type VirtualTime, virtualTime } from './virtualTime';

/** How a recording is replayed into handlers. */
export interface ReplayOptions extends CompareOptions, RulesOption {
  /** Adds the handlers under test. */
  readonly handlers: (app: App) => void | Promise<void>;
  /** Default: one host, and a client for each that the recording knows. */
  readonly config?: CometConfig;
  /**
   * 1 (default in virtual time): as recorded; 10: ten times as fast; `max` (else the default): without
   * pauses. What came after an answer waits for it at any speed.
   */
  readonly speed?: number | 'max';
  /**
   * `virtual`: recorded hours pass in moments; the program has its real time back when the replay is over,
   * also when it failed. Or a `virtualTime()` of the caller's, which stays installed.
   */
  readonly time?: 'virtual' | VirtualTime;
  /** Without `time`; default the machine's. */
  readonly clock?: Clock;
  /** How the app's sends are answered: strict (default), or lenient, which answers again what is used up. */
  readonly mode?: 'strict' | 'lenient';
  /** How much later than recorded an answer may come, milliseconds; default 60000. */
  readonly answerMs?: number;
  /**
   * At the end: how long the app is to do nothing, so that what handlers send after their answers is found;
   * default 30.
   */
  readonly quietMs?: number;
  /** Keeps what happened in `events`; default true. False for recordings that are larger than memory. */
  readonly keepEvents?: boolean;
  /** Warned of failures that the recording does not hold. Default: says nothing. */
  readonly logger?: Logger;
  /** Told of each recorded event as it is replayed, for progress. */
  readonly onEvent?: (event: RecordedEvent) => void;
}

const optionShapes = {
  ...compareShapes,
  rules: shapes.rules,
  handlers: handlersShape,
  config: configShape,
  speed: shapes.speed,
  time: {
    expected: "'virtual' or a virtualTime()",
    fits: (value) => value === 'virtual' || (shapes.object.fits(value) && 'clock' in (value as object)),
  },
  clock: shapes.clock,
  mode: oneOf('strict', 'lenient'),
  answerMs: shapes.amount,
  quietMs: shapes.amount,
  keepEvents: shapes.flag,
  logger: shapes.logger,
  onEvent: shapes.callback,
} satisfies Readonly<Record<keyof ReplayOptions, Shape>>;

/**
 * Replays a recording into handlers, in process and without a socket: what peers sent to the host goes
 * through the handlers again, what the app sends is answered from the recording, so nothing real moves; a
 * send that is not in it fails with ERR_NOT_RECORDED (as the peer's code). The verdict tells what the
 * handlers acknowledged or sent otherwise than recorded. Legacy peers that sent several requests on one
 * connection do so again.
 *
 * The recording is read twice, streamed. Of each send of the app some 70 bytes are held in memory, its
 * contents partly in a temporary file (see `RecordedAnswers`); with `keepEvents: false` nothing else grows
 * with the recording.
 *
 * @throws BadRecording (ERR_BAD_RECORDING), ConfigError (ERR_CONFIG) for a rules file, BadOption
 * (ERR_BAD_OPTION), also under fake timers of a test runner, ReplayStuck (ERR_REPLAY_STUCK) when the option
 * handlers does not end, or in virtual time anything does not, naming what waits.
 * @example
 * const replay = await replayRecording(readRecording('session.ndjson'), { handlers: (app) => app.handle('Move', move) });
 * console.log(formatVerdict(replay.verdict));
 */
export async function replayRecording(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  given: ReplayOptions,
): Promise<Replay> {
  checkArgument('replayRecording: the recording', recording, shapes.events);
  checkOptions('replayRecording', given, optionShapes, ['handlers']);
  const options = withHeader(withRules(given, recording), recording);
  const { time } = options;
  const rules = compareOptionsOf(given);
  if (time !== 'virtual') return { ...(await replay(recording, options, time)), rules };
  const virtual = virtualTime();
  try {
    return { ...(await replay(recording, options, virtual)), rules };
  } finally {
    virtual.uninstall();
  }
}

async function replay(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  options: ReplayOptions,
  time: VirtualTime | undefined,
): Promise<Omit<Replay, 'rules'>> {
  const { speed = time === undefined ? 'max' : 1, answerMs = 60_000 } = options;
  checkSpeed(speed);
  if (time === undefined) requireRealTimers('replayRecording');
  else if (typeof time !== 'object')
    throw new BadOption(`time: expected 'virtual' or a virtualTime(), got ${String(time)}`);
  const clock = withLongTimers(time?.clock ?? options.clock ?? systemClock);
  const comparison = new RecordingComparison(options, speed !== 'max');
  const native = new LinkSet();
  const legacy = new LegacyConversations();
  const expectedFailures = new ExpectedFailures();
  let lastLink = 0;
  const sides = new Map(
    await loadAnswers(
      recording,
      withoutMinimum(options),
      (side) => side !== 'host',
      (event) => {
        lastLink = Math.max(lastLink, event.link);
        if (event.dialect === 'native') native.add(event.link);
        legacy.add(event);
        expectedFailures.add(event);
      },
    ),
  );
  let drive: HostDrive | undefined;
  const sink = new ReplaySink(comparison, clock, options.keepEvents === false ? 'nothing' : 'events', () =>
    drive?.sent(),
  );
  const network = createMemoryTransport();
  const given = options.config ?? configOf(sides.keys(), lastLink);
  const config = legacy.found ? keepingLegacy(given) : given;
  const [host] = config.hosts;
  const { logger = silentLogger } = options;
  const app = createApp(config, {
    transport: appTransport(network, sides, sink, lastLink, { ...options, speed }, clock),
    clock,
    logger,
  });
  app.failures$.subscribe((failure) => expectedFailures.tell(failure, logger));
  const run = async (): Promise<void> => {
    const setUp = Promise.resolve(options.handlers(app));
    // A module that is being loaded waits outside virtual time, where a timer of ours would run out at once;
    // `until` has its own limit.
    await (time === undefined ? withinSetUp(setUp, clock, answerMs) : setUp);
    await app.start();
    drive = driveHost(endTold(recording, comparison), {
      connect: () => connectTo(app, network, host === undefined),
      isNative: (link) => native.has(link),
      token: host?.token,
      clock,
      speed,
      answerMs,
      sink,
      onEvent: (event) => {
        comparison.expected(event);
        options.onEvent?.(event);
      },
      lacksSends: () => comparison.lacksSends,
      onUnanswered: (message) => comparison.unanswered(message),
      onGivenUp: (silent) => comparison.givenUp(silent),
    });
    await drive.done;
    // Without clients nothing can be sent.
    if (config.clients.length > 0) await sink.quiet(options.quietMs ?? 30);
  };
  const what = (): string => {
    if (drive === undefined) return 'the option handlers';
    const waiting = drive.pending();
    return waiting.length === 0 ? 'the replay' : `the handler of ${waiting.slice(0, 10).join(', of ')}`;
  };
  const within = <T>(promise: Promise<T>, name: string | (() => string)): Promise<T> =>
    time === undefined ? promise : time.until(promise, name);
  try {
    try {
      await within(run(), what);
    } finally {
      drive?.abort();
      await within(app.stop(), 'app.stop()');
    }
    sink.check();
    if (isCut(recording)) comparison.cutShort();
    return {
      verdict: comparison.finish(),
      events: sink.events,
      clients: new Map([...sides].map(([side, { answers }]) => [side, answers.report()])),
    };
  } finally {
    comparison.close();
    for (const { answers } of sides.values()) answers.close();
  }
}

/** The recording, whose end the comparison is told. */
async function* endTold(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  comparison: RecordingComparison,
): AsyncGenerator<RecordedEvent, void, undefined> {
  yield* recording;
  comparison.recordingEnded();
}

/** Waits for the set-up of handlers, not for ever. */
async function withinSetUp(setUp: Promise<void>, clock: Clock, limitMs: number): Promise<void> {
  let timer: unknown;
  const late = new Promise<never>((_resolve, reject) => {
    const stuck = new ReplayStuck(`the option handlers did not end within ${limitMs} ms`);
    timer = clock.setTimeout(() => reject(stuck), limitMs, { ref: true });
  });
  try {
    await Promise.race([setUp, late]);
  } finally {
    clock.clearTimeout(timer);
  }
}

/** Finds out whether a legacy peer sent more than one request on a connection. */
class LegacyConversations {
  found = false;
  readonly #asked = new LinkSet();

  add({ kind, side, dialect, link }: RecordedEvent): void {
    if (kind !== 'message' || side !== 'host' || dialect === 'native') return;
    // That of its first request is not known yet.
    if (dialect === 'comet' || this.#asked.has(link)) this.found = true;
    this.#asked.add(link);
  }
}

/** Hosts that wait for the next request of a legacy peer, until it ends the connection. */
function keepingLegacy(config: CometConfig): CometConfig {
  const hosts = config.hosts.map((host) => ({ ...host, limits: { ...host.limits, keepAliveMs: Infinity } }));
  return { ...config, hosts };
}

/** Hosts listen in memory; what clients open is answered from the recording. */
function appTransport(
  network: Transport,
  sides: Map<string, SideAnswers>,
  sink: EventSink,
  lastLink: number,
  options: ReplayOptions & { readonly speed: number | 'max' },
  clock: Clock,
): Transport {
  const answered: Transport = {
    listen: (host, onLink, onError) => network.listen(host, onLink, onError),
    connect: (client) => {
      const side = recordedSide(client.name);
      let known = sides.get(side);
      if (known === undefined) {
        known = { answers: new RecordedAnswers(withoutMinimum(options)), native: false };
        sides.set(side, known);
      }
      const [near, far] = createMemoryLinkPair();
      const { answers, native } = known;
      new StandInConnection(far, { answers, native, speed: options.speed, clock }, () => undefined);
      return Promise.resolve(near);
    },
  };
  const recorded = recordTransport(sink, answered, lastLink);
  // The driver tells what the host said, under the recorded numbers.
  return { listen: answered.listen.bind(answered), connect: recorded.connect.bind(recorded) };
}

function connectTo(app: App, network: Transport, noHost: boolean): ReturnType<Transport['connect']> {
  if (noHost) {
    return Promise.reject(
      new BadOption('the recording drives a host, but the configuration has none: add Host'),
    );
  }
  const { ip, port } = app.address;
  const config = parseConfig({ Socket_connection: { Client: { Replay: { IP: ip, Port: port } } } });
  const [client] = config.clients;
  if (client === undefined) throw new BadOption('no client');
  return network.connect(client, new AbortController().signal);
}

/**
 * A host and the recorded clients; heartbeats are left out, they are no part of a recording. The host has
 * room for all connections, of which the recorded one may have allowed more than is usual.
 */
function configOf(sides: Iterable<string>, links: number): CometConfig {
  const clients: Record<string, object> = {};
  for (const side of sides) {
    const name = side.startsWith('client:') ? side.slice('client:'.length) : side;
    clients[name] = { IP: '127.0.0.1', Port: 1, Heartbeat_ms: 0 };
  }
  return parseConfig({
    Socket_connection: {
      Host: { IP: '127.0.0.1', Port: 0, Heartbeat_ms: 0, Limits: { Max_connections: Math.max(1024, links) } },
      ...(Object.keys(clients).length > 0 ? { Client: clients } : {}),
    },
  });
}
