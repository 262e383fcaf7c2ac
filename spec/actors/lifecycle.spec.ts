import { Observable } from 'rxjs';
import type { ActorContext, ActorSignal } from '../../src/actors/behaviour';
import type { ActorRef } from '../../src/actors/ActorRef';
import { codeOf } from './codeOf';
import { createTestSystem } from './createTestSystem';

type Text = ActorContext<string>;

/** An actor with a child for each name, that logs its end. */
const tree = (log: string[], name: string, children: readonly string[] = []) => ({
  initial: (context: Text): void => {
    for (const child of children) context.spawn(child, tree(log, child));
  },
  receive: (): undefined => undefined,
  onSignal: (_: void, { type }: ActorSignal): void => void log.push(`${name} ${type}`),
});

describe('names and paths', () => {
  it('are /user/name, below that the name of the child', async () => {
    const { system, clock } = createTestSystem();
    const ref = system.spawn('a', tree([], 'a', ['b']));
    await clock.settle();
    expect(ref.path).toBe('/user/a');
    expect(system.find('/user/a')).toBe(ref);
    expect(system.find('/user/a/b')?.path).toBe('/user/a/b');
    expect(['/user/a/c', '/user', '/system/a', 'a'].map((path) => system.find(path))).toEqual(
      Array(4).fill(undefined),
    );
  });

  it.each(['', 'a b', 'a/b', '$1', 'ä'])('cannot be %j', (name) => {
    const { system } = createTestSystem();
    expect(codeOf(() => system.spawn(name, () => undefined))).toBe('ERR_BAD_NAME');
  });

  it('are taken until the actor has stopped', async () => {
    const { system } = createTestSystem();
    const ref = system.spawn('a', () => undefined);
    expect(codeOf(() => system.spawn('a', () => undefined))).toBe('ERR_NAME_TAKEN');
    await system.stopActor(ref);
    expect(system.spawn('a', () => undefined).path).toBe('/user/a');
  });

  it('like __proto__ and constructor are names as any other', () => {
    const { system } = createTestSystem();
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(system.spawn(name, () => undefined).path).toBe(`/user/${name}`);
    }
  });

  it('are made up where none is given', () => {
    const { system } = createTestSystem();
    expect([system.spawn(() => undefined).path, system.spawn(() => undefined).path]).toEqual([
      '/user/$1',
      '/user/$2',
    ]);
  });
});

