import { type Shape, checkArgument, checkOptions, shapes } from '../../runtime/checkArguments';
import { readRecording } from '../format/readRecording';
import type { RecordedEvent, RecordedOpen } from '../RecordedEvent';
import { type EditedRecording, toMicroseconds, writeEdited } from './writeEdited';

/** What of a recording is kept. */
export interface CutOptions {
  /** Messages of these actions; default: all. */
  readonly actions?: readonly string[];
  /** Messages on connections of these numbers; default: all. */
  readonly links?: readonly number[];
  /**
   * Messages from this time on, milliseconds since the recording started; the new recording starts then.
   * Default 0.
   */
  readonly fromMs?: number;
  /** Messages before this time; default: to the end. */
  readonly toMs?: number;
  /** Paths that are hidden as well; see `JsonPath`. */
  readonly redact?: readonly string[];
}

const optionShapes = {
  actions: shapes.paths,
  links: shapes.list,
  fromMs: shapes.amount,
  toMs: shapes.amount,
  redact: shapes.paths,
} satisfies Readonly<Record<keyof CutOptions, Shape>>;

interface CutLink {
  readonly open: RecordedOpen | undefined;
  isIn: boolean;
  /** Kept messages without their last answer. */
  readonly waiting: Set<number>;
}

/**
 * Makes a small recording of a large one: the messages asked for, with their answers and cancels wherever
 * these stand, and their connections. What the recorded app sent while it worked on one of them is kept as
 * well, so that handlers can be replayed. Numbers and times between events stay; a connection that was open
 * when the cut begins is marked `joined`, so that a replay says what it lacks.
 *
 * Streams: what is held is the connections that are open. What the recording hides stays hidden.
 *
 * @param output written as a whole, or not at all; nothing is written when nothing is left, or when a path of
 * `redact` hid nothing.
 * @throws BadRecording (ERR_BAD_RECORDING), BadOption (ERR_BAD_OPTION) for a path that is none, or a file
 * that cannot be written.
 * @example
 * await cutRecording('night.ndjson', 'small.ndjson', { actions: ['Move'], fromMs: 120_000, toMs: 125_000 });
 */
export async function cutRecording(
  file: string,
  output: string,
  options: CutOptions = {},
): Promise<EditedRecording> {
  checkArgument('cutRecording: the recording', file, shapes.file);
  checkArgument('cutRecording: the output', output, shapes.file);
  checkOptions('cutRecording', options, optionShapes);
  const recording = readRecording(file);
  const { started, redact: kept = [] } = await recording.header();
  const events = cut(recording, options);
  const { fromMs = 0, redact = [] } = options;
  return writeEdited(output, Date.parse(started) + fromMs, events, { redact, kept });
}

async function* cut(
  recording: AsyncIterable<RecordedEvent>,
  { actions = [], links = [], fromMs = 0, toMs = Infinity }: CutOptions,
): AsyncGenerator<RecordedEvent, void, undefined> {
  const open = new Map<number, CutLink>();
  /** Kept messages that the recorded host has at work. */
  let working = 0;
  let lastAt = 0;
  const timed = <E extends RecordedEvent>(event: E, at = event.at): E => {
    lastAt = Math.max(lastAt, toMicroseconds(Math.max(0, at - fromMs)));
    return { ...event, at: lastAt };
  };
  for await (const event of recording) {
    const { kind, side, at } = event;
    if (event.link === 0) {
      if (at >= fromMs && at < toMs) yield timed(event);
      continue;
    }
    let link = open.get(event.link);
    if (link === undefined) {
      link = { open: event.kind === 'open' ? event : undefined, isIn: false, waiting: new Set() };
      open.set(event.link, link);
    }
    if (kind === 'message') {
      if (!(at >= fromMs && at < toMs)) continue;
      const isAsked =
        (actions.length === 0 || actions.includes(event.action)) &&
        (links.length === 0 || links.includes(event.link));
      if (!isAsked && (side === 'host' || working === 0)) continue;
      if (!link.isIn && link.open !== undefined) {
        const isJoined = link.open.at < fromMs || link.open.joined === true;
        yield timed({ ...link.open, ...(isJoined ? { joined: true } : {}) });
      }
      link.isIn = true;
      if (event.confirm !== false) {
        link.waiting.add(event.id);
        if (side === 'host') working += 1;
      }
      yield timed(event);
    } else if (kind === 'ack' || kind === 'cancel') {
      const isLast = kind === 'cancel' || event.status !== 'next';
      if (link.waiting.has(event.id)) {
        if (isLast && link.waiting.delete(event.id) && side === 'host') working -= 1;
        yield timed(event);
      } else if (link.isIn && kind === 'ack' && event.id === 0 && at < toMs) yield timed(event);
    } else if (kind === 'close') {
      open.delete(event.link);
      if (side === 'host') working -= link.waiting.size;
      // A replay is not to wait for the end of a connection that stayed open for hours.
      if (link.isIn) yield timed(event, Math.min(at, Math.max(toMs, lastAt + fromMs)));
    } else if (kind === 'error' && link.isIn && at < toMs) yield timed(event);
  }
}
