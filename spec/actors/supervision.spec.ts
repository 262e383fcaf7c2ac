import { throwError } from 'rxjs';
import { type ActorContext, behaviour } from '../../src/actors/behaviour';
import type { SupervisionStrategy } from '../../src/actors/SupervisionStrategy';
import { codeOf } from './codeOf';
import { createTestSystem } from './createTestSystem';

class DeviceFault extends Error {}
class BadInput extends Error {}

const failures: Record<string, () => unknown> = {
  fault: () => {
    throw new DeviceFault('fault');
  },
  bad: () => {
    throw new BadInput('bad');
  },
  'async fault': () => Promise.reject(new DeviceFault('async fault')),
  'stream fault': () => throwError(() => new DeviceFault('stream fault')),
};

/** Counts its messages; a message named in `failures` fails. */
const counter = (log: string[] = [], name = 'counter') =>
  behaviour({
    initial: () => {
      log.push(`${name} set up`);
      return 0;
    },
    receive: (count: number, text: string, context: ActorContext<string, number>) => {
      const failure = failures[text];
      if (failure !== undefined) return failure() as Promise<undefined>;
      context.reply(count + 1);
      return count + 1;
    },
    onSignal: (count, signal) => {
      log.push(`${name} ${signal.type} at ${count}`);
    },
  });

function spawnCounter(supervision?: SupervisionStrategy, random?: () => number) {
  const test = createTestSystem(random === undefined ? {} : { random });
  const log: string[] = [];
  const ref = test.system.spawn('counter', counter(log), supervision === undefined ? {} : { supervision });
  return { ...test, ref, log };
}

