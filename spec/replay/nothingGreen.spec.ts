import type { RecordedEvent } from '../../src/recording/RecordedEvent';
import { readRecording } from '../../src/recording/format/readRecording';
import { record } from '../../src/recording/capture/record';
import type { App } from '../../src/app/App';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { type Logger, silentLogger } from '../../src/runtime/Logger';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { replayRecording, type ReplayOptions } from '../../src/replay/replayRecording';
import type { Verdict } from '../../src/replay/verdict/Verdict';
import { reasonOf } from '../../src/replay/verdict/format/formatVerdict';
import { collectingSink, ack, message } from '../recording/recordingSupport';

const header = { rxcomet: 'recording', version: 1, started: '2026-01-31T12:00:00.000Z' };
const common = { link: 1, side: 'host', dialect: 'native' };
const open = { ...common, at: 0, kind: 'open' } as RecordedEvent;
const close = { ...common, at: 99, kind: 'close', how: 'fin', from: 'client' } as RecordedEvent;
const asks = Array.from({ length: 6 }, (_, at) => message(at + 1, String(at + 1)));
const answers = asks.map((_, at) => ack(at + 1, String(2 * (at + 1))));
const session = [open, ...asks, ...answers, close];
const written = (events: readonly object[]): string =>
  [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');

const replay = async (text: string, options: Partial<ReplayOptions> = {}): Promise<Verdict> => {
  const handlers: ReplayOptions['handlers'] = (app) => void app.handle('Move', (value) => Number(value) * 2);
  const { verdict } = await replayRecording(readRecording([text]), { handlers, rules: false, ...options });
  return verdict;
};

describe('A green verdict', () => {
  it('is there for the whole recording and the right handlers', async () => {
    expect(await replay(written(session))).toMatchObject({ passed: true, compared: 6 });
  });

  it.each<[string, string, Partial<ReplayOptions>, RegExp]>([
    ['no events', written([]), {}, /^nothing was compared/],
    ['only opens', written([open, close]), {}, /^nothing was compared/],
    ['acknowledgements that were taken out', written([open, ...asks, close]), {}, /^nothing was compared/],
    ['everything ignored', written(session), { ignore: ['**'] }, /^nothing was compared/],
    ['every result ignored', written(session), { ignore: ['result'] }, /^nothing was compared/],
    ['everything redacted', written(session), { redact: ['**'] }, /^nothing was compared/],
    [
      'everything normalised away',
      written(session),
      { minCompared: 7, normalise: [{ path: '**', with: () => 0 }] },
      /^6 of at least 7/,
    ],
    [
      'six acknowledgements that became two',
      written([open, ...asks, ...answers.slice(0, 2)]),
      {},
      /^the recording is cut: it holds no answer to 4 messages \(first: line 5\), and nothing that says why/,
    ],
    [
      'a last line that is cut short',
      written(session).slice(0, -20),
      {},
      /^the recording is cut: it ends in the middle of a line/,
    ],
  ])('is not to be had of %s', async (_, text, options, reason) => {
    const verdict = await replay(text, options);
    expect({ passed: verdict.passed, differences: verdict.differenceCount }).toEqual({
      passed: false,
      differences: 0,
    });
    expect(reasonOf(verdict)).toMatch(reason);
  });

  it('is not to be had without handlers', async () => {
    const verdict = await replay(written(session), { handlers: () => undefined });
    expect(verdict).toMatchObject({ passed: false, differenceCount: 6 });
  });

  it.each([
    ['its acknowledgements', written([open, ...asks, ...answers.slice(0, 2)])],
    ['its last line', written(session).slice(0, -20)],
  ])('may lack %s where that is allowed, and says so', async (_, text) => {
    const verdict = await replay(text, { cut: 'allow' });
    expect(verdict.passed).toBe(true);
    expect(verdict.remarks).toEqual([expect.stringMatching(/^the recording is cut: /)]);
  });

  it('is there for a recording that was stopped while a message waited for its answer', async () => {
    const network = createMemoryTransport();
    const appOf = (entry: object): App =>
      createApp(parseConfig({ Socket_connection: entry }), { transport: network, logger: silentLogger });
    const app = appOf({ Host: { IP: '127.0.0.2', Port: 2 } });
    const client = appOf({ Client: { Stage: { IP: '127.0.0.2', Port: 2 } } });
    app.handle('Move', (value) => Number(value) * 2);
    let wake = (_value: number): void => undefined;
    const began = new Promise<void>((begin) => {
      app.handle('Slow', () => {
        begin();
        return new Promise((resolve) => (wake = resolve));
      });
    });
    const sink = collectingSink();
    const recording = record(app, 'x.ndjson', { openSink: sink.open });
    await app.start();
    await client.peer('Stage').ask('Move', 2);
    const slow = client.peer('Stage').ask('Slow');
    await began;
    await recording.stop();
    wake(1);
    await slow;
    await client.stop();
    await app.stop();
    const text = sink.bytes('x.ndjson').toString();
    expect(text).toContain('"code":"ERR_RECORDING_STOPPED"');
    const verdict = await replay(text, {
      handlers: (replayed) => {
        replayed.handle('Move', (value) => Number(value) * 2);
        replayed.handle('Slow', () => 1);
      },
    });
    expect(verdict.remarks).toEqual([]);
    expect(verdict).toMatchObject({ passed: true, compared: 1, notCompared: 1 });
  });
});

describe('The log of a replay', () => {
  it('warns of no failure that the recording holds, and of each other one', async () => {
    const failed = (id: number, text: string): RecordedEvent =>
      ack(id, JSON.stringify({ code: 'ERR_HANDLER_FAILED', message: text }), { status: 'error' });
    const events = [message(1, '1'), failed(1, 'stuck'), message(2, '2'), failed(2, 'stuck')];
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (_fields, text) => warnings.push(text) };
    let count = 0;
    const { passed } = await replay(written(events), {
      logger,
      handlers: (app) =>
        void app.handle('Move', () => {
          count += 1;
          throw new Error(count === 1 ? 'stuck' : 'burnt');
        }),
    });
    expect(passed).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/"Move" failed: burnt \[ERR_HANDLER_FAILED\]$/)]);
  });
});
