import { existsSync } from 'node:fs';
import { BadOption } from '../errors/setUp';
import { type Shape, checkArgument, checkOptions, oneOf, shapes } from '../runtime/checkArguments';
import { compareOptionsOf, compareShapes } from '../replay/verdict/optionShapes';
import type { CompareOptions } from '../replay/verdict/CompareOptions';
import { compareRecordings } from '../replay/verdict/compareRecordings';
import { formatVerdict } from '../replay/verdict/format/formatVerdict';
import { type Recording, readRecording } from '../recording/format/readRecording';
import type { RecordedEvent, RecordingHeader } from '../recording/RecordedEvent';
import { Redaction } from '../recording/format/Redaction';
import { ReplacementFile } from '../recording/format/ReplacementFile';
import { RxcometError } from '../errors/RxcometError';
import type { Replay } from '../replay/Replay';
import { type RulesOption, hiddenByRules, joinRules, withRules } from '../replay/rules/loadRules';
import type { AskedOptions } from './toHaveBeenAsked';
import { isCi } from '../runtime/isCi';
import { updateRecording } from '../replay/update/updateRecording';

/** How a test holds a replay against its recording. */
export interface MatchRecordingOptions extends CompareOptions, RulesOption {
  /**
   * `replay` (default) compares. `record` writes the file when there is none yet, and compares when there is.
   * `update` changes the file where the replay differs under the rules, and nowhere else (`updateRecording`).
   * Without it the environment's RXCOMET_RECORDING decides. `update` is refused when CI is set.
   */
  readonly mode?: 'record' | 'replay' | 'update';
  /**
   * Paths of values that must not enter the file when it is written, such as `value.password`; see
   * `JsonPath`. What the recording hides already stays hidden without being named here. A path that hides
   * nothing fails the test, and nothing is written.
   */
  readonly redact?: readonly string[];
}

/** What can be held against a recording. */
export type Conversation = Iterable<RecordedEvent> | AsyncIterable<RecordedEvent> | Recording;

/**
 * What `expect` of a test runner gets. `import 'rxcomet/testing/jest'` (or `/jest-globals`, `/vitest`) adds
 * it to the runner's own types; for another runner extend its interface of matchers by this one.
 */
export interface RecordingMatchers {
  /**
   * Passes when something was compared and nothing differs. Await it.
   *
   * @param recording a file's name, or events
   */
  toMatchRecording(recording: Conversation | string, options?: MatchRecordingOptions): Promise<void>;
  /**
   * Passes when a stand-in of `createHandlerStandIn` was asked such a message.
   *
   * @param value left out: any
   */
  toHaveBeenAsked(action: string, value?: unknown, options?: AskedOptions): void;
}

/**
 * A matcher for Jest and vitest. `import 'rxcomet/testing/jest'` (or `/jest-globals`, `/vitest`) in a test or
 * a set-up file makes it known to the runner and to TypeScript; `expect.extend({ toMatchRecording })` does
 * the first by hand. Takes what `replayRecording` gave (also its promise) with the rules it was given, or
 * events, or a recording's file name, and holds it against a recording: a file name, or events. Passes only
 * when something was compared and nothing differs.
 *
 * Fails the test with an error rather than a mismatch: BadOption (ERR_BAD_OPTION) for an unknown mode, a
 * missing file, or update under CI; BadRecording (ERR_BAD_RECORDING).
 *
 * @example
 * import 'rxcomet/testing/jest';
 *
 * const replay = await replayRecording(readRecording('session.ndjson'), { handlers });
 * await expect(replay).toMatchRecording('session.ndjson', { ignore: ['result.timestamp'] });
 */
export async function toMatchRecording(
  received: Replay | Conversation | string | Promise<Replay | Conversation | string>,
  recording: Conversation | string,
  options: MatchRecordingOptions = {},
): Promise<{ readonly pass: boolean; readonly message: () => string }> {
  const replayed = await received;
  checkArgument('toMatchRecording: what expect() got', replayed, conversationShape);
  checkArgument('toMatchRecording: the recording', recording, recordingShape);
  checkOptions('toMatchRecording', options, optionShapes);
  return match(replayed, recording, isReplay(replayed) ? joinRules(options, replayed.rules) : options);
}

