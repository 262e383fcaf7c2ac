import fc from '../support/fc';
import { createVirtualClock } from '../support/createVirtualClock';
import type { RecordedEvent } from '../../src/recording/RecordedEvent';
import { parseConfig } from '../../src/config/parseConfig';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { createStandIn } from '../../src/replay/standIn/createStandIn';
import { formatVerdict } from '../../src/replay/verdict/format/formatVerdict';
import { replayToHost } from '../../src/replay/replayToHost';
import { readRecording } from '../../src/recording/format/readRecording';
import { RecordingWriter } from '../../src/recording/format/RecordingWriter';
import { collectingSink } from './recordingSupport';

const jsonTexts = fc.oneof(
  fc.json(),
  fc.constantFrom(
    '1.0',
    '-0',
    'NaN',
    'Infinity',
    '-Infinity',
    '9007199254740993',
    '-123456789012345678901234567890',
    '{"volts": [NaN, -0.0, 1E+2], "b": 0, "a": -Infinity}',
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

/** What came of a message. */
const outcomes = fc.oneof(
  fc.record({ kind: fc.constant('result' as const), content: contents }),
  fc.record({
    kind: fc.constant('stream' as const),
    results: fc.array(contents, { maxLength: 4 }),
    last: fc.option(contents, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('error' as const), content: jsonTexts.map((text) => ({ text })) }),
  fc.record({ kind: fc.constantFrom('detached' as const, 'cancelled' as const) }),
);
const requests = fc.oneof(
  fc.record({ action: fc.string({ unit: 'binary' }), text: jsonTexts }),
  fc.record({
    action: fc.constantFrom('', 'Raw', 'ü'),
    base64: fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((bytes) => Buffer.from(bytes).toString('base64')),
    type: fc.constant('binary/x'),
  }),
  fc.record({ action: fc.constant(''), content: fc.constantFrom('{"x": 1}', 'no json', '[1, 2]', '"Move"') }),
);
const exchanges = fc.record({ request: requests, outcome: outcomes });
/** A connection: kept, or for one message, as the dialect has it. */
const connections = fc.oneof(
  fc.record({
    dialect: fc.constant('native' as const),
    exchanges: fc.array(exchanges, { minLength: 1, maxLength: 6 }),
    close: fc.constantFrom(undefined, 'fin' as const, 'reset' as const),
    /** The host dropped it while one more message waited. */
    dropped: fc.constantFrom(undefined, 'fin' as const, 'reset' as const),
  }),
  fc.record({ dialect: fc.constant('comet' as const), exchange: exchanges }),
);

type Connection = typeof connections extends fc.Arbitrary<infer C> ? C : never;
type Outcome = typeof outcomes extends fc.Arbitrary<infer O> ? O : never;
type Line = Record<string, unknown>;

function acksOf(id: number, outcome: Outcome): Line[] {
  switch (outcome.kind) {
    case 'result':
      return [{ kind: 'ack', id, ...outcome.content }];
    case 'error':
      return [{ kind: 'ack', id, status: 'error', ...outcome.content }];
    case 'stream':
      return [
        ...outcome.results.map((content) => ({ kind: 'ack', id, status: 'next', ...content })),
        { kind: 'ack', id, ...(outcome.last ?? { status: 'complete' }) },
      ];
    case 'cancelled':
      return [{ kind: 'cancel', id }];
    case 'detached':
      return [];
  }
}

/** The events of one connection, without the fields of every event. */
function linesOf(connection: Connection): Line[] {
  if (connection.dialect === 'comet') {
    const { request, outcome } = connection.exchange;
    const single: Outcome =
      outcome.kind === 'result' || outcome.kind === 'error'
        ? outcome
        : { kind: 'error', content: { text: '"Error: x"' } };
    // A legacy peer has no action for raw content (protocol 1.2).
    const action = 'base64' in request ? '' : request.action;
    const message = { kind: 'message', id: 1, ...request, action };
    return [{ kind: 'open' }, message, ...acksOf(1, single), { kind: 'close', how: 'fin', from: 'host' }];
  }
  const lines: Line[] = [{ kind: 'open' }];
  connection.exchanges.forEach(({ request, outcome }, index) => {
    const id = index + 1;
    const confirm = outcome.kind === 'detached' ? { confirm: false } : {};
    lines.push({ kind: 'message', id, ...request, ...confirm }, ...acksOf(id, outcome));
  });
  const { close, dropped } = connection;
  if (dropped !== undefined) {
    const id = connection.exchanges.length + 1;
    lines.push({ kind: 'message', id, action: 'Wait', text: '0' });
    lines.push({ kind: 'close', how: dropped, from: 'host' });
  } else if (close !== undefined) lines.push({ kind: 'close', how: close, from: 'client' });
  return lines;
}

/** Connections side by side: their events in turns. */
function conversationOf(all: readonly Connection[]): RecordedEvent[] {
  const queues = all.map((connection, index) =>
    linesOf(connection).map((line) => ({
      link: index + 1,
      side: 'host',
      dialect: connection.dialect,
      ...line,
    })),
  );
  const events: object[] = [];
  for (let turn = 0; queues.some((queue) => turn < queue.length); turn += 1) {
    for (const queue of queues)
      if (queue[turn] !== undefined) events.push({ at: events.length, ...queue[turn] });
  }
  return events as RecordedEvent[];
}

/** What was said on each connection, spelling included. */
function saidOn(events: readonly RecordedEvent[]): Record<string, Line[]> {
  const said: Record<string, Line[]> = {};
  for (const event of events) {
    if (event.kind !== 'message' && event.kind !== 'ack' && event.kind !== 'cancel') continue;
    const { at: _at, dialect: _dialect, ...rest } = event;
    const side = event.kind === 'ack' ? 'host' : 'client';
    (said[`${event.link} ${side}`] ??= []).push(rest);
  }
  return said;
}

const { hosts, clients } = parseConfig({
  Socket_connection: {
    Host: { IP: '127.0.0.2', Port: 5 },
    Client: { Peer: { IP: '127.0.0.2', Port: 5, Heartbeat_ms: 0 } },
  },
});
const [listen] = hosts;
const [to] = clients;

/**
 * What a replay did not repeat at first: a cancel that overtook the greeting, and messages that a reset took
 * away.
 */
const lostOnce: Connection[] = (['cancelled', 'detached'] as const).map((kind) => ({
  dialect: 'native',
  exchanges: [{ request: { action: 'A', text: '1' }, outcome: { kind } }],
  close: 'reset',
  dropped: undefined,
}));

describe('any conversation', () => {
  it('comes back exactly from its file: replayed to a stand-in that plays it', async () => {
    const always: Connection = {
      dialect: 'comet',
      exchange: { request: { action: 'A', text: '1' }, outcome: { kind: 'result', content: { text: '1' } } },
    };
    await fc.assert(
      fc.asyncProperty(fc.array(connections, { maxLength: 4 }), async (some) => {
        const conversation = conversationOf([always, ...some]);
        const sink = collectingSink();
        const writer = new RecordingWriter('x', { gzip: true, openSink: sink.open });
        for (const event of conversation) writer.write(event);
        await writer.close();
        const recording = {
          [Symbol.asyncIterator]: () => readRecording([sink.bytes('x')])[Symbol.asyncIterator](),
        };

        const transport = createMemoryTransport();
        const standIn = await createStandIn(recording, { listen: listen!, transport });
        const { verdict, events } = await replayToHost(recording, { to: to!, transport, answerMs: 500 });
        expect(await standIn.close()).toMatchObject({ passed: true });
        expect(formatVerdict(verdict)).toContain('pass: 0 differences');
        expect(saidOn(events)).toEqual(saidOn(conversation));
      }),
      { numRuns: 60, examples: lostOnce.map((connection) => [[connection]]) },
    );
  });
});
