import { readFileSync } from 'node:fs';
import path from 'node:path';
import { firstValueFrom, skip, throwError } from 'rxjs';
import {
  ConfigError,
  PeerUnreachable,
  circuitBreaker,
  createActorSystem,
  createApp,
  parseConfig,
  type ActorContext,
  type App,
  type Clock,
} from 'rxcomet';
import {
  RecordingWriter,
  createMemoryLinkPair,
  createTestProbe,
  driveHost,
  withFaults,
  type RecordedEvent,
} from 'rxcomet/testing';
import { declaredTimes } from '../support/declaredTimes';

// Some of what is awaited here never ends, and would keep Jest as it keeps a program
// (spec/reliability/everythingEnds).
jest.mock('../../src/runtime/keepProcess', () => ({
  keepProcess: () => undefined,
  letProcessEnd: () => undefined,
  keepProcessFor: (promise: unknown) => promise,
}));

/**
 * The longest a timer of Node waits; one that is set for longer fires after 1 ms. Fake timers do the same.
 */
const LONGEST_MS = 2 ** 31 - 1;
const LONG_MS = LONGEST_MS + 60_000;
/** What is ended by the time may have things to do before it is over. */
const SLACK_MS = 10_000;

const never = (): Promise<never> => new Promise(() => undefined);
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const unreachable = (): PeerUnreachable =>
  new PeerUnreachable('nobody', { client: 'Away', action: 'Any', delivered: 'no' });

/** A client whose attempts to connect never end. */
function appOfSilentNetwork(clock?: Clock): App {
  const config = parseConfig({
    Socket_connection: { Client: { Away: { IP: '127.0.0.1', Port: 1, Connect_timeout_ms: LONGEST_MS } } },
  });
  const transport = { connect: never, listen: never };
  return createApp(config, { transport, logger: silent, ...(clock === undefined ? {} : { clock }) });
}

const recorded: readonly RecordedEvent[] = [
  { at: 0, link: 1, side: 'host', dialect: 'comet', kind: 'message', id: 1, action: 'Move', text: '1' },
  { at: 1, link: 1, side: 'host', dialect: 'comet', kind: 'ack', id: 1, text: '2' },
];
/** Takes everything and says nothing. */
const silentLink = () => {
  const [near, far] = createMemoryLinkPair();
  const ignore = (): void => undefined;
  far.open({ data: ignore, end: ignore, drain: ignore, close: ignore });
  return near;
};

/** An actor that handles its first message for ever. */
const hung = () => {
  const system = createActorSystem('lab');
  return { system, ref: system.spawn('hung', never, { mailbox: { capacity: 1 } }) };
};

