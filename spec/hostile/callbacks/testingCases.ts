import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApp, parseConfig, type App } from 'rxcomet';
import {
  RecordingComparison,
  RecordingWriter,
  compareRecordings,
  createMemoryTransport,
  createStandIn,
  createTap,
  driveHost,
  readRecording,
  recordTransport,
  replayRecording,
  replayToHost,
  toMatchRecording,
  updateRecording,
  type ComparisonListener,
  type EventSink,
  type RecordedEvent,
  type RecordingOptions,
  type ReplayOptions,
  type UpdateOptions,
} from 'rxcomet/testing';
import { createVirtualClock } from '../../support/createVirtualClock';
import { RESOLVED, caught, endOf, withApp, type Case, type Cases } from './Case';

const loose = (value: unknown): never => value as never;

const config = parseConfig({
  Socket_connection: {
    Host: [
      { IP: '127.0.0.2', Port: 65432 },
      { IP: '127.0.0.3', Port: 65433 },
    ],
    Client: { Host: { IP: '127.0.0.2', Port: 65432 }, Tap: { IP: '127.0.0.3', Port: 65433 } },
  },
});
const [, tapped] = config.hosts;
const [toHost, toTap] = config.clients;

const base = { link: 1, side: 'host', dialect: 'native' } as const;
/** A native connection with one message and its answer. */
const recorded: readonly RecordedEvent[] = [
  { ...base, at: 0, kind: 'open', peer: '127.0.0.1:5' },
  { ...base, at: 1, kind: 'message', id: 1, action: 'Double', text: '2' },
  { ...base, at: 2, kind: 'ack', id: 1, text: '4' },
  { ...base, at: 3, kind: 'close', how: 'fin', from: 'client' },
];
const double = (app: App): void => void app.handle('Double', (value) => Number(value) * 2);

/** Events that cannot be read to their end. */
const sources = (fail: () => never): readonly (Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>)[] => [
  { [Symbol.iterator]: fail },
  { [Symbol.iterator]: () => ({ next: fail }) },
  { [Symbol.asyncIterator]: fail },
  { [Symbol.asyncIterator]: () => ({ next: fail }) },
];

function replayCase(options: (fail: () => never) => Partial<ReplayOptions>): Case {
  return async (fail) => {
    const told = [await endOf(replayRecording(recorded, { handlers: double, ...options(fail) }))];
    expect(told).not.toEqual([RESOLVED]);
    const { verdict } = await replayRecording(recorded, { handlers: double });
    expect(verdict.passed).toBe(true);
    return told;
  };
}

/**
 * A recording into a sink or with a listener that fails: writing goes on, and what failed stands in the
 * summary.
 */
function writerCase(options: (fail: () => never) => RecordingOptions): Case {
  return async (fail) => {
    const clock = createVirtualClock();
    const writer = new RecordingWriter('x', { clock, ...options(fail) });
    for (const event of recorded) writer.write(event);
    await clock.advance(5000);
    const closing = writer.close();
    await clock.advance(5000);
    const { error, lost, written } = await closing;
    expect(written + lost).toBeGreaterThan(0);
    return [error ?? 'nobody'];
  };
}

const memorySink = { write: () => Promise.resolve(), close: () => Promise.resolve() };

