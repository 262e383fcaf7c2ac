import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { bufferCount, concatMap, defer, firstValueFrom, lastValueFrom } from 'rxjs';
import { behaviour } from '../../src/actors/behaviour';
import type { App } from '../../src/app/App';
import { type Logger, silentLogger } from '../../src/runtime/Logger';
import { isTraceparent } from '../../src/streams/wire/nativeKeys';
import { createTestApp, openTestApp, stopNow, type TestApp } from '../support/openTestApp';
import { placeOf, setUpTelemetry, takeTelemetryDown, type TestTelemetry } from './tracingSupport';

const REMOTE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let telemetry: TestTelemetry;
let opened: TestApp[] = [];

beforeEach(() => {
  telemetry = setUpTelemetry();
});

afterEach(async () => {
  for (const test of opened) await stopNow(test);
  opened = [];
  takeTelemetryDown();
});

/** An app that sends to itself. */
async function open(addHandlers: (app: App) => void): Promise<TestApp['app']> {
  const test = await openTestApp();
  opened.push(test);
  addHandlers(test.app);
  return test.app;
}

/** Runs within a span called `outer`. */
async function inSpan<T>(call: () => Promise<T>): Promise<T> {
  return trace.getTracer('spec').startActiveSpan('outer', async (span) => {
    try {
      return await call();
    } finally {
      span.end();
    }
  });
}