describe('a failing actor', () => {
  it('stops when nothing else was said', async () => {
    const { ref, clock, log, events } = spawnCounter();
    ref.tell('a');
    ref.tell('fault');
    await clock.settle();
    expect(log).toEqual(['counter set up', 'counter stopped at 1']);
    expect(events).toMatchObject([
      { type: 'started', path: '/user/counter' },
      { type: 'failed', directive: 'stop', message: 'fault', cause: expect.any(DeviceFault) as unknown },
      { type: 'stopped', cause: expect.any(DeviceFault) as unknown },
    ]);
  });

  it.each(['fault', 'async fault', 'stream fault'])('is resumed with its state after a %s', async (text) => {
    const { ref, log, clock } = spawnCounter('resume');
    await ref.ask('a');
    await expect(ref.ask(text)).rejects.toThrow(text);
    expect(await ref.ask('b')).toBe(2);
    await clock.settle();
    expect(log).toEqual(['counter set up']);
  });

  it.each(['fault', 'async fault', 'stream fault'])(
    'is restarted with a new state after a %s',
    async (text) => {
      const { ref, log, eventsOf } = spawnCounter('restart');
      await ref.ask('a');
      const [failed, next] = await Promise.allSettled([ref.ask(text), ref.ask('b')]);
      expect(failed).toMatchObject({ status: 'rejected', reason: { message: text } });
      expect(next).toEqual({ status: 'fulfilled', value: 1 });
      expect(log).toEqual(['counter set up', 'counter pre-restart at 1', 'counter set up']);
      expect(eventsOf('restarting')).toMatchObject([{ delayMs: 0, restarts: 1, cause: { message: text } }]);
      expect(eventsOf('restarted')).toMatchObject([{ cause: { message: text } }]);
    },
  );

  it('follows the first rule whose class fits', async () => {
    const { ref, log } = spawnCounter({
      on: [
        [BadInput, 'resume'],
        [Error, 'restart'],
        [DeviceFault, 'stop'],
      ],
    });
    await ref.ask('a');
    await ref.ask('bad').catch(() => undefined);
    expect(await ref.ask('b')).toBe(2);
    await ref.ask('fault').catch(() => undefined);
    expect(await ref.ask('c')).toBe(1);
    expect(log).toContain('counter pre-restart at 2');
  });

  it('keeps the rest of its mailbox, its stash and those who watch it through a restart', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    const handled: string[] = [];
    const seen: string[] = [];
    const ref = system.spawn(
      'keeper',
      (_, text: string, context: ActorContext<string>) => {
        if (text === 'later' && !handled.includes('open')) return context.stash();
        handled.push(text);
        if (text === 'open') context.unstashAll();
        failures[text]?.();
        return undefined;
      },
      { supervision: 'restart' },
    );
    system.spawn({
      initial: (context: ActorContext<string>) => context.watchWith(ref, 'gone'),
      receive: (_, text) => void seen.push(text),
    });
    for (const text of ['later', 'fault', 'open', 'last']) ref.tell(text);
    await clock.settle();
    expect(handled).toEqual(['fault', 'open', 'later', 'last']);
    expect([seen, eventsOf('restarted').length]).toEqual([[], 1]);
    await system.stopActor(ref);
    await clock.settle();
    expect(seen).toEqual(['gone']);
  });

  it('stops when the limit of restarts in its window is used up, and not before', async () => {
    const { ref, clock, eventsOf } = spawnCounter({
      otherwise: 'restart',
      limit: { restarts: 2, windowMs: 1000 },
    });
    const fail = async (): Promise<void> => {
      ref.tell('fault');
      await clock.settle();
    };
    await fail();
    await clock.advance(900);
    await fail();
    // The window began with the first failure and is over: a new one begins here.
    await clock.advance(100);
    await fail();
    await fail();
    expect([eventsOf('restarted').length, eventsOf('stopped').length]).toEqual([4, 0]);
    await fail();
    expect([eventsOf('restarted').length, eventsOf('stopped').length]).toEqual([4, 1]);
  });

  it('waits before each restart, twice as long each time, never above the maximum', async () => {
    const { ref, clock, eventsOf } = spawnCounter({
      otherwise: 'restart',
      backoff: { minMs: 100, maxMs: 500, jitter: 0, resetAfterMs: 10_000 },
    });
    for (let failure = 0; failure < 5; failure += 1) {
      ref.tell('fault');
      await clock.advance(500);
    }
    expect(eventsOf('restarting').map(({ delayMs }) => delayMs)).toEqual([100, 200, 400, 500, 500]);
    expect(eventsOf('restarted').map(({ at }) => at - Date.UTC(2024, 0, 1))).toEqual([
      100, 700, 1400, 2000, 2500,
    ]);
  });

  it.each([
    [0, [80, 160, 320, 333, 333]],
    [0.999, [120, 240, 480, 500, 500]],
  ])(
    'spreads the delays by the jitter, also at the maximum and never above it (random %d)',
    async (random, delays) => {
      const backoff = { minMs: 100, maxMs: 500, jitter: 0.2, resetAfterMs: 10_000 };
      const { ref, clock, eventsOf } = spawnCounter({ otherwise: 'restart', backoff }, () => random);
      for (let failure = 0; failure < 5; failure += 1) {
        ref.tell('fault');
        await clock.advance(500);
      }
      expect(eventsOf('restarting').map(({ delayMs }) => delayMs)).toEqual(delays);
    },
  );

  it('starts again at the shortest delay after running (min + max) / 2 without failure', async () => {
    const { ref, clock, eventsOf } = spawnCounter({
      otherwise: 'restart',
      backoff: { minMs: 100, maxMs: 500, jitter: 0 },
    });
    ref.tell('fault');
    await clock.advance(100 + 299);
    ref.tell('fault');
    await clock.advance(200 + 300);
    ref.tell('fault');
    await clock.advance(100);
    expect(eventsOf('restarting').map(({ delayMs }) => delayMs)).toEqual([100, 200, 100]);
  });

  it('keeps messages while it waits to be restarted', async () => {
    const { ref, clock } = spawnCounter({ otherwise: 'restart', backoff: { minMs: 100, maxMs: 500 } });
    ref.tell('fault');
    await clock.settle();
    const ask = ref.ask('a');
    await clock.advance(100);
    expect(await ask).toBe(1);
  });

  it('can be stopped while it waits to be restarted', async () => {
    const { ref, system, clock, log } = spawnCounter({
      otherwise: 'restart',
      backoff: { minMs: 100, maxMs: 500 },
    });
    ref.tell('fault');
    await clock.settle();
    await system.stopActor(ref);
    expect(clock.pending).toBe(0);
    expect(log).toEqual(['counter set up', 'counter pre-restart at 0']);
  });

  it.each<SupervisionStrategy>(['resume', 'restart'])(
    'stops instead of looping when its set-up fails under %s',
    async (supervision) => {
      const { system, clock, events } = createTestSystem();
      const ref = system.spawn(
        'broken',
        {
          initial: (): number => {
            throw new DeviceFault('set-up');
          },
          receive: (_, __: string) => undefined,
        },
        { supervision },
      );
      await expect(ref.ask('a')).rejects.toMatchObject({
        code: 'ERR_ACTOR_STOPPED',
        cause: { message: 'set-up' },
      });
      await clock.settle();
      expect(events.map(({ type }) => type)).toEqual(['failed', 'stopped']);
    },
  );

  it('tries a failing set-up again where a backoff slows it, and serves those who waited', async () => {
    const { system, clock } = createTestSystem();
    let tries = 0;
    const ref = system.spawn(
      {
        initial: async () => {
          tries += 1;
          await Promise.resolve();
          if (tries < 3) throw new DeviceFault('not yet');
          return tries;
        },
        receive: (state: number, _: string, context: ActorContext<string, number>) => context.reply(state),
      },
      { supervision: { otherwise: 'restart', backoff: { minMs: 100, maxMs: 1000 } } },
    );
    const ask = ref.ask('a');
    await clock.advance(300);
    expect(await ask).toBe(3);
  });

  it('tells a failing pre-restart or stopped signal, and goes on', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    const ref = system.spawn(
      {
        initial: () => undefined,
        receive: (_, text: string) => failures[text]?.() as undefined,
        onSignal: (_, { type }) => {
          throw new Error(type);
        },
      },
      { supervision: 'restart' },
    );
    ref.tell('fault');
    await clock.settle();
    await system.stopActor(ref);
    expect(eventsOf('failed').map(({ cause }) => (cause as Error).message)).toEqual([
      'fault',
      'pre-restart',
      'stopped',
    ]);
    expect(eventsOf('restarted')).toHaveLength(1);
    expect(eventsOf('stopped')).toHaveLength(1);
  });

  it.each<SupervisionStrategy>([
    { limit: { restarts: -1, windowMs: 1 } },
    { limit: { restarts: 1, windowMs: 0 } },
    { backoff: { minMs: 0, maxMs: 1 } },
    { backoff: { minMs: 2, maxMs: 1 } },
    { backoff: { minMs: 1, maxMs: 2, jitter: 2 } },
  ])('is not spawned with %j', (supervision) => {
    const { system } = createTestSystem();
    expect(codeOf(() => system.spawn(() => undefined, { supervision }))).toBe('ERR_BAD_OPTION');
  });
});