/** A tap before a host that is there, or is not. */
function tapCase(
  options: (fail: () => never) => { writer?: EventSink; onError?: () => void },
  reachable: boolean,
): Case {
  return async (fail) => {
    const transport = createMemoryTransport();
    const host = createApp(config, { transport, logger: silent });
    double(host);
    const wanted = { listen: loose(tapped), to: loose(toHost), transport };
    const writer = { elapsedMs: 0, write: () => undefined };
    const tap = await createTap({ ...wanted, writer, ...options(fail) });
    const outside = createApp(
      parseConfig({ Socket_connection: { Host: { IP: '127.0.0.2', Port: 65432 } } }),
      { transport, logger: silent },
    );
    double(outside);
    if (reachable) await outside.start();
    const link = await transport.connect(loose(toTap), new AbortController().signal);
    let heard = '';
    link.open({
      data: (chunk) => (heard += Buffer.from(chunk).toString()),
      end: () => undefined,
      drain: () => undefined,
      close: () => undefined,
    });
    const content = '{"action":"Double","value":2}';
    const header = `{"byteorder":"little","content-type":"text/json","content-encoding":"utf-8","content-length":${content.length}}`;
    link.write(Buffer.concat([Buffer.of(0, header.length), Buffer.from(header + content)]));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (reachable) expect(heard).toContain('{"result": 4}');
    link.destroy();
    await outside.stop({ graceMs: 0 });
    await tap.close();
    return 'nobody';
  };
}

const ignore = (): void => undefined;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export const testingCases: Cases = {
  'EventSink.write': async (fail) => {
    await tapCase((throws) => ({ writer: { elapsedMs: 0, write: throws } }), true)(fail);
    return withApp(
      { transport: recordTransport({ elapsedMs: 0, write: fail }, createMemoryTransport()) },
      async (test) => {
        test.app.handle('Double', (value) => Number(value) * 2);
        expect(await test.app.peer('Peer').ask('Double', 2)).toBe(4);
        return 'nobody';
      },
    );
  },
  'TapOptions.onError': tapCase((fail) => ({ onError: fail }), false),
  'RecordingOptions.onTrouble': writerCase((fail) => ({
    onTrouble: fail,
    openSink: () => Promise.reject(new Error('ENOSPC')),
  })),
  'RecordingOptions.openSink': writerCase((fail) => ({ openSink: fail })),
  'RecordingSink.write': writerCase((fail) => ({
    openSink: () => Promise.resolve({ ...memorySink, write: fail }),
  })),
  'RecordingSink.close': writerCase((fail) => ({
    openSink: () => Promise.resolve({ ...memorySink, close: fail }),
  })),
  'StandInOptions.onError': async (fail) => {
    const transport = createMemoryTransport();
    let onError: (error: Error) => void = ignore;
    const failing = {
      ...transport,
      listen: (...[host, onLink, told]: Parameters<typeof transport.listen>) => {
        onError = told;
        return transport.listen(host, onLink, told);
      },
    };
    const standIn = await createStandIn(recorded, {
      listen: loose(tapped),
      transport: failing,
      onError: fail,
    });
    onError(new Error('the system accepts no more'));
    await standIn.close();
    return 'nobody';
  },
  'DriveHostOptions.connect': driveCase((fail) => ({ connect: fail })),
  'DriveHostOptions.isNative': driveCase((fail) => ({ isNative: fail })),
  'DriveHostOptions.lacksSends': unansweredCase((fail) => ({ lacksSends: fail })),
  'DriveHostOptions.onGivenUp': unansweredCase((fail) => ({ onGivenUp: fail })),
  'DriveHostOptions.onUnanswered': unansweredCase((fail) => ({ onUnanswered: fail })),
  'DriveHostOptions.onEvent': driveCase((fail) => ({ onEvent: fail })),
  'ReplayOptions.handlers': replayCase((fail) => ({ handlers: fail })),
  'ReplayOptions.onEvent': replayCase((fail) => ({ onEvent: fail })),
  'Normaliser.with': async (fail) => {
    const normalise = [{ path: 'result', with: fail }];
    const compared = await endOf(compareRecordings(recorded, recorded, { normalise }));
    expect(compared).not.toEqual(RESOLVED);
    return replayCase(() => ({ normalise }))(fail);
  },
  'ComparisonListener.paired': listenerCase('paired', [1], [1]),
  'ComparisonListener.missing': listenerCase('missing', [1, 2], [1]),
  'ComparisonListener.extra': listenerCase('extra', [1], [1, 2]),
  'ComparisonListener.reordered': listenerCase('reordered', [1, 2], [2, 1]),
  'UpdateOptions.confirm': (fail) =>
    withRecording(async (file) => {
      // What another replay gave: there is something to confirm.
      const changed = recorded.map((event) => (event.kind === 'ack' ? { ...event, text: '5' } : event));
      const update = (options: UpdateOptions) => updateRecording(file, changed, options);
      const reason: unknown = caught(fail);
      const confirm = (): never => {
        throw reason;
      };
      const told = await update({ confirm }).then(
        () => [],
        (error: unknown) => [error],
      );
      // As it is, not as an error of the file. The runner could not print it.
      expect(told.length === 1 && Object.is(told[0], reason)).toBe(true);
      await expect(update({})).resolves.toMatchObject({ written: true });
      return told;
    }, 'changed'),
  'updateRecording(replay): Iterable': updateCase(0),
  'updateRecording(replay): AsyncIterable': updateCase(2),
  'ReplayToHostOptions.onEvent': toHostCase((fail) => ({ onEvent: fail })),
  'ReplayToHostOptions.signal: AbortSignal': async (fail) => {
    await toHostCase((throws) => ({ signal: AbortSignal.abort(caught(throws)) }))(fail);
    await toHostCase((throws) => ({ signal: loose({ aborted: false, throwIfAborted: throws }) }))(fail);
    return toHostCase((throws) => ({
      signal: loose({ aborted: false, throwIfAborted: ignore, addEventListener: throws }),
    }))(fail);
  },
  'readRecording(source): Iterable': readCase((fail) => ({ [Symbol.iterator]: fail })),
  'readRecording(source): AsyncIterable': readCase((fail) => ({
    [Symbol.asyncIterator]: () => ({ next: fail }),
  })),
  'createStandIn(recording): Iterable': standInCase(0),
  'createStandIn(recording): AsyncIterable': standInCase(3),
  'toMatchRecording(received): Iterable': matchCase((source) => toMatchRecording(source, recorded), 0),
  'toMatchRecording(received): AsyncIterable': matchCase((source) => toMatchRecording(source, recorded), 3),
  'toMatchRecording(recording): Iterable': matchCase((source) => toMatchRecording(recorded, source), 0),
  'toMatchRecording(recording): AsyncIterable': matchCase((source) => toMatchRecording(recorded, source), 3),
};