describe('spans of a message', () => {
  it('join sender and receiver: process is a child of send, send of the span that was active', async () => {
    const app = await open((app) => app.handle('Status', () => 'fine'));
    expect(await inSpan(() => app.peer('Peer').ask('Status', 1))).toBe('fine');
    const [outer, send, processing] = ['outer', 'send Status', 'process Status'].map((name) =>
      placeOf(telemetry.span(name)),
    );
    expect(send).toMatchObject({ traceId: outer?.traceId, parent: outer?.spanId });
    expect(processing).toMatchObject({ traceId: outer?.traceId, parent: send?.spanId });
  });

  it.each(['onStart', 'onEnd'] as const)(
    'cost no message when a processor of the application throws at %s',
    async (method) => {
      takeTelemetryDown();
      const ignore = (): void => undefined;
      const processor = {
        onStart: ignore,
        onEnd: ignore,
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
        [method]: () => {
          throw new Error('the collector is gone');
        },
      };
      trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
      const app = await open((app) => app.handle('Status', (_value, { trace }) => trace ?? 'none'));
      const answer = await app.peer('Peer').ask('Status');
      expect(answer).toEqual(method === 'onStart' ? 'none' : expect.stringMatching(/^00-/));
    },
  );

  it('carry no more than 200 characters of a name that a peer chose', async () => {
    const app = await open((app) => app.handle('*', () => 'fine'));
    await app.peer('Peer').ask('x'.repeat(1_000_000));
    const cut = `${'x'.repeat(200)}…`;
    for (const name of [`send ${cut}`, `process ${cut}`]) {
      expect(telemetry.span(name).attributes['messaging.destination.name']).toBe(cut);
    }
  });

  it('say what the semantic conventions ask for', async () => {
    const app = await open((app) => app.handle('Status', () => 'fine'));
    await app.peer('Peer').ask('Status', 1, { key: 'k-1' });
    const send = telemetry.span('send Status');
    expect(send.kind).toBe(SpanKind.CLIENT);
    expect(send.instrumentationScope.name).toBe('rxcomet');
    expect(send.attributes).toEqual({
      'messaging.system.name': 'rxcomet',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'Status',
      'messaging.message.id': 'k-1',
      'server.address': '127.0.0.2',
      'server.port': 65432,
    });
    const processing = telemetry.span('process Status');
    expect(processing.kind).toBe(SpanKind.CONSUMER);
    expect(processing.attributes).toEqual({
      'messaging.system.name': 'rxcomet',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'Status',
      'messaging.message.id': 'k-1',
      'server.address': '127.0.0.2',
      'server.port': 65432,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': 50000,
    });
    expect([send.status.code, processing.status.code]).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET]);
  });

  it('are of kind PRODUCER for a detached send, with or without confirmation', async () => {
    const app = await open((app) => app.handle('Log', () => null));
    const peer = app.peer('Peer');
    await peer.ask('Log', 0);
    peer.tell('Log', 1);
    peer.tell('Log', 2, { confirm: false });
    await peer.ask('Log', 3);
    const kinds = telemetry.spans.filter(({ name }) => name === 'send Log').map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual([
      SpanKind.CLIENT,
      SpanKind.CLIENT,
      SpanKind.PRODUCER,
      SpanKind.PRODUCER,
    ]);
    expect(telemetry.spans.filter(({ name }) => name === 'process Log')).toHaveLength(4);
  });

  it('show an error by the status and the code, on both sides', async () => {
    const app = await open((app) =>
      app.handle('Move', () => {
        throw new Error('the shutter is stuck');
      }),
    );
    await expect(app.peer('Peer').ask('Move')).rejects.toThrow('stuck');
    const [processing, send] = [telemetry.span('process Move'), telemetry.span('send Move')];
    expect(processing.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(processing.attributes['error.type']).toBe('ERR_HANDLER_FAILED');
    expect(send.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(send.attributes['error.type']).toBe('ERR_REMOTE');
  });

  it('that was cancelled is no error', async () => {
    const app = await open((app) => app.handle('Ramp', () => new Promise(() => undefined)));
    const { clock } = opened[0] as TestApp;
    await app
      .peer('Peer')
      .ask('Nothing')
      .catch(() => undefined);
    const subscription = app.peer('Peer').send('Ramp').subscribe();
    await clock.advance(1);
    subscription.unsubscribe();
    const send = telemetry.span('send Ramp');
    expect(send.status.code).toBe(SpanStatusCode.UNSET);
    expect(send.attributes['rxcomet.outcome']).toBe('cancelled');
    expect(send.attributes['error.type']).toBeUndefined();
  });

  it('take a traceparent from the wire, and one that is malformed for none', async () => {
    const seen: unknown[] = [];
    const test = await openTestApp();
    opened.push(test);
    test.app.handle('*', (_value, { trace }) => void seen.push(trace));
    const peer = await test.connect();
    const given = [REMOTE, 'nonsense', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`];
    given.forEach((traceparent, index) => peer.request(index + 1, `A${index}`, 1, { traceparent }));
    await test.clock.advance(1);
    expect(seen).toEqual([REMOTE, undefined, undefined]);
    const spans = given.map((_, index) => placeOf(telemetry.span(`process A${index}`)));
    expect(spans.map(({ parent }) => parent)).toEqual([REMOTE.slice(36, 52), undefined, undefined]);
    expect(spans[0]?.traceId).toBe(REMOTE.slice(3, 35));
  });

  it('has no parent when none came with it, whatever is active where its bytes are read', async () => {
    const test = await openTestApp();
    opened.push(test);
    test.app.handle('Status', () => 'fine');
    const peer = await test.connect();
    await inSpan(async () => {
      peer.request(1, 'Status');
      await test.clock.advance(1);
    });
    expect(placeOf(telemetry.span('process Status')).parent).toBeUndefined();
  });
});

describe('what a handler does', () => {
  /** The handler of Outer sends Inner in the way of the case. */
  const ways: readonly (readonly [string, (app: App) => unknown])[] = [
    ['at once', (app) => app.peer('Peer').ask('Inner')],
    [
      'after an await',
      async (app) => {
        await new Promise((resolve) => setImmediate(resolve));
        return app.peer('Peer').ask('Inner');
      },
    ],
    ['in an Observable', (app) => app.peer('Peer').send('Inner')],
    ['in a deferred Observable', (app) => defer(() => app.peer('Peer').ask('Inner'))],
    [
      'in an AsyncIterable',
      async function* (app): AsyncGenerator<unknown> {
        yield 1;
        yield await app.peer('Peer').ask('Inner');
      },
    ],
  ];

  it.each(ways)('%s is a child of its message', async (_name, way) => {
    const app = await open((app) => {
      app.handle('Outer', () => way(app));
      app.handle('Inner', () => 'done');
    });
    const results = await lastValueFrom(app.peer('Peer').send('Outer'));
    expect(results).toBe('done');
    const processing = placeOf(telemetry.span('process Outer'));
    expect(placeOf(telemetry.span('send Inner'))).toMatchObject({
      traceId: processing.traceId,
      parent: processing.spanId,
    });
  });

  it('stays apart from other messages at the same time', async () => {
    const app = await open((app) => {
      app.handle('Outer', async (value) => {
        await new Promise((resolve) => setImmediate(resolve));
        return app.peer('Peer').ask(`Inner ${String(value)}`);
      });
      app.handle('*', () => 'done');
    });
    await app.peer('Peer').ask('First');
    await Promise.all([1, 2, 3].map((value) => app.peer('Peer').ask('Outer', value)));
    const parents = [1, 2, 3].map((value) => placeOf(telemetry.span(`send Inner ${value}`)).parent);
    const outer = telemetry.spans
      .filter(({ name }) => name === 'process Outer')
      .map((span) => placeOf(span).spanId);
    expect(parents.toSorted()).toEqual(outer.toSorted());
    expect(new Set(parents).size).toBe(3);
  });
});

describe('what follows an answer', () => {
  it('belongs to where the message was sent, not to where its answer came in', async () => {
    let answer = (): void => undefined;
    const app = await open((app) => {
      app.handle('A', (_value, message) => {
        answer = () => message.ack('done');
        return new Promise(() => undefined);
      });
      app.handle('*', () => 'done');
    });
    const { clock } = opened[0] as TestApp;
    await app.peer('Peer').ask('First');
    const both = inSpan(() =>
      firstValueFrom(
        app
          .peer('Peer')
          .send('A')
          .pipe(concatMap(() => app.peer('Peer').send('B'))),
      ),
    );
    await clock.advance(1);
    answer();
    await both;
    expect(placeOf(telemetry.span('send B')).parent).toBe(placeOf(telemetry.span('outer')).spanId);
  });
});

describe('a trace given by hand', () => {
  it('is the parent of the send, before the active span', async () => {
    const app = await open((app) => app.handle('Status', () => 'fine'));
    await inSpan(() => app.peer('Peer').ask('Status', 1, { trace: REMOTE }));
    const send = placeOf(telemetry.span('send Status'));
    expect(send).toMatchObject({ traceId: REMOTE.slice(3, 35), parent: REMOTE.slice(36, 52) });
    expect(placeOf(telemetry.span('process Status')).parent).toBe(send.spanId);
  });
});

describe('setting up', () => {
  it('after the app was made is noticed when it starts', async () => {
    takeTelemetryDown();
    const test = createTestApp();
    opened.push(test);
    test.app.handle('Status', (_value, { trace }) => trace ?? 'none');
    telemetry = setUpTelemetry();
    await test.app.start();
    expect(isTraceparent((await test.app.peer('Peer').ask('Status')) as string)).toBe(true);
    expect(telemetry.spans.map(({ name }) => name)).toEqual(['process Status', 'send Status']);
  });

  it('not at all means no span and no traceparent', async () => {
    takeTelemetryDown();
    const app = await open((app) => app.handle('Status', (_value, { trace }) => trace ?? 'none'));
    expect(await app.peer('Peer').ask('Status')).toBe('none');
    expect(telemetry.spans).toEqual([]);
  });

  it('not at all still passes a trace on by hand', async () => {
    takeTelemetryDown();
    const app = await open((app) => {
      app.handle('Outer', (value, { trace }) =>
        app.peer('Peer').ask('Inner', value, trace === undefined ? {} : { trace }),
      );
      app.handle('Inner', (_value, { trace }) => trace ?? 'none');
    });
    expect(await app.peer('Peer').ask('Outer')).toBe('none');
    expect(await app.peer('Peer').ask('Outer', 1, { trace: REMOTE })).toBe(REMOTE);
  });

  it('with an API that ours cannot use is told, and nothing is traced', () => {
    takeTelemetryDown();
    const registry = globalThis as unknown as Record<symbol, unknown>;
    registry[Symbol.for('opentelemetry.js.api.1')] = { version: '1.0.0', trace: {} };
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (_fields, text) => void warnings.push(text) };
    try {
      opened.push(createTestApp({ logger }));
    } finally {
      delete registry[Symbol.for('opentelemetry.js.api.1')];
    }
    expect(warnings).toEqual([
      'no traces: there is a second, newer @opentelemetry/api; npm ls @opentelemetry/api shows where',
    ]);
  });

  it('leaves nothing active behind', async () => {
    const app = await open((app) => app.handle('Status', () => 'fine'));
    await app.peer('Peer').ask('Status');
    expect(trace.getSpan(context.active())).toBeUndefined();
  });
});

describe('an actor as the handler', () => {
  it('works within the trace of each message, in its turn', async () => {
    const app = await open((app) => {
      const ref = app.actors.spawn(
        'stage',
        behaviour<number, number, unknown>({
          initial: () => 0,
          receive: async (_count, value, context) => {
            await new Promise((resolve) => setImmediate(resolve));
            context.reply(await app.peer('Peer').ask(`Inner ${value}`));
          },
        }),
      );
      app.handle('Move', ref);
      app.handle('*', () => 'done');
    });
    await app.peer('Peer').ask('First');
    await Promise.all([1, 2, 3].map((value) => app.peer('Peer').ask('Move', value)));
    const parents = [1, 2, 3].map((value) => placeOf(telemetry.span(`send Inner ${value}`)).parent);
    const moves = telemetry.spans.filter(({ name }) => name === 'process Move');
    expect(parents).toEqual(moves.map((span) => placeOf(span).spanId));
  });
});

describe('a pipeline that gathers messages', () => {
  it('sends within the trace of one of them by message.within', async () => {
    const app = await open((app) => {
      app.handleStream('Point', (message$) =>
        message$.pipe(
          bufferCount(2),
          concatMap(async ([first, second]) => {
            await second?.within(() => app.peer('Peer').ask('Store'));
            first?.ack();
            second?.ack();
          }),
        ),
      );
      app.handle('Store', () => 'done');
    });
    const peer = app.peer('Peer');
    await Promise.all([peer.ask('Point', 1), peer.ask('Point', 2)]);
    const sends = telemetry.spans.filter(({ name }) => name === 'send Point');
    const second = telemetry.spans.find(
      (span) => placeOf(span).spanId === placeOf(telemetry.span('send Store')).parent,
    );
    expect(second?.name).toBe('process Point');
    expect(second?.parentSpanContext?.spanId).toBe(sends[1] && placeOf(sends[1]).spanId);
  });
});