/** By the name of the time: resolves, however it ends, when the time that was given is over. */
const cases: Readonly<Record<string, (ms: number) => PromiseLike<unknown>>> = {
  'ActorSystem.stop.graceMs': async (ms) => {
    const { system, ref } = hung();
    ref.tell(1);
    await Promise.resolve();
    return system.stop({ graceMs: ms });
  },
  'ActorSystem.stopActor.graceMs': async (ms) => {
    const { system, ref } = hung();
    ref.tell(1);
    await Promise.resolve();
    return system.stopActor(ref, { graceMs: ms });
  },
  'ActorSystemOptions.treeIntervalMs': (ms) =>
    firstValueFrom(createActorSystem('lab', { treeIntervalMs: ms }).tree$.pipe(skip(1))),
  'ActorTimers.startOnce(delayMs)': (ms) =>
    new Promise((resolve) => {
      createActorSystem('lab').spawn({
        initial: (context: ActorContext<string>) => context.timers.startOnce('late', 'now', ms),
        receive: resolve,
      });
    }),
  'ActorTimers.startPeriodic(intervalMs)': (ms) =>
    new Promise((resolve) => {
      createActorSystem('lab').spawn({
        initial: (context: ActorContext<string>) => context.timers.startPeriodic('late', 'now', ms),
        receive: resolve,
      });
    }),
  'App.stop.graceMs': (ms) => {
    const app = appOfSilentNetwork();
    app
      .peer('Away')
      .ask('Any', 1, { timeoutMs: Infinity })
      .catch(() => undefined);
    return app.stop({ graceMs: ms });
  },
  'AskOptions.timeoutMs': (ms) => hung().ref.ask(1, { timeoutMs: ms }),
  'BackoffOptions.minMs': (ms) => restarted(ms, ms),
  'BackoffOptions.maxMs': (ms) => restarted(ms, ms),
  'Clock.setTimeout(delayMs)': (ms) =>
    new Promise((resolve) => createActorSystem('lab').clock.setTimeout(() => resolve(1), ms)),
  'DriveHostOptions.answerMs': (ms) =>
    driveHost(recorded, {
      connect: () => Promise.resolve(silentLink()),
      isNative: () => false,
      clock: createActorSystem('lab').clock,
      speed: 'max',
      answerMs: ms,
      sink: { elapsedMs: 0, write: () => undefined },
      onEvent: () => undefined,
    }).done,
  'FaultPlan.delayMs': (ms) =>
    new Promise((resolve) => {
      const [near, far] = createMemoryLinkPair();
      const ignore = (): void => undefined;
      far.open({ data: resolve, end: ignore, drain: ignore, close: ignore });
      const slow = withFaults(near, { delayMs: ms });
      slow.open({ data: ignore, end: ignore, drain: ignore, close: ignore });
      slow.write(new Uint8Array(1));
    }),
  'OfferOptions.waitMs': async (ms) => {
    const { ref } = hung();
    ref.tell(1);
    await Promise.resolve();
    await Promise.resolve();
    ref.tell(2);
    return ref.offer(3, { waitMs: ms });
  },
  'RecordingOptions.flushMs': (ms) =>
    new Promise((resolve) => {
      let writes = 0;
      const openSink = () =>
        Promise.resolve({
          write: () => {
            writes += 1;
            resolve(writes);
            return Promise.resolve();
          },
          close: () => Promise.resolve(),
        });
      new RecordingWriter('night.ndjson', { flushMs: ms, openSink }).write(recorded[0] as RecordedEvent);
    }),
  'SendOptions.timeoutMs': (ms) => appOfSilentNetwork().peer('Away').ask('Any', 1, { timeoutMs: ms }),
  'TestProbe.expectMessage(withinMs)': (ms) => createTestProbe(createActorSystem('lab')).expectMessage(1, ms),
  'TestProbe.expectNoMessage(forMs)': (ms) => createTestProbe(createActorSystem('lab')).expectNoMessage(ms),
  'TestProbe.expectTerminated(withinMs)': (ms) => {
    const { system, ref } = hung();
    return createTestProbe(system).expectTerminated(ref, ms);
  },
  'TestProbe.receiveMessage(withinMs)': (ms) => createTestProbe(createActorSystem('lab')).receiveMessage(ms),
  'TestProbeOptions.withinMs': (ms) =>
    createTestProbe(createActorSystem('lab'), { withinMs: ms }).receiveMessage(),
};

/** Times without a case of their own. */
const without: Readonly<Record<string, string>> = {
  'BackoffOptions.resetAfterMs': 'held against the clock, no timer',
  'CircuitBreakerOptions.openMs': 'held against the clock, no timer; below',
  'CircuitBreakerOptions.windowMs': 'held against the clock, no timer',
  'CutOptions.fromMs': 'held against recorded times, no timer',
  'CutOptions.toMs': 'held against recorded times, no timer',
  'ReplayOptions.answerMs': 'as DriveHostOptions.answerMs, which it is given to',
  'ReplayOptions.quietMs': 'a pause on the clock of the replay, which waits for any time',
  'ReplayToHostOptions.answerMs': 'as DriveHostOptions.answerMs, which it is given to',
  'RetrySendOptions.maxDelayMs':
    'refused beyond a timer of Node, with the limit: spec/streams/operators/retrySend.spec.ts',
  'RetrySendOptions.minDelayMs': 'as maxDelayMs, which it may not exceed',
  'RetrySendOptions.withinMs': 'held against the clock, no timer',
  'SupervisionRules.limit.windowMs': 'held against the clock, no timer',
  'VirtualTime.advance(ms)': 'spec/replay/virtualTime.spec.ts',
  'VirtualTimeOptions.graceMs': 'held against the clock, no timer',
  'VirtualTimeOptions.limitMs': 'held against the clock, no timer',
  'ActorEvent.delayMs': 'told by us',
  'ClientState.delayMs': 'told by us',
  'EventSink.elapsedMs': 'no time to wait for',
  'OutboxState.oldestMs': 'told by us',
};

/** Of the configuration: refused when a timer cannot wait so long, see below. */
const isConfigured = (name: string): boolean => /^(Client(Queue)?Config|Host(Config|Limits))\./.test(name);

