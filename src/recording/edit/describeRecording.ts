import { checkArgument, shapes } from '../../runtime/checkArguments';
import { readRecording } from '../format/readRecording';

/** What is in a recording. */
export interface RecordingInfo {
  /** ISO 8601, UTC. */
  readonly started: string;
  /** From its start to its last event, milliseconds. */
  readonly durationMs: number;
  readonly events: number;
  readonly connections: number;
  /** The paths that are hidden. */
  readonly redact: readonly string[];
  /** By side and action, in the order met; the first 1000. */
  readonly actions: readonly ActionInfo[];
  /** A cut last line, lost events. */
  readonly warnings: readonly string[];
}

/** What a recording holds of one action of one side. */
export interface ActionInfo {
  /** `host`, or the client that sent. */
  readonly side: string;
  readonly action: string;
  readonly messages: number;
  /** When the first came, milliseconds since the start. */
  readonly firstMs: number;
  readonly lastMs: number;
}

const MAX_ACTIONS = 1000;

/**
 * Reads a recording to its end and tells what is in it. Streams.
 *
 * @throws BadRecording (ERR_BAD_RECORDING).
 * @example const { events, actions } = await describeRecording('night.ndjson');
 */
export async function describeRecording(file: string): Promise<RecordingInfo> {
  checkArgument('describeRecording: the recording', file, shapes.file);
  const recording = readRecording(file);
  const { started, redact = [] } = await recording.header();
  const actions = new Map<string, { -readonly [K in keyof ActionInfo]: ActionInfo[K] }>();
  let [events, connections, durationMs] = [0, 0, 0];
  for await (const event of recording) {
    events += 1;
    durationMs = Math.max(durationMs, event.at);
    if (event.kind === 'open') connections += 1;
    if (event.kind !== 'message') continue;
    const { side, action, at } = event;
    const key = JSON.stringify([side, action]);
    const known = actions.get(key);
    if (known !== undefined) {
      known.messages += 1;
      known.lastMs = at;
    } else if (actions.size < MAX_ACTIONS)
      actions.set(key, { side, action, messages: 1, firstMs: at, lastMs: at });
  }
  const { warnings } = recording;
  return { started, durationMs, events, connections, redact, actions: [...actions.values()], warnings };
}