async function match(
  received: Replay | Conversation | string,
  recording: Conversation | string,
  given: MatchRecordingOptions,
): Promise<{ readonly pass: boolean; readonly message: () => string }> {
  const options = withRules(given, recording);
  const mode = modeOf(options);
  const actual = conversationOf(received);
  if (typeof recording === 'string' && mode === 'update' && existsSync(recording)) {
    return update(recording, received, given);
  }
  if (typeof recording === 'string' && mode !== 'replay' && !existsSync(recording)) {
    const failure = await write(recording, actual, given.redact ?? [], hiddenByRules(options, given));
    return {
      pass: failure === undefined,
      message: () => failure ?? `expected something else than was recorded in ${recording}`,
    };
  }
  if (typeof recording === 'string' && !existsSync(recording)) {
    throw new BadOption(`${recording} does not exist; mode record writes it: RXCOMET_RECORDING=record`);
  }
  const expected = conversationOf(recording);
  const verdict = await compareRecordings(expected, actual, compareOptionsOf(options));
  const name = typeof recording === 'string' ? recording : 'the recording';
  const warnings = 'warnings' in expected ? expected.warnings.map((text) => `warning: ${text}\n`) : [];
  return {
    pass: verdict.passed,
    message: () =>
      `expected ${verdict.passed ? 'something else than' : 'what'} ${name} holds\n\n${warnings.join('')}${formatVerdict(verdict)}`,
  };
}

const isReplay = (given: Replay | Conversation | string): given is Replay =>
  typeof given === 'object' && 'verdict' in given;

const recordingShape: Shape = {
  expected: 'the name of a file, or events',
  fits: (value) => shapes.file.fits(value) || shapes.events.fits(value),
};

const conversationShape: Shape = {
  expected: 'what replayRecording gave, events, or the name of a file',
  fits: (value) =>
    recordingShape.fits(value) || (shapes.object.fits(value) && 'verdict' in (value as object)),
};

const optionShapes = {
  ...compareShapes,
  rules: shapes.rules,
  mode: oneOf('record', 'replay', 'update'),
} satisfies Readonly<Record<keyof MatchRecordingOptions, Shape>>;

function modeOf(options: MatchRecordingOptions): string {
  const { RXCOMET_RECORDING } = process.env;
  const mode = options.mode ?? RXCOMET_RECORDING ?? 'replay';
  if (mode !== 'record' && mode !== 'replay' && mode !== 'update') {
    throw new BadOption(`RXCOMET_RECORDING or mode: expected record, replay or update, got "${mode}"`);
  }
  if (mode === 'update' && isCi()) {
    throw new BadOption(
      'recordings are not updated under CI: run the tests with RXCOMET_RECORDING=update where you work',
    );
  }
  return mode;
}

function conversationOf(given: Replay | Conversation | string): Conversation {
  if (typeof given === 'string') return readRecording(given);
  return isReplay(given) ? given.events : given;
}

/** Passes when the recording now holds what the replay did. */
async function update(
  file: string,
  received: Replay | Conversation | string,
  options: MatchRecordingOptions,
): Promise<{ readonly pass: boolean; readonly message: () => string }> {
  const replay = isReplay(received) ? received : conversationOf(received);
  const { refused, again, verdict } = await updateRecording(file, replay, options);
  // Times are no content; they are kept.
  const late = verdict.differences.filter(({ kind }) => kind === 'slower' || kind === 'faster').length;
  const failure =
    refused !== ''
      ? `${file} was not updated: ${refused}`
      : again
        ? `${file} has what the handlers send now; update again, since they had no recorded answer to that this time`
        : late > 0
          ? `${file} is up to date but for ${late} answers that take another time: widen timing, or record anew`
          : undefined;
  return {
    pass: failure === undefined,
    message: () => failure ?? `expected something else than ${file} holds now`,
  };
}

/** Writes events as a recording. Gives the reason when it was not written; of a failed one nothing stays. */
async function write(
  file: string,
  events: Conversation,
  redact: readonly string[],
  hide: readonly string[],
): Promise<string | undefined> {
  const redaction = new Redaction(redact, hide);
  const { paths } = redaction;
  const header: RecordingHeader = {
    rxcomet: 'recording',
    version: 1,
    started: new Date().toISOString(),
    ...(paths.length > 0 ? { redact: paths } : {}),
  };
  const target = await ReplacementFile.open(file);
  try {
    await target.write(`${JSON.stringify(header)}\n`);
    let count = 0;
    for await (const event of events) {
      count += 1;
      await target.write(`${JSON.stringify(redaction.apply(event))}\n`);
    }
    // An empty recording would fail every later run; it had better fail now.
    if (count === 0) return `nothing happened that could be recorded in ${file}`;
    const [unused] = redaction.unused;
    if (unused !== undefined) {
      return `${file} was not written: redact ${unused.path} hid nothing${unused.hint === '' ? '' : `; ${unused.hint}`}`;
    }
    await target.finish();
    await target.commit();
    return undefined;
  } catch (error) {
    if (error instanceof RxcometError) throw error;
    throw new BadOption(`${file} cannot be written`, { cause: error });
  } finally {
    await target.discard();
  }
}
