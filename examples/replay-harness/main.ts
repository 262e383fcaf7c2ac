/**
 * A recorded measurement as a test: the strip scan of a silicon sensor is replayed into the handlers that
 * answered it, without instrument, socket or waiting. `-- --regression` puts a mistake into the handlers, and
 * the verdict shows where their answers differ.
 *
 * How examples/data/strip-scan.ndjson was made: spec/interop/legacy_client.py, a Python peer of the comet
 * dialect, sent Start, forty times Strip and Summary to a tap, which passed them on to these handlers (built
 * by `npm run example -- replay-harness`):
 *
 *     rxcomet serve -c examples/quick-start/host.yml --handlers .tmp/examples/replay-harness/stripHandlers.js
 *     rxcomet record --listen 127.0.0.1:7000 --to 127.0.0.1:PORT -o examples/data/strip-scan.ndjson
 *     python3 spec/interop/legacy_client.py 127.0.0.1 7000 '{"action": "Start", "value": {"sensor":
 *     "HPK-07"}}' …
 */
import path from 'node:path';
import { formatVerdict, readRecording, replayRecording } from 'rxcomet/testing';
import stripHandlers from './stripHandlers';

/** Which recording is replayed into which handlers, and where the lines go. */
export interface ReplayHarnessOptions {
  readonly recording: string;
  readonly regression: boolean;
  readonly print: (line: string) => void;
}

/** Replays the recording, prints what differs, and tells whether nothing does. */
export async function replayHarness({
  recording,
  regression,
  print,
}: ReplayHarnessOptions): Promise<boolean> {
  const { verdict } = await replayRecording(readRecording(recording), {
    handlers: (app) => stripHandlers(app, { regression }),
    // The time of an answer is another one each time.
    ignore: ['result.at'],
    maxDifferences: 3,
  });
  print(formatVerdict(verdict).trimEnd());
  return verdict.passed;
}

async function main(): Promise<void> {
  const passed = await replayHarness({
    recording: path.join(process.cwd(), 'examples', 'data', 'strip-scan.ndjson'),
    regression: process.argv.includes('--regression'),
    print: (line) => console.log(line),
  });
  process.exitCode = passed ? 0 : 1;
}

if (require.main === module) void main();
