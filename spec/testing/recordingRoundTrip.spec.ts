import fc from 'fast-check';
import { createVirtualClock } from '../support/createVirtualClock';
import type { RecordedEvent } from '../../src/testing/RecordedEvent';
import { readRecording } from '../../src/testing/readRecording';
import { RecordingWriter } from '../../src/testing/RecordingWriter';
import { collectingSink } from './recordingSupport';

const jsonTexts = fc.oneof(
  fc.json(),
  fc.constantFrom(
    '1.0',
    '-0',
    'NaN',
    '-Infinity',
    '9007199254740993',
    '{"b": 1, "a": [1e3,\t"\\ud800"]}',
    '"\u2028"',
  ),
);
const contents = fc.oneof(
  jsonTexts.map((text) => ({ text })),
  fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => ({ base64: Buffer.from(bytes).toString('base64'), type: 'binary/x' })),
  fc.string({ unit: 'binary' }).map((content) => ({ content })),
);
const common = fc.record({
  at: fc.double({ min: 0, max: 1e9, noNaN: true }).map((at) => Math.round(at * 1000) / 1000),
  link: fc.nat(5),
  side: fc.constantFrom('host', 'Telegram', 'ü'),
  dialect: fc.constantFrom('comet' as const, 'native' as const, 'unknown' as const),
});
const id = fc.nat();
const statuses = fc.constantFrom({}, { status: 'next' as const }, { status: 'error' as const });
const events: fc.Arbitrary<RecordedEvent> = fc
  .tuple(
    common,
    fc.oneof(
      fc.constant({ kind: 'open' as const, peer: '127.0.0.1:1' }),
      fc
        .tuple(
          id,
          fc.string({ unit: 'binary' }),
          contents,
          fc.constantFrom({}, { confirm: false as const }, { key: 'k' }),
        )
        .map(([id, action, content, more]) => ({
          kind: 'message' as const,
          id,
          action,
          ...content,
          ...more,
        })),
      fc
        .tuple(id, contents, statuses)
        .map(([id, content, status]) => ({ kind: 'ack' as const, id, ...status, ...content })),
      id.map((id) => ({ kind: 'ack' as const, id, status: 'complete' as const })),
      id.map((id) => ({ kind: 'cancel' as const, id })),
      fc
        .string()
        .map((message) => ({ kind: 'error' as const, code: 'ERR_X', message, from: 'client' as const })),
      fc
        .constantFrom('fin' as const, 'reset' as const, 'timeout' as const)
        .map((how) => ({ kind: 'close' as const, how })),
    ),
  )
  .map(([base, event]) => ({ ...base, ...event }));

describe('a recording', () => {
  it.each([false, true])(
    'gives back exactly what was written (gzip %s), also cut into pieces',
    async (gzip) => {
      await fc.assert(
        fc.asyncProperty(fc.array(events), fc.integer({ min: 1, max: 97 }), async (conversation, size) => {
          const sink = collectingSink();
          const writer = new RecordingWriter('x', { gzip, clock: createVirtualClock(), openSink: sink.open });
          for (const event of conversation) writer.write(event);
          await writer.close();
          const bytes = sink.bytes('x');
          const pieces: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
          const read: RecordedEvent[] = [];
          const recording = readRecording(pieces);
          for await (const event of recording) read.push(event);
          expect(read).toEqual(conversation);
          expect(recording.warnings).toEqual([]);
        }),
        { numRuns: 60 },
      );
    },
  );
});
