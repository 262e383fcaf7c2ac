import type { CometConfig } from '../config/types/CometConfig';
import { parseConfig } from '../config/parseConfig';
import type { App } from '../app/App';
import { createApp } from '../app/createApp';
import { BadOption } from '../errors/setUp';
import { type Clock, systemClock } from '../runtime/Clock';
import { type Logger, silentLogger } from '../runtime/Logger';
import type { Transport } from '../streams/transport/Transport';
import type { CompareOptions } from './verdict/CompareOptions';
import { createMemoryLinkPair } from '../streams/transport/memory/createMemoryLinkPair';
import { createMemoryTransport } from '../streams/transport/memory/createMemoryTransport';
import { driveHost } from './drive/driveHost';
import type { EventSink } from '../recording/capture/EventSink';
import { LinkSet, type Replay, ReplaySink, checkSpeed } from './Replay';
import { loadAnswers, type SideAnswers } from './standIn/loadAnswers';
import { RecordedAnswers } from './standIn/RecordedAnswers';
import type { RecordedEvent } from '../recording/RecordedEvent';
import { recordTransport, recordedSide } from '../recording/capture/recordTransport';
import { RecordingComparison } from './verdict/RecordingComparison';
import { StandInConnection } from './standIn/StandInConnection';
import type { VirtualTime } from './virtualTime';

/** How a recording is replayed into handlers. */
export interface ReplayOptions extends CompareOptions {
  /** Adds the handlers under test. */
  readonly handlers: (app: App) => void | Promise<void>;
  /** Default: one host, and a client for each that the recording knows. */
  readonly config?: CometConfig;
  /** 1: as recorded; 10: ten times as fast; `max` (default): without waiting for anything but recorded answers. */
  readonly speed?: number | 'max';
  /** Replays in virtual time: recorded hours pass in moments. */
  readonly time?: VirtualTime;
  /** Without `time`; default the machine's. */
  readonly clock?: Clock;
  /** How the app's sends are answered: strict (default), or lenient, which answers again what is used up. */
  readonly mode?: 'strict' | 'lenient';
  /** How long one recorded answer is waited for; default 60000. */
  readonly answerMs?: number;
  /** Keeps what happened in `events`; default true. False for recordings that are larger than memory. */
  readonly keepEvents?: boolean;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Told of each recorded event as it is replayed, for progress. */
  readonly onEvent?: (event: RecordedEvent) => void;
}

/**
 * Replays a recording into handlers, in process and without a socket: what peers sent to the host goes through the handlers again, what the
 * app sends is answered from the recording, so nothing real moves; a send that is not in it fails with ERR_NOT_RECORDED (as the peer's
 * code). The verdict tells what the handlers acknowledged or sent otherwise than recorded.
 *
 * The recording is read twice, streamed. Of each send of the app some 70 bytes are held in memory, its contents partly in a temporary file
 * (see `RecordedAnswers`); with `keepEvents: false` nothing else grows with the recording.
 *
 * @throws BadRecording (ERR_BAD_RECORDING), BadOption (ERR_BAD_OPTION), ReplayStuck (ERR_REPLAY_STUCK) in virtual time, naming what waits.
 * @example
 * const replay = await replayRecording(readRecording('session.ndjson'), { handlers: (app) => app.handle('Move', move) });
 * console.log(formatVerdict(replay.verdict));
 */
export async function replayRecording(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  options: ReplayOptions,
): Promise<Replay> {
  const { time, speed = 'max' } = options;
  checkSpeed(speed);
  const clock = time?.clock ?? options.clock ?? systemClock;
  const comparison = new RecordingComparison(options);
  const native = new LinkSet();
  let lastLink = 0;
  const sides = new Map(
    await loadAnswers(
      recording,
      options,
      (side) => side !== 'host',
      (event) => {
        lastLink = Math.max(lastLink, event.link);
        if (event.dialect === 'native') native.add(event.link);
      },
    ),
  );
  const sink = new ReplaySink(comparison, clock, options.keepEvents !== false);
  const network = createMemoryTransport();
  const config = options.config ?? configOf(sides.keys());
  const [host] = config.hosts;
  const app = createApp(config, {
    transport: appTransport(network, sides, sink, lastLink, options, clock),
    clock,
    logger: options.logger ?? silentLogger,
  });
  let pending = (): readonly string[] => [];
  const run = async (): Promise<void> => {
    await options.handlers(app);
    await app.start();
    const drive = driveHost(recording, {
      connect: () => connectTo(app, network, host === undefined),
      isNative: (link) => native.has(link),
      token: host?.token,
      clock,
      speed,
      answerMs: options.answerMs ?? 60_000,
      sink,
      onEvent: (event) => {
        comparison.expected(event);
        options.onEvent?.(event);
      },
    });
    pending = () => drive.pending();
    await drive.done;
  };
  const what = (): string => {
    const waiting = pending();
    return waiting.length === 0 ? 'the replay' : `the handler of ${waiting.slice(0, 10).join(', of ')}`;
  };
  const within = <T>(promise: Promise<T>, name: string | (() => string)): Promise<T> =>
    time === undefined ? promise : time.until(promise, name);
  try {
    try {
      await within(run(), what);
    } finally {
      await within(app.stop(), 'app.stop()');
    }
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

/** Hosts listen in memory; what clients open is answered from the recording. */
function appTransport(
  network: Transport,
  sides: Map<string, SideAnswers>,
  sink: EventSink,
  lastLink: number,
  options: ReplayOptions,
  clock: Clock,
): Transport {
  const answered: Transport = {
    listen: (host, onLink, onError) => network.listen(host, onLink, onError),
    connect: (client) => {
      const side = recordedSide(client.name);
      let known = sides.get(side);
      if (known === undefined) {
        known = { answers: new RecordedAnswers(options), native: false };
        sides.set(side, known);
      }
      const [near, far] = createMemoryLinkPair();
      const { answers, native } = known;
      new StandInConnection(far, { answers, native, speed: options.speed ?? 'max', clock }, () => undefined);
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

/** A host and the recorded clients; heartbeats are left out, they are no part of a recording. */
function configOf(sides: Iterable<string>): CometConfig {
  const clients: Record<string, object> = {};
  for (const side of sides) {
    const name = side.startsWith('client:') ? side.slice('client:'.length) : side;
    clients[name] = { IP: '127.0.0.1', Port: 1, Heartbeat_ms: 0 };
  }
  return parseConfig({
    Socket_connection: {
      Host: { IP: '127.0.0.1', Port: 0, Heartbeat_ms: 0 },
      ...(Object.keys(clients).length > 0 ? { Client: clients } : {}),
    },
  });
}