describe('stopping', () => {
  it('ends children before their parent', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    const log: string[] = [];
    const ref = system.spawn('a', tree(log, 'a', ['b', 'c']));
    await clock.settle();
    await system.stopActor(ref);
    expect(log).toEqual(['b stopped', 'c stopped', 'a stopped']);
    expect(eventsOf('stopped').map(({ path }) => path)).toEqual(['/user/a/b', '/user/a/c', '/user/a']);
  });

  it('lets the message under way settle, aborts its signal, and makes the rest dead letters', async () => {
    const { system, clock, deadLetters } = createTestSystem();
    const log: string[] = [];
    const ref = system.spawn('a', async (_, text: string, context: ActorContext<string, string>) => {
      context.signal.addEventListener('abort', () => log.push('aborted'));
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
      context.reply(`${text} done`);
    });
    const asks = ['a', 'b'].map((text) => ref.ask(text).catch((error: unknown) => error));
    const offer = ref.offer('c').catch((error: unknown) => error);
    await clock.settle();
    const stopped = system.stopActor(ref).then(() => log.push('stopped'));
    await clock.settle();
    expect(log).toEqual(['aborted']);
    await clock.advance(100);
    await stopped;
    expect(await Promise.all(asks)).toMatchObject(['a done', { code: 'ERR_ACTOR_STOPPED' }]);
    expect(await offer).toBeUndefined();
    expect(deadLetters().map(([, message, reason]) => [message, reason])).toEqual([
      ['b', 'stopped'],
      ['c', 'stopped'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('from inside takes effect once the message is complete, without aborting it', async () => {
    const { system, eventsOf } = createTestSystem();
    const ref = system.spawn(async (_, __: string, context: ActorContext<string, boolean>) => {
      context.stop();
      await Promise.resolve();
      context.reply(context.signal.aborted);
    });
    expect(await ref.ask('a')).toBe(false);
    expect(ref.tell('b')).toBe(false);
    expect(eventsOf('stopped')).toHaveLength(1);
  });

  it('refuses to stop what is no child', async () => {
    const { system } = createTestSystem();
    const other = system.spawn(() => undefined);
    const ref = system.spawn((_, __: string, context: Text) => context.stop(other));
    await expect(ref.ask('a')).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });

  it('waits for what the stopped signal still does', async () => {
    const { system, clock } = createTestSystem();
    const log: string[] = [];
    const ref = system.spawn({
      initial: () => 'device',
      receive: () => undefined,
      onSignal: async (state) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 50));
        log.push(`${state} closed`);
      },
    });
    await clock.settle();
    const stopped = system.stopActor(ref).then(() => log.push('stopped'));
    await clock.advance(50);
    await stopped;
    expect(log).toEqual(['device closed', 'stopped']);
  });

  it('happens once, also when an observer of a reply, a failure or an event asks for it meanwhile', async () => {
    for (const when of ['complete', 'error', 'failed', 'started'] as const) {
      const { system, clock, eventsOf } = createTestSystem();
      const log: string[] = [];
      const ref = system.spawn(
        'a',
        {
          initial: (context: Text) => void context.spawn('b', () => undefined),
          receive: (_: void, text: string): undefined => {
            if (text === 'fault') throw new Error(text);
          },
          onSignal: (_, { type }) => void log.push(type),
        },
        { supervision: 'restart' },
      );
      const stop = (): void => void system.stopActor(ref);
      system.events$.subscribe((event) => {
        if (event.type === when && event.path === ref.path) stop();
      });
      ref.send(when === 'complete' ? 'x' : 'fault').subscribe({
        complete: () => when === 'complete' && stop(),
        error: () => when === 'error' && stop(),
      });
      await clock.settle();
      expect([when, log]).toEqual([when, ['stopped']]);
      expect(eventsOf('stopped').filter(({ path }) => path === ref.path)).toHaveLength(1);
    }
  });

  it('ends what callbacks still start: timers, streams of background work, children', async () => {
    const { system, clock, deadLetters } = createTestSystem();
    let kept: Text | undefined;
    const ref = system.spawn({
      initial: (context: Text) => {
        kept = context;
        context.pipeToSelf(new Observable<string>(() => () => void (unsubscribed += 1)), String);
      },
      receive: () => undefined,
    });
    let unsubscribed = 0;
    await clock.settle();
    await system.stopActor(ref);
    kept?.timers.startPeriodic('a', 'tick', 10);
    await clock.advance(100);
    expect([unsubscribed, clock.pending, deadLetters()]).toEqual([1, 0, []]);
    expect(codeOf(() => kept?.spawn(() => undefined))).toBe('ERR_ACTOR_STOPPED');
  });

  it('reaches any actor of the system, not only those at the top', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    system.spawn('a', tree([], 'a', ['b']));
    await clock.settle();
    const child = system.find('/user/a/b');
    if (child !== undefined) await system.stopActor(child);
    expect(eventsOf('stopped').map(({ path }) => path)).toEqual(['/user/a/b']);
  });

  it('before the actor was ever set up needs no signal', async () => {
    const { system, eventsOf } = createTestSystem();
    const log: string[] = [];
    const ref = system.spawn(tree(log, 'a'));
    await system.stopActor(ref);
    expect([log, eventsOf('stopped').length]).toEqual([[], 1]);
  });
});