/**
 * A listener that throws at what a comparison of these sends finds: whoever compares gets it, and another
 * comparison is as ever.
 */
function listenerCase(
  member: keyof ComparisonListener,
  expected: readonly number[],
  actual: readonly number[],
): Case {
  const sends = (values: readonly number[]): readonly RecordedEvent[] =>
    values.map((value, index) => ({
      ...base,
      side: 'client:A',
      at: index,
      kind: 'message',
      id: index + 1,
      action: 'A',
      text: `${value}`,
    }));
  return (fail) => {
    const listener = { paired: ignore, missing: ignore, extra: ignore, reordered: ignore, [member]: fail };
    const compare = (comparison: RecordingComparison) => {
      for (const event of sends(expected)) comparison.expected(event);
      for (const event of sends(actual)) comparison.actual(event);
      return comparison.finish();
    };
    const failing = new RecordingComparison({}, true, listener);
    let told: readonly unknown[] = [];
    try {
      compare(failing);
    } catch (error) {
      told = [error];
    }
    expect(told).toHaveLength(1);
    failing.close();
    expect(compare(new RecordingComparison()).passed).toBe(expected.join() === actual.join());
    return Promise.resolve(told);
  };
}

/** Has a recording in a folder of its own, which is the same afterwards unless it is said to change. */
async function withRecording<T>(use: (file: string) => Promise<T>, changes?: 'changed'): Promise<T> {
  const { CI } = process.env;
  delete process.env['CI'];
  const folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-callbacks-'));
  const file = path.join(folder, 'session.ndjson');
  const header = { rxcomet: 'recording', version: 1, started: '2026-01-31T12:00:00.000Z' };
  const text = [header, ...recorded].map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(file, text);
  try {
    const result = await use(file);
    if (changes === undefined) expect(readFileSync(file, 'utf8')).toBe(text);
    return result;
  } finally {
    if (CI !== undefined) process.env['CI'] = CI;
    rmSync(folder, { recursive: true });
  }
}

