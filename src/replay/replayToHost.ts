import { compareOptionsOf, compareShapes } from './verdict/optionShapes';
import { clientOf } from '../config/hostOf';
import { type Shape, checkArgument, checkOptions, shapes } from '../runtime/checkArguments';
import type { ClientConfig } from '../config/types/ClientConfig';
import { type Clock, systemClock } from '../runtime/Clock';
import { createNodeTransport } from '../streams/transport/node/createNodeTransport';
import type { Transport } from '../streams/transport/Transport';
import { LinkSet, type Replay, ReplaySink, checkSpeed } from './Replay';
import { type RulesOption, withRules } from './rules/loadRules';
import type { CompareOptions } from './verdict/CompareOptions';
import { requireRealTimers } from './virtualTime';
import { driveHost } from './drive/driveHost';
import type { RecordedEvent } from '../recording/RecordedEvent';
import { isCut, withHeader } from './verdict/recordingFacts';
import { RecordingComparison } from './verdict/RecordingComparison';
import { onAbort } from '../runtime/onAbort';

/** How a recording is replayed to a live host. */
export interface ReplayToHostOptions extends CompareOptions, RulesOption {
  /**
   * The host: of a configuration, as the entry of a settings file, or "IP:PORT". What it wants of a client
   * (`Token`, `TLS`) is taken from here, since no recording holds it.
   */
  readonly to: ClientConfig | string | { readonly IP: string; readonly Port: number };
  /** Default: TCP sockets. */
  readonly transport?: Transport;
  /**
   * 1: as recorded; 10: ten times as fast; `max` (default): without pauses. What came after an answer waits
   * for it at any speed.
   */
  readonly speed?: number | 'max';
  readonly clock?: Clock;
  /** How much later than recorded an answer may come, milliseconds; default `Ack_timeout_ms` of `to`. */
  readonly answerMs?: number;
  /** Keeps what happened in `events`; default true. False for recordings that are larger than memory. */
  readonly keepEvents?: boolean;
  /** Told of each recorded event as it is replayed, for progress. */
  readonly onEvent?: (event: RecordedEvent) => void;
  /**
   * Ends the replay at once: connections are dropped, nothing is waited for, and it rejects with the signal's
   * reason.
   */
  readonly signal?: AbortSignal;
}

const optionShapes = {
  ...compareShapes,
  rules: shapes.rules,
  // Its own reader tells more.
  to: { expected: 'a host', fits: () => true },
  transport: shapes.transport,
  speed: shapes.speed,
  clock: shapes.clock,
  answerMs: shapes.amount,
  keepEvents: shapes.flag,
  onEvent: shapes.callback,
  signal: shapes.signal,
} satisfies Readonly<Record<keyof ReplayToHostOptions, Shape>>;

/**
 * Sends to a live host what peers sent to the recorded one, each connection and its order kept, and compares
 * the acknowledgements. What the recorded app itself sent is no part of it. It always ends: a message without
 * an answer in time is a difference (`unanswered`), as one is on a connection that is never accepted, and
 * after three in a row nothing more is sent. The recording is read twice, streamed; with `keepEvents: false`
 * memory does not grow with its length.
 *
 * @throws BadRecording (ERR_BAD_RECORDING), ConfigError (ERR_CONFIG) for a rules file, BadOption
 * (ERR_BAD_OPTION), ConnectFailed (ERR_CONNECT) when the host refuses to be reached.
 * @example
 * const { verdict } = await replayToHost(readRecording('session.ndjson'), { to });
 */
export async function replayToHost(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  given: ReplayToHostOptions,
): Promise<Replay> {
  checkArgument('replayToHost: the recording', recording, shapes.events);
  checkOptions('replayToHost', given, optionShapes);
  const options = withHeader(withRules(given, recording), recording);
  const to = clientOf('replayToHost: to', given.to);
  const { transport = createNodeTransport(), speed = 'max', clock = systemClock } = options;
  checkSpeed(speed);
  if (clock === systemClock) requireRealTimers('replayToHost');
  const comparison = new RecordingComparison(options, speed !== 'max');
  const aborted = options.signal ?? new AbortController().signal;
  const native = new LinkSet();
  for await (const event of recording) {
    aborted.throwIfAborted();
    if (event.dialect === 'native') native.add(event.link);
  }
  const sink = new ReplaySink(comparison, clock, options.keepEvents === false ? 'nothing' : 'events');
  const drive = driveHost(recording, {
    connect: () => transport.connect(to, aborted),
    isNative: (link) => native.has(link),
    token: to.token,
    clock,
    speed,
    answerMs: options.answerMs ?? to.ackTimeoutMs,
    sink,
    onEvent: (event) => {
      // Sends of the recorded app are not repeated, so they cannot be missed.
      if (event.side === 'host') comparison.expected(event);
      options.onEvent?.(event);
    },
    onUnanswered: (message) => comparison.unanswered(message),
    onGivenUp: (silent) => comparison.givenUp(silent),
  });
  const abort = (): void => drive.abort(aborted.reason);
  const release = onAbort(aborted, abort);
  if (aborted.aborted) abort();
  try {
    await drive.done;
    sink.check();
    if (isCut(recording)) comparison.cutShort();
    return {
      verdict: comparison.finish(),
      events: sink.events,
      clients: new Map(),
      rules: compareOptionsOf(given),
    };
  } finally {
    release();
    drive.abort();
    comparison.close();
  }
}