describe('stopping the system', () => {
  it('ends all, completes its streams and takes no more actors', async () => {
    const { system, clock } = createTestSystem();
    const ended: string[] = [];
    system.events$.subscribe({ complete: () => ended.push('events') });
    system.deadLetters$.subscribe({ complete: () => ended.push('letters') });
    system.tree$.subscribe({ complete: () => ended.push('tree') });
    system.spawn('a', tree([], 'a', ['b']));
    await clock.settle();
    expect(await system.stop()).toEqual({ stopped: 2, unfinished: [] });
    expect(ended.sort()).toEqual(['events', 'letters', 'tree']);
    expect(codeOf(() => system.spawn(() => undefined))).toBe('ERR_ACTOR_STOPPED');
    expect(clock.pending).toBe(0);
  });

  it('names those that did not end within the grace, ends their asks and lets go of them', async () => {
    const { system, clock, deadLetters } = createTestSystem();
    const parent = system.spawn('parent', {
      initial: (context: Text) => context.spawn('stuck', () => new Promise<undefined>(() => undefined)),
      receive: (child: ActorRef<never>, text: string) => void child.tell(text as never),
    });
    system.spawn('fine', () => undefined);
    parent.tell('work');
    await clock.settle();
    const ask = (system.find('/user/parent/stuck') as ActorRef<string>)
      .ask('more')
      .catch((error: unknown) => error);
    const report = system.stop({ graceMs: 100 });
    await clock.advance(100);
    expect(await report).toEqual({ stopped: 1, unfinished: ['/user/parent/stuck', '/user/parent'] });
    expect(await ask).toMatchObject({ code: 'ERR_ACTOR_STOPPED' });
    expect(deadLetters()).toEqual([
      ['/user/parent/stuck', 'more', 'stopped'],
      ['/user/parent/stuck', 'work', 'stopped'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('twice gives the same report', async () => {
    const { system } = createTestSystem();
    expect(await Promise.all([system.stop(), system.stop()])).toEqual(
      Array(2).fill({ stopped: 0, unfinished: [] }),
    );
  });
});

describe('watching', () => {
  it('tells of the end once, with its cause, in order after what the actor is doing', async () => {
    const { system, clock } = createTestSystem();
    const signals: ActorSignal[] = [];
    const fault = new Error('fault');
    const watched = system.spawn('watched', () => {
      throw fault;
    });
    system.spawn({
      initial: (context: Text) => {
        context.watch(watched);
        context.watch(watched);
      },
      receive: () => undefined,
      onSignal: (_, signal) => void signals.push(signal),
    });
    await clock.settle();
    watched.tell(undefined);
    await clock.settle();
    expect(signals).toEqual([{ type: 'terminated', ref: watched, cause: fault }]);
  });

  it('tells at once of one that has ended before', async () => {
    const { system, clock } = createTestSystem();
    const got: string[] = [];
    const watched = system.spawn(() => undefined);
    await system.stopActor(watched);
    system.spawn({
      initial: (context: Text) => context.watchWith(watched, 'gone'),
      receive: (_, text: string) => void got.push(text),
    });
    await clock.settle();
    expect(got).toEqual(['gone']);
  });

  it('can be taken back, also when the news is on its way', async () => {
    const { system, clock } = createTestSystem();
    const got: string[] = [];
    const watched = system.spawn(() => undefined);
    const watcher = system.spawn({
      initial: (context: Text) => context.watchWith(watched, 'gone'),
      receive: async (_: void, text: string, context: Text) => {
        got.push(text);
        await system.stopActor(watched);
        context.unwatch(watched);
      },
    });
    watcher.tell('a');
    await clock.settle();
    expect(got).toEqual(['a']);
  });

  it('without onSignal ends the watching actor when the watched one ends', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    const watched = system.spawn('watched', () => undefined);
    system.spawn('watcher', { initial: (context: Text) => context.watch(watched), receive: () => undefined });
    await clock.settle();
    await system.stopActor(watched);
    await clock.settle();
    expect(eventsOf('stopped').map(({ path }) => path)).toEqual(['/user/watched', '/user/watcher']);
    expect(eventsOf('failed')).toMatchObject([{ path: '/user/watcher', cause: { code: 'ERR_DEATH_PACT' } }]);
  });

  it('of its own children ends with a restart, which stops them', async () => {
    const { system, clock } = createTestSystem();
    const signals: string[] = [];
    const ref = system.spawn(
      {
        initial: (context: Text) => context.watch(context.spawn('child', () => undefined)),
        receive: (_: void, text: string) => {
          throw new Error(text);
        },
        onSignal: (_, { type }) => void signals.push(type),
      },
      { supervision: 'restart' },
    );
    ref.tell('fault');
    await clock.settle();
    expect(signals).toEqual(['pre-restart']);
  });

  it('ends with the watching actor', async () => {
    const { system, clock } = createTestSystem();
    let subscribed = 0;
    const remote = Object.assign(Object.create(system.spawn(() => undefined)) as ActorRef<never>, {});
    Object.defineProperty(remote, 'path', { value: '/remote' });
    Object.defineProperty(remote, 'terminated$', {
      value: new Observable(() => {
        subscribed += 1;
        return () => void (subscribed -= 1);
      }),
    });
    const watcher = system.spawn({
      initial: (context: Text) => context.watch(remote),
      receive: () => undefined,
    });
    await clock.settle();
    expect(subscribed).toBe(1);
    await system.stopActor(watcher);
    expect(subscribed).toBe(0);
  });

  it('takes nothing of the room in the mailbox', async () => {
    const { system, clock } = createTestSystem();
    const got: string[] = [];
    const watched = Array.from({ length: 10 }, () => system.spawn(() => undefined));
    system.spawn(
      {
        initial: (context: Text) => watched.forEach((ref) => context.watchWith(ref, 'gone')),
        receive: (_, text: string) => void got.push(text),
      },
      { mailbox: { capacity: 1 } },
    );
    await clock.settle();
    await Promise.all(watched.map((ref) => system.stopActor(ref)));
    await clock.settle();
    expect(got).toHaveLength(10);
  });
});

describe('the stash', () => {
  const lock = (stashCapacity = 1000, handled: string[] = []) => {
    const test = createTestSystem();
    const ref = test.system.spawn(
      'lock',
      (open: boolean | undefined, text: string, context: ActorContext<string, string>) => {
        if (text === 'open') {
          context.unstashAll();
          return true;
        }
        if (open !== true) return void context.stash();
        handled.push(text);
        context.reply(`${text} done`);
        return undefined;
      },
      { stashCapacity },
    );
    return { ...test, ref, handled };
  };

  it('gives back what was put aside in order, before what waits, with its asks still open', async () => {
    const { ref, clock, handled } = lock();
    const ask = ref.ask('a');
    ref.tell('b');
    await clock.settle();
    ref.tell('open');
    ref.tell('c');
    expect(await ask).toBe('a done');
    await clock.settle();
    expect(handled).toEqual(['a', 'b', 'c']);
  });

  it('fails the message it has no room for', async () => {
    const { ref, clock, eventsOf } = lock(1);
    ref.tell('a');
    await expect(ref.ask('b')).rejects.toMatchObject({ code: 'ERR_STASH_FULL' });
    await clock.settle();
    expect(eventsOf('failed')).toMatchObject([{ message: 'b' }]);
  });

  it('loses an ask that is given up, and makes room for another', async () => {
    const { ref, clock, handled, deadLetters } = lock(1);
    const ask = ref.ask('a', { timeoutMs: 10 }).catch((error: unknown) => error);
    await clock.advance(10);
    expect(await ask).toMatchObject({ code: 'ERR_ASK_TIMEOUT' });
    for (const text of ['b', 'open']) ref.tell(text);
    await clock.settle();
    expect(handled).toEqual(['b']);
    expect(deadLetters()).toEqual([['/user/lock', 'a', 'abandoned']]);
  });

  it('takes no reply for a message that is in it: its ask is answered when it comes back', async () => {
    const { system, clock, deadLetters } = createTestSystem();
    let tries = 0;
    const ref = system.spawn('a', (_, text: string, context: ActorContext<string, string>) => {
      if (text === 'open') return context.unstashAll();
      tries += 1;
      if (tries === 1) context.stash();
      return context.reply(`try ${tries}`);
    });
    const ask = ref.ask('x');
    await clock.settle();
    ref.tell('open');
    expect(await ask).toBe('try 2');
    expect(deadLetters()).toEqual([['/user/a', 'try 1', 'late-reply']]);
  });

  it('takes nothing any more once the actor is stopping', async () => {
    const { system, clock, deadLetters } = createTestSystem();
    const ref = system.spawn('a', async (_, __: string, context: Text) => {
      context.stash();
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
    });
    const ask = ref.ask('x').catch((error: unknown) => error);
    await clock.settle();
    void system.stopActor(ref);
    await clock.advance(10);
    expect(await ask).toMatchObject({ code: 'ERR_ACTOR_STOPPED' });
    expect(deadLetters()).toEqual([['/user/a', 'x', 'stopped']]);
  });

  it('becomes dead letters when the actor stops', async () => {
    const { ref, system, clock, deadLetters } = lock();
    const ask = ref.ask('a').catch((error: unknown) => error);
    ref.tell('b');
    await clock.settle();
    await system.stopActor(ref);
    expect(await ask).toMatchObject({ code: 'ERR_ACTOR_STOPPED' });
    expect(deadLetters().map(([, message, reason]) => [message, reason])).toEqual([
      ['a', 'stopped'],
      ['b', 'stopped'],
    ]);
  });
});

describe('timers', () => {
  const ticker = (
    set: (context: Text) => void,
    receive: (text: string, context: Text) => unknown = () => undefined,
  ) => {
    const test = createTestSystem();
    const ticks: [string, number][] = [];
    const ref = test.system.spawn(
      {
        initial: set,
        receive: (_: void, text: string, context: Text) => {
          ticks.push([text, test.clock.now()]);
          return receive(text, context) as undefined;
        },
      },
      { supervision: 'restart' },
    );
    return { ...test, ref, ticks };
  };

  it('send once, or at intervals, until cancelled', async () => {
    const { ticks, clock, ref } = ticker(
      ({ timers }) => {
        timers.startOnce('once', 'once', 15);
        timers.startPeriodic('tick', 'tick', 10);
      },
      (text, { timers }) => {
        if (text === 'enough') timers.cancel('tick');
      },
    );
    await clock.advance(30);
    ref.tell('enough');
    await clock.advance(100);
    expect(ticks).toEqual([
      ['tick', 10],
      ['once', 15],
      ['tick', 20],
      ['tick', 30],
      ['enough', 30],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('replace the one of the same key', async () => {
    const { ticks, clock } = ticker(({ timers }) => {
      timers.startOnce('a', 'first', 10);
      timers.startOnce('a', 'second', 20);
    });
    await clock.advance(50);
    expect(ticks).toEqual([['second', 20]]);
  });

  it('that were cancelled never arrive, even when they wait in the mailbox', async () => {
    const { ticks, clock, ref } = ticker(
      ({ timers }) => timers.startOnce('a', 'tick', 10),
      async (text, { timers }) => {
        if (text !== 'hold') return;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 20));
        timers.cancel('a');
      },
    );
    ref.tell('hold');
    await clock.advance(50);
    expect(ticks).toEqual([['hold', 0]]);
  });

  it('leave ticks out while one waits in the mailbox', async () => {
    const { ticks, clock, ref } = ticker(
      ({ timers }) => timers.startPeriodic('a', 'tick', 10),
      (text) => (text === 'hold' ? new Promise<void>((resolve) => clock.setTimeout(resolve, 35)) : undefined),
    );
    ref.tell('hold');
    await clock.advance(45);
    expect(ticks).toEqual([
      ['hold', 0],
      ['tick', 35],
      ['tick', 40],
    ]);
  });

  it('end with a restart and with the actor', async () => {
    let setUps = 0;
    const { ticks, clock, ref, system } = ticker(
      ({ timers }) => {
        setUps += 1;
        if (setUps === 1) timers.startPeriodic('a', 'tick', 10);
        else timers.startOnce('b', 'again', 10);
      },
      (text) => {
        if (text === 'fault') throw new Error(text);
      },
    );
    await clock.advance(5);
    ref.tell('fault');
    await clock.advance(15);
    expect(ticks.map(([text]) => text)).toEqual(['fault', 'again']);
    await system.stopActor(ref);
    expect(clock.pending).toBe(0);
  });

  it.each([-1, NaN, Infinity])('refuse a delay of %d', async (delayMs) => {
    const { eventsOf, clock } = ticker(({ timers }) => timers.startOnce('a', 'tick', delayMs));
    await clock.settle();
    expect(eventsOf('failed')).toMatchObject([{ cause: { code: 'ERR_BAD_OPTION' } }]);
  });
});

describe('work in the background', () => {
  it('comes back as messages while others are handled', async () => {
    const { system, clock } = createTestSystem();
    const handled: string[] = [];
    const ref = system.spawn((_, text: string, context: Text) => {
      handled.push(text);
      if (text !== 'start') return;
      const work = new Promise<number>((resolve) => clock.setTimeout(() => resolve(42), 100));
      context.pipeToSelf(work, (result) => `result ${result}`);
    });
    ref.tell('start');
    ref.tell('other');
    await clock.advance(100);
    expect(handled).toEqual(['start', 'other', 'result 42']);
  });

  it('that fails becomes a message, or a failure of the actor', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    const handled: string[] = [];
    const ref = system.spawn('a', (_, text: string, context: Text) => {
      handled.push(text);
      const work = (): Promise<string> => Promise.reject(new Error('broken'));
      if (text === 'handle')
        context.pipeToSelf(work(), String, (error) => `failed: ${(error as Error).message}`);
      if (text === 'crash') context.pipeToSelf(work(), String);
    });
    ref.tell('handle');
    await clock.settle();
    ref.tell('crash');
    await clock.settle();
    expect(handled).toEqual(['handle', 'failed: broken', 'crash']);
    expect(eventsOf('failed')).toMatchObject([{ cause: { message: 'broken' }, directive: 'stop' }]);
  });

  it('is a dead letter when the actor has ended meanwhile', async () => {
    const { system, clock, deadLetters } = createTestSystem();
    const ref = system.spawn('a', (_, __: string, context: Text) => {
      context.pipeToSelf(
        new Promise<string>((resolve) => clock.setTimeout(() => resolve('late'), 10)),
        String,
      );
    });
    ref.tell('start');
    await clock.settle();
    await system.stopActor(ref);
    await clock.advance(10);
    expect(deadLetters()).toEqual([['/user/a', 'late', 'stopped']]);
  });
});