function updateCase(first: number): Case {
  return (fail) => withRecording((file) => matchCase((source) => updateRecording(file, source), first)(fail));
}

function matchCase(match: (source: Iterable<RecordedEvent>) => Promise<unknown>, first: number): Case {
  return async (fail) => {
    const told = await Promise.all(
      sources(fail)
        .slice(first)
        .map((source) => endOf(match(source as never))),
    );
    expect(told).not.toContainEqual(RESOLVED);
    return told;
  };
}

function standInCase(first: number): Case {
  return matchCase(
    (source) => createStandIn(source, { listen: loose(tapped), transport: createMemoryTransport() }),
    first,
  );
}

function readCase(source: (fail: () => never) => unknown): Case {
  return async (fail) => {
    const read = async (): Promise<void> => {
      for await (const event of readRecording(loose(source(fail)))) void event;
    };
    const told = [await endOf(read())];
    expect(told).not.toEqual([RESOLVED]);
    return told;
  };
}

function driveCase(options: (fail: () => never) => object): Case {
  return (fail) =>
    withApp({ transport: createMemoryTransport() }, async ({ transport, clock }) => {
      const drive = driveHost(recorded, {
        connect: () => transport.connect(loose(toHost), new AbortController().signal),
        isNative: () => true,
        clock,
        speed: 'max',
        answerMs: 100,
        sink: { elapsedMs: 0, write: ignore },
        onEvent: ignore,
        ...options(fail),
      });
      const ended = endOf(drive.done);
      await clock.advance(1000);
      drive.abort();
      expect(await ended).not.toEqual(RESOLVED);
      return [await ended];
    });
}

/**
 * A host that does not answer, while the recording has answers and sends of the app: `done` rejects, or the
 * drive ends as without it.
 */
function unansweredCase(options: (fail: () => never) => object): Case {
  return (fail) =>
    withApp({ transport: createMemoryTransport() }, async ({ app, transport, clock }) => {
      app.handle('Silent', () => new Promise(() => undefined));
      let called = 0;
      const counted = (): never => {
        called += 1;
        return fail();
      };
      const messages = Array.from({ length: 40 }, (_, index): RecordedEvent[] => {
        const id = index + 1;
        return [
          { ...base, at: 2 * id, kind: 'message', id, action: 'Silent', text: '1' },
          { ...base, at: 2 * id + 1, kind: 'ack', id, text: '1' },
        ];
      });
      const sent: RecordedEvent = {
        ...base,
        at: 1,
        side: 'client:A',
        kind: 'message',
        id: 1,
        action: 'A',
        text: '1',
      };
      const drive = driveHost([recorded[0] as RecordedEvent, sent, ...messages.flat()], {
        connect: () => transport.connect(loose(toHost), new AbortController().signal),
        isNative: () => true,
        clock,
        speed: 'max',
        answerMs: 100,
        sink: { elapsedMs: 0, write: ignore },
        onEvent: ignore,
        ...options(counted),
      });
      const ended = endOf(drive.done);
      for (let second = 0; second < 30; second += 1) await clock.advance(1000);
      drive.abort();
      expect((await ended).ended).toBe('rejected');
      expect(called).toBeGreaterThan(0);
      return ['done'];
    });
}

function toHostCase(options: (fail: () => never) => object): Case {
  return (fail) =>
    withApp({}, async ({ transport, clock }) => {
      const ended = endOf(replayToHost(recorded, { to: loose(toHost), transport, clock, ...options(fail) }));
      await clock.advance(100_000);
      expect(await ended).not.toEqual(RESOLVED);
      return [await ended];
    });
}
