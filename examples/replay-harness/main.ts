/**
 * A recorded measurement as a test: the strip scan of a silicon sensor is replayed into the handlers that
 * answered it, without instrument, socket or waiting. `-- --regression` puts a mistake into the handlers, and
 * the verdict shows where their answers differ. What may differ stands in replay.rules.yml. At last a small
 * test is cut out of the scan, as one does with the recording of a night.
 *
 * How examples/data/strip-scan.ndjson was made: spec/interop/legacy_client.py, a Python peer of the comet
 * dialect, sent Start, forty times Strip and Summary to a tap, which passed them on to these handlers (built
 * by `npm run example -- replay-harness`):
 *
 *     rxcomet serve -c examples/quick-start/host.yml --handlers .tmp/examples/replay-harness/stripHandlers.js
 *     rxcomet record --listen 127.0.0.1:7000 --to 127.0.0.1:PORT -o examples/data/strip-scan.ndjson
 *     python3 spec/interop/legacy_client.py 127.0.0.1 7000 '{"action":"Start","value":{"sensor":"HPK-07"}}' …
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cutRecording, formatVerdict, readRecording, replayRecording } from 'rxcomet/testing';
import stripHandlers from './stripHandlers';

/** Which recording is replayed into which handlers, and where the lines go. */
export interface ReplayHarnessOptions {
  readonly recording: string;
  /** A file of rules. */
  readonly rules: string;
  readonly regression: boolean;
  readonly print: (line: string) => void;
}

/** Replays the recording, prints what differs, and tells whether nothing does. */
export async function replayHarness({
  recording,
  rules,
  regression,
  print,
}: ReplayHarnessOptions): Promise<boolean> {
  const { verdict } = await replayRecording(readRecording(recording), {
    handlers: (app) => stripHandlers(app, { regression }),
    rules,
    maxDifferences: 3,
  });
  print(formatVerdict(verdict).trimEnd());
  return verdict.passed;
}

/**
 * Cuts two strips out of the recording, which had asked for them at 505 to 520 ms, and replays these alone.
 */
export async function smallTest(options: ReplayHarnessOptions): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rxcomet-small-'));
  try {
    const small = path.join(folder, 'small.ndjson');
    await cutRecording(options.recording, small, { actions: ['Strip'], fromMs: 505, toMs: 520 });
    return await replayHarness({ ...options, recording: small });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const examples = path.join(process.cwd(), 'examples');
  const options = {
    recording: path.join(examples, 'data', 'strip-scan.ndjson'),
    rules: path.join(examples, 'replay-harness', 'replay.rules.yml'),
    regression: process.argv.includes('--regression'),
    print: (line: string) => console.log(line),
  };
  const passed = await replayHarness(options);
  console.log('two strips of it:');
  process.exitCode = (await smallTest(options)) && passed ? 0 : 1;
}

if (require.main === module) void main();
