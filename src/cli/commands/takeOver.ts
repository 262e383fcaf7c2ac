import { type LineCounts, type Replay, type UpdateOptions, updateRecording } from '../../testing/index';
import { createCliLogger } from '../output/createAppLogger';
import { ExitCode, type Io, type StopCause, stoppedExitCode } from '../process/Io';

/**
 * What handlers send may depend on the answer to what they sent before; so often a replay is tried until it
 * settles.
 */
const MAX_ROUNDS = 5;

/**
 * Takes over into a recording what a replay did otherwise, tells what became of it and gives the exit code.
 */
export async function takeOver(
  file: string,
  replay: Replay,
  replayAgain: () => Promise<Replay | StopCause>,
  { asks, ...rules }: UpdateOptions & { readonly asks: boolean },
  io: Io,
): Promise<number> {
  const logger = createCliLogger(io.stderr);
  let current = replay;
  for (let round = 1; ; round += 1) {
    const confirm = (lines: LineCounts): boolean | Promise<boolean> =>
      !asks || round > 1 || ask(`update ${file} (${formatLines(lines)})? [y/N] `, io);
    const { written, lines, refused, again, verdict } = await updateRecording(file, current, {
      ...rules,
      confirm,
    });
    if (written) io.stderr.write(`updated ${file}: ${formatLines(lines)}\n`);
    else {
      const late = verdict.differences.some(({ kind }) => kind === 'slower' || kind === 'faster');
      const reason = refused !== '' ? `: ${refused}` : late ? ': only times differ, which are kept' : '';
      io.stderr.write(`${file} was left as it is${reason}\n`);
      return ExitCode.refused;
    }
    if (!again) return ExitCode.ok;
    if (round === MAX_ROUNDS) {
      logger.error(
        {},
        `after ${round} replays the handlers still send something else each time: --ignore what changes by itself`,
      );
      return ExitCode.refused;
    }
    // Now that it is known what they send, the handlers get the recorded answers.
    const next = await replayAgain();
    if (typeof next === 'string') return stoppedExitCode[next];
    current = next;
    if (current.verdict.passed) return ExitCode.ok;
  }
}

function formatLines({ changed, added, removed }: LineCounts): string {
  const counts = [
    [changed, 'changed'],
    [added, 'new'],
    [removed, 'gone'],
  ] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const total = changed + added + removed;
  return `${total === 1 ? 'line' : 'lines'}: ${parts.join(', ')}`;
}

/** No, when nothing can be read. */
async function ask(question: string, { stderr, stdin }: Io): Promise<boolean> {
  stderr.write(question);
  let answer = '';
  try {
    for await (const chunk of stdin) {
      answer += Buffer.from(chunk).toString('utf8');
      if (answer.includes('\n')) break;
    }
  } catch {
    return false;
  }
  return /^\s*y(?:es)?\s*$/i.test(answer.split('\n')[0] ?? '');
}