function restarted(minMs: number, maxMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    let starts = 0;
    const ref = createActorSystem('lab', { random: () => 0 }).spawn(
      {
        initial: () => {
          starts += 1;
          if (starts === 2) resolve(starts);
        },
        receive: () => {
          throw new Error('broken');
        },
      },
      { supervision: { otherwise: 'restart', backoff: { minMs, maxMs, jitter: 0 } } },
    );
    ref.tell(1);
  });
}

describe('a time that users give', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const watch = (work: PromiseLike<unknown>): (() => boolean) => {
    let over = false;
    const end = (): void => {
      over = true;
    };
    work.then(end, end);
    return () => over;
  };

  it('has a case here, also when it is new', () => {
    const names = declaredTimes().filter((name) => !isConfigured(name));
    expect(names.filter((name) => cases[name] === undefined && without[name] === undefined)).toEqual([]);
    expect(Object.keys(cases).filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(Object.keys(cases))(
    '%s is waited for when it is longer than a timer of Node can be',
    async (name) => {
      const isOver = watch((cases[name] as (ms: number) => PromiseLike<unknown>)(LONG_MS));
      await jest.advanceTimersByTimeAsync(LONGEST_MS);
      expect(isOver()).toBe(false);
      await jest.advanceTimersByTimeAsync(LONG_MS - LONGEST_MS + SLACK_MS);
      expect(isOver()).toBe(true);
    },
  );

  // Those that have to end, say so with the limit in the message.
  const finite = ['ActorTimers.startOnce(delayMs)', 'ActorTimers.startPeriodic(intervalMs)'];

  it.each(Object.keys(cases).filter((name) => !finite.includes(name)))(
    '%s waits for ever when it is Infinity',
    async (name) => {
      const isOver = watch((cases[name] as (ms: number) => PromiseLike<unknown>)(Infinity));
      await jest.advanceTimersByTimeAsync(2 * LONG_MS);
      expect(isOver()).toBe(false);
    },
  );

  it('is refused by app.stop() when it is no time, which does not keep the app from stopping', async () => {
    for (const graceMs of [Number.NaN, -1]) {
      const app = appOfSilentNetwork();
      const codes: string[] = [];
      app.failures$.subscribe(({ code }) => codes.push(code));
      await app.stop({ graceMs });
      expect(codes).toEqual(['ERR_BAD_OPTION']);
    }
  });

  it('is waited for with a clock of the user that sets timers of Node', async () => {
    const clock: Clock = {
      now: () => performance.now(),
      wallTime: () => Date.now(),
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    };
    const app = appOfSilentNetwork(clock);
    app
      .peer('Away')
      .ask('Any', 1, { timeoutMs: Infinity })
      .catch(() => undefined);
    const isOver = watch(app.stop({ graceMs: LONG_MS }));
    await jest.advanceTimersByTimeAsync(LONGEST_MS);
    expect(isOver()).toBe(false);
    await jest.advanceTimersByTimeAsync(LONG_MS - LONGEST_MS);
    expect(isOver()).toBe(true);
  });

  it('keeps a circuit open for good when openMs is Infinity', () => {
    const breaker = circuitBreaker({ failures: 1, openMs: Infinity });
    const errors: unknown[] = [];
    for (let n = 0; n < 2; n += 1) {
      throwError(unreachable)
        .pipe(breaker)
        .subscribe({ error: (error: unknown) => errors.push(error) });
    }
    expect(errors).toMatchObject([{ code: 'ERR_PEER_UNREACHABLE' }, { code: 'ERR_CIRCUIT_OPEN' }]);
  });
});

describe('a time of the configuration', () => {
  const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'configuration.md'), 'utf8');
  const keys = [...page.matchAll(/^\| `((?:Host|Client)\.[\w.*]+_ms)`/gm)].map(([, key = '']) => key);

  it('is on the page', () => expect(keys.length).toBeGreaterThan(10));

  it.each(keys)('%s is refused with the limit when a timer cannot wait so long', (key) => {
    for (const ms of [LONGEST_MS + 1, Infinity]) {
      let text: unknown = { IP: '127.0.0.1', Port: 1 };
      const [side = '', ...steps] = key.split('.').filter((step) => step !== '*');
      let section = text as Record<string, unknown>;
      for (const step of steps.slice(0, -1)) section = section[step] = {} as Record<string, unknown>;
      section[steps.at(-1) ?? ''] = ms;
      if (side === 'Client') text = { Peer: text };
      const parse = (): unknown => parseConfig({ Socket_connection: { [side]: text } });
      expect(parse).toThrow(ConfigError);
      expect(parse).toThrow(String(LONGEST_MS));
    }
  });
});