describe('siblings', () => {
  function family(strategies: readonly SupervisionStrategy[]) {
    const test = createTestSystem();
    const log: string[] = [];
    const refs = strategies.map((supervision, index) =>
      test.system.spawn(`c${index}`, counter(log, `c${index}`), { supervision }),
    );
    return { ...test, log, refs };
  }

  it('go on when one fails one-for-one', async () => {
    const { refs, clock, log } = family(['restart', 'restart']);
    await clock.settle();
    refs[0]?.tell('fault');
    await clock.settle();
    expect(log).toEqual(['c0 set up', 'c1 set up', 'c0 pre-restart at 0', 'c0 set up']);
  });

  it('with all-for-one are restarted together, those without are not', async () => {
    const group: SupervisionStrategy = { otherwise: 'restart', scope: 'all-for-one' };
    const { refs, clock, log } = family([group, group, 'restart']);
    refs.forEach((ref) => ref.tell('a'));
    await clock.settle();
    refs[0]?.tell('fault');
    await clock.settle();
    expect(log.slice(3).sort()).toEqual([
      'c0 pre-restart at 1',
      'c0 set up',
      'c1 pre-restart at 1',
      'c1 set up',
    ]);
  });

  it('with all-for-one stop together', async () => {
    const group: SupervisionStrategy = { otherwise: 'stop', scope: 'all-for-one' };
    const { refs, clock, eventsOf } = family([group, group, 'stop']);
    refs[1]?.tell('fault');
    await clock.settle();
    expect(
      eventsOf('stopped')
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/user/c0', '/user/c1']);
  });

  it('that is busy when its group is restarted has its signal aborted and settles first', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    const group: SupervisionStrategy = { otherwise: 'restart', scope: 'all-for-one' };
    const busy = system.spawn(
      'busy',
      (_, __: string, { signal }: ActorContext<string>) =>
        new Promise<undefined>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      { supervision: group },
    );
    const other = system.spawn(counter(), { supervision: group });
    const ask = busy.ask('work').catch((error: unknown) => error);
    await clock.settle();
    other.tell('fault');
    await clock.settle();
    expect(await ask).toBeInstanceOf(DeviceFault);
    expect(eventsOf('restarted').map(({ path }) => path)).toContain('/user/busy');
    expect(eventsOf('failed')).toHaveLength(1);
  });
});

describe('an escalated failure', () => {
  function parentAndChild(supervision: SupervisionStrategy) {
    const test = createTestSystem();
    const log: string[] = [];
    const parent = test.system.spawn(
      'parent',
      {
        initial: (context: ActorContext<string, number>) => {
          log.push('parent set up');
          return context.spawn('child', counter(log, 'child'), { supervision: 'escalate' });
        },
        receive: (child, text, context) => child.ask(text).then((count) => context.reply(count)),
        onSignal: (_, { type }) => void log.push(`parent ${type}`),
      },
      { supervision },
    );
    const child = () => test.system.find('/user/parent/child') as typeof parent;
    return { ...test, log, parent, child };
  }

  it('restarts the parent, and with it its children', async () => {
    const { clock, log, child, eventsOf } = parentAndChild('restart');
    await clock.settle();
    child().tell('fault');
    await clock.settle();
    expect(log).toEqual([
      'parent set up',
      'child set up',
      'child stopped at 0',
      'parent pre-restart',
      'parent set up',
      'child set up',
    ]);
    expect(eventsOf('failed').map(({ path, directive }) => [path, directive])).toEqual([
      ['/user/parent/child', 'escalate'],
      ['/user/parent', 'restart'],
    ]);
  });

  it('lets the child go on with its state when the parent resumes', async () => {
    const { clock, log, child } = parentAndChild('resume');
    await clock.settle();
    await child().ask('a');
    child().tell('fault');
    expect(await child().ask('b')).toBe(2);
    expect(log).toEqual(['parent set up', 'child set up']);
  });

  it('stops at the top: the actor ends, the system goes on', async () => {
    const { clock, system, eventsOf, child } = parentAndChild('escalate');
    await clock.settle();
    child().tell('fault');
    await clock.settle();
    expect(eventsOf('stopped').map(({ path }) => path)).toEqual(['/user/parent/child', '/user/parent']);
    expect(await system.spawn(counter()).ask('a')).toBe(1);
  });
});
