import { compareShapes } from '../verdict/optionShapes';
import { hostOf } from '../../config/hostOf';
import { type Shape, checkArgument, checkOptions, oneOf, shapes } from '../../runtime/checkArguments';
import { guarded } from '../../runtime/guards';
import type { HostConfig } from '../../config/types/HostConfig';
import { BadOption } from '../../errors/setUp';
import { type Clock, systemClock, withLongTimers } from '../../runtime/Clock';
import { createNodeTransport } from '../../streams/transport/node/createNodeTransport';
import type { Link } from '../../streams/transport/Link';
import type { Transport } from '../../streams/transport/Transport';
import { loadAnswers } from './loadAnswers';
import { type RulesOption, withRules } from '../rules/loadRules';
import type { AnswersReport, RecordedAnswersOptions } from './RecordedAnswers';
import type { RecordedEvent } from '../../recording/RecordedEvent';
import { StandInConnection } from './StandInConnection';

/** What a stand-in plays, and where. */
export interface StandInOptions extends RecordedAnswersOptions, RulesOption {
  /**
   * Where: a host of a configuration, the entry of a settings file, or "IP:PORT"; port 0 gives a free one.
   * Nothing else is listened on.
   */
  readonly listen: HostConfig | string | { readonly IP: string; readonly Port: number };
  /** Default: TCP sockets. */
  readonly transport?: Transport;
  /**
   * Whose conversations it answers from: `host`, or a client's name as it stands in `side`. Default: the only
   * side there is.
   */
  readonly side?: string;
  /** Waits as long as the recorded peer took; default false. */
  readonly delays?: boolean;
  readonly clock?: Clock;
  readonly onError?: (error: Error) => void;
}

/** A stand-in that listens. */
export interface StandIn {
  readonly ip: string;
  readonly port: number;
  /** What was asked for so far against what the recording holds; after `close`, the verdict. */
  report(): AnswersReport;
  /** Stops listening and drops what is still open. */
  close(): Promise<AnswersReport>;
}

const optionShapes = {
  ...compareShapes,
  rules: shapes.rules,
  mode: oneOf('strict', 'lenient'),
  // Its own reader tells more.
  listen: { expected: 'a host', fits: () => true },
  transport: shapes.transport,
  side: shapes.text,
  delays: shapes.flag,
  clock: shapes.clock,
  onError: shapes.callback,
} satisfies Readonly<Record<keyof StandInOptions, Shape>>;

/**
 * A fake peer that listens and answers from a recording: results, streams of results, errors and dropped
 * connections as they were. A message that is not in it gets the error ERR_NOT_RECORDED.
 *
 * The recording is read once, to its end. In memory stay some 70 bytes of each message; what does not fit
 * beside them lies in a temporary file until `close`.
 *
 * @throws BadOption (ERR_BAD_OPTION) when the recording has several sides and none is chosen, ListenFailed
 * (ERR_LISTEN), BadRecording (ERR_BAD_RECORDING), ConfigError (ERR_CONFIG) for a rules file.
 * @example
 * const standIn = await createStandIn(readRecording('session.ndjson'), { listen, mode: 'lenient' });
 */
export async function createStandIn(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  given: StandInOptions,
): Promise<StandIn> {
  checkArgument('createStandIn: the recording', recording, shapes.events);
  checkOptions('createStandIn', given, optionShapes);
  const listen = hostOf('createStandIn: listen', given.listen);
  const options = withRules(given, recording);
  const { transport = createNodeTransport(), side, delays = false } = options;
  const clock = withLongTimers(options.clock ?? systemClock);
  const sides = await loadAnswers(recording, options, (name) => side === undefined || name === side);
  const [chosen, ...others] = sides.values();
  if (chosen === undefined || others.length > 0) {
    for (const { answers } of sides.values()) answers.close();
    const names = [...sides.keys()].join(', ');
    throw new BadOption(
      chosen === undefined
        ? `the recording holds no conversation${side === undefined ? '' : ` of ${side}`} to answer from`
        : `the recording holds several sides (${names}): choose one with the option side`,
    );
  }
  const { answers, native } = chosen;
  const speed = delays ? 1 : 'max';
  const links = new Set<Link>();
  const accept = (link: Link): void => {
    links.add(link);
    new StandInConnection(link, { answers, native, speed, clock }, () => links.delete(link));
  };
  const listener = await transport
    .listen(listen, accept, guarded(options.onError))
    .catch((error: unknown) => {
      answers.close();
      throw error;
    });
  return {
    ip: listener.ip,
    port: listener.port,
    report: () => answers.report(),
    async close() {
      await listener.close();
      for (const link of links) link.destroy();
      answers.close();
      return answers.report();
    },
  };
}
