import type { ActorContext } from '../../src/actors/behaviour';
import type { MailboxOptions } from '../../src/actors/MailboxOptions';
import type { Priority } from '../../src/actors/ActorRef';
import { codeOf } from './codeOf';
import { createTestSystem } from './createTestSystem';

/** An actor that holds each message until released. */
function held(mailbox: MailboxOptions<string> = {}) {
  const test = createTestSystem();
  const handled: string[] = [];
  let release = (): void => undefined;
  const ref = test.system.spawn(
    'held',
    (_, text: string, context: ActorContext<string, string>) => {
      handled.push(text);
      context.reply(text);
      return new Promise<undefined>((resolve) => {
        release = () => resolve(undefined);
      });
    },
    { mailbox },
  );
  const releaseAll = async (): Promise<void> => {
    for (let before = -1; before !== handled.length;) {
      before = handled.length;
      release();
      await test.clock.settle();
    }
  };
  return { ...test, ref, handled, release: () => release(), releaseAll };
}

const byCase = (text: string): Priority => (text === text.toUpperCase() ? 'urgent' : 'normal');

describe('a mailbox', () => {
  it('gives one message at a time, in order, and the next only when the previous one has settled', async () => {
    const { ref, clock, handled, release } = held();
    for (const text of ['a', 'b', 'c']) ref.tell(text);
    await clock.settle();
    expect(handled).toEqual(['a']);
    release();
    await clock.settle();
    expect(handled).toEqual(['a', 'b']);
  });

  it('refuses what it has no room for: false, a dead letter, a failed ask', async () => {
    const { ref, clock, handled, deadLetters, releaseAll } = held({ capacity: 2 });
    ref.tell('running');
    await clock.settle();
    expect(['a', 'b', 'c'].map((text) => ref.tell(text))).toEqual([true, true, false]);
    await expect(ref.ask('d')).rejects.toMatchObject({ code: 'ERR_MAILBOX_FULL', actor: '/user/held' });
    await releaseAll();
    expect(handled).toEqual(['running', 'a', 'b']);
    expect(deadLetters()).toEqual([
      ['/user/held', 'c', 'mailbox-full'],
      ['/user/held', 'd', 'mailbox-full'],
    ]);
  });

  it('drops the oldest, whose ask fails', async () => {
    const { ref, clock, handled, deadLetters, releaseAll } = held({ capacity: 2, overflow: 'drop-oldest' });
    ref.tell('running');
    await clock.settle();
    const oldest = ref.ask('a').catch((error: unknown) => error);
    expect(['b', 'c'].map((text) => ref.tell(text))).toEqual([true, true]);
    expect(await oldest).toMatchObject({ code: 'ERR_MAILBOX_FULL' });
    await releaseAll();
    expect(handled).toEqual(['running', 'b', 'c']);
    expect(deadLetters()).toEqual([['/user/held', 'a', 'dropped']]);
  });

  it('never drops an urgent message to make room for a normal one', async () => {
    const { ref, clock, handled, deadLetters, releaseAll } = held({
      capacity: 1,
      reserved: 0,
      overflow: 'drop-oldest',
      priority: byCase,
    });
    ref.tell('running');
    await clock.settle();
    expect(['FIRST', 'a', 'SECOND'].map((text) => ref.tell(text))).toEqual([true, false, true]);
    await releaseAll();
    expect(handled).toEqual(['running', 'SECOND']);
    expect(deadLetters().map(([, message, reason]) => [message, reason])).toEqual([
      ['a', 'mailbox-full'],
      ['FIRST', 'dropped'],
    ]);
  });

  it('drops the newest, which counts as taken', async () => {
    const { ref, clock, handled, deadLetters, releaseAll } = held({ capacity: 1, overflow: 'drop-newest' });
    ref.tell('running');
    await clock.settle();
    expect(['a', 'b'].map((text) => ref.tell(text))).toEqual([true, true]);
    await expect(ref.ask('c')).rejects.toMatchObject({ code: 'ERR_MAILBOX_FULL' });
    await releaseAll();
    expect(handled).toEqual(['running', 'a']);
    expect(deadLetters().map(([, message, reason]) => [message, reason])).toEqual([
      ['b', 'dropped'],
      ['c', 'dropped'],
    ]);
  });

  it('lets offers in in their order as room comes free, and no tell past them', async () => {
    const { ref, clock, handled, release, releaseAll } = held({ capacity: 1 });
    ref.tell('running');
    await clock.settle();
    ref.tell('a');
    const admitted: string[] = [];
    for (const text of ['b', 'c']) void ref.offer(text).then(() => admitted.push(text));
    await clock.settle();
    expect(admitted).toEqual([]);
    release();
    await clock.settle();
    expect(admitted).toEqual(['b']);
    expect(ref.tell('barging')).toBe(false);
    await releaseAll();
    expect(handled).toEqual(['running', 'a', 'b', 'c']);
  });

  it('ends an offer that waited too long or was aborted, and forgets its message', async () => {
    const { ref, clock, deadLetters, handled, releaseAll } = held({ capacity: 1 });
    ref.tell('running');
    await clock.settle();
    ref.tell('a');
    const aborter = new AbortController();
    const ends = [ref.offer('late', { waitMs: 100 }), ref.offer('aborted', { signal: aborter.signal })].map(
      (offer) => offer.catch((error: unknown) => error),
    );
    await clock.advance(100);
    aborter.abort();
    expect(await Promise.all(ends)).toMatchObject([
      { code: 'ERR_MAILBOX_FULL' },
      { code: 'ERR_ASK_ABORTED' },
    ]);
    expect(deadLetters().map(([, message, reason]) => [message, reason])).toEqual([
      ['late', 'mailbox-full'],
      ['aborted', 'abandoned'],
    ]);
    await releaseAll();
    expect(handled).toEqual(['running', 'a']);
    expect(clock.pending).toBe(0);
  });

  it('holds an ask that may wait for room, at most waitMs', async () => {
    const { ref, clock, handled, releaseAll } = held({ capacity: 1 });
    ref.tell('running');
    await clock.settle();
    ref.tell('a');
    const patient = ref.ask('patient', { waitMs: 1000 });
    const hasty = ref.ask('hasty', { waitMs: 10 }).catch((error: unknown) => error);
    await clock.advance(10);
    expect(await hasty).toMatchObject({ code: 'ERR_MAILBOX_FULL' });
    await releaseAll();
    expect(await patient).toBe('patient');
    expect(handled).toEqual(['running', 'a', 'patient']);
    expect(clock.pending).toBe(0);
  });

  it('takes an ask that timed out while waiting for room out of the line', async () => {
    const { ref, clock, handled, deadLetters, releaseAll } = held({ capacity: 1 });
    ref.tell('running');
    await clock.settle();
    ref.tell('a');
    const ask = ref.ask('b', { waitMs: 1000, timeoutMs: 10 }).catch((error: unknown) => error);
    await clock.advance(10);
    expect(await ask).toMatchObject({ code: 'ERR_ASK_TIMEOUT' });
    await releaseAll();
    expect(handled).toEqual(['running', 'a']);
    expect(deadLetters()).toEqual([['/user/held', 'b', 'abandoned']]);
    expect(clock.pending).toBe(0);
  });

  it('frees the places of asks that were given up, however many', async () => {
    const { ref, clock, deadLetters } = held({ capacity: 10 });
    ref.tell('running');
    await clock.settle();
    for (let index = 0; index < 5000; index += 1) {
      const asker = new AbortController();
      const ask = ref
        .ask(`ask ${index}`, { signal: asker.signal })
        .catch((error: { code: string }) => error.code);
      asker.abort();
      expect(await ask).toBe('ERR_ASK_ABORTED');
    }
    expect(deadLetters()).toHaveLength(5000);
    const taken = Array.from({ length: 11 }, (_, index) => ref.tell(`tell ${index}`));
    expect(taken).toEqual([...Array<boolean>(10).fill(true), false]);
  });

  it('lets urgent messages overtake, and keeps places for them in a full mailbox', async () => {
    const { ref, clock, handled, releaseAll } = held({ capacity: 2, reserved: 1, priority: byCase });
    ref.tell('running');
    await clock.settle();
    expect(['a', 'b', 'c', 'STOP', 'STOP TOO'].map((text) => ref.tell(text))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    await releaseAll();
    expect(handled).toEqual(['running', 'STOP', 'a', 'b']);
  });

  it('still puts urgent messages first after many urgent asks were given up', async () => {
    const { ref, clock, handled, releaseAll } = held({ capacity: 200, priority: byCase });
    ref.tell('running');
    await clock.settle();
    for (let index = 0; index < 150; index += 1) {
      const asker = new AbortController();
      ref.ask('ASK', { signal: asker.signal }).catch(() => undefined);
      asker.abort();
    }
    for (const text of ['a', 'STOP']) ref.tell(text);
    await releaseAll();
    expect(handled).toEqual(['running', 'STOP', 'a']);
  });

  it('lets the sender say what is urgent', async () => {
    const { ref, clock, handled, releaseAll } = held({ capacity: 1 });
    ref.tell('running');
    await clock.settle();
    ref.tell('a');
    ref.tell('b', { priority: 'urgent' });
    await releaseAll();
    expect(handled).toEqual(['running', 'b', 'a']);
  });

  it('aborts the signal of the running message for an interrupting one, without a failure', async () => {
    const { system, clock, events, letters } = createTestSystem();
    const log: string[] = [];
    const table = system.spawn(
      'table',
      async (_, text: string, { signal }: ActorContext<string>) => {
        log.push(`${text} starts`);
        if (text === 'sweep')
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
        log.push(`${text} ends`);
      },
      { mailbox: { capacity: 1, priority: (text) => (text === 'stop' ? 'interrupt' : 'normal') } },
    );
    const sweep = table.ask('sweep').catch((error: unknown) => error);
    await clock.settle();
    table.tell('move');
    await Promise.all([table.ask('stop'), clock.settle()]);
    expect(await sweep).toMatchObject({ code: 'ERR_ACTOR_INTERRUPTED' });
    await clock.settle();
    expect(log).toEqual(['sweep starts', 'stop starts', 'stop ends', 'move starts', 'move ends']);
    expect(events.filter(({ type }) => type !== 'started')).toEqual([]);
    expect(letters).toEqual([]);
  });

  it('lets the rule of the mailbox interrupt also for a sender that only wants the message to be urgent', async () => {
    const { system, clock } = createTestSystem();
    const table = system.spawn(
      (_, text: string, { signal }) =>
        text === 'sweep'
          ? new Promise<void>((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error));
            })
          : undefined,
      { mailbox: { priority: (text) => (text === 'stop' ? 'interrupt' : 'normal') } },
    );
    const sweep = table.ask('sweep').catch((error: unknown) => error);
    await clock.settle();
    table.tell('stop', { priority: 'urgent' });
    await clock.settle();
    expect(await sweep).toMatchObject({ code: 'ERR_ACTOR_INTERRUPTED' });
  });

  it('takes undefined, null and false as messages', async () => {
    const { system, clock } = createTestSystem();
    const handled: unknown[] = [];
    const ref = system.spawn((_, message: unknown) => void handled.push(message));
    for (const message of [undefined, null, false]) ref.tell(message);
    await clock.settle();
    expect(handled).toEqual([undefined, null, false]);
  });

  it('treats a message as normal when its own priority function throws', async () => {
    const { system, clock } = createTestSystem();
    const handled: string[] = [];
    const priority = (): Priority => {
      throw new Error('broken');
    };
    const ref = system.spawn((_, text: string) => void handled.push(text), { mailbox: { priority } });
    expect(ref.tell('a')).toBe(true);
    await clock.settle();
    expect(handled).toEqual(['a']);
  });

  it.each([{ capacity: 0 }, { capacity: 1.5 }, { capacity: Infinity }, { reserved: -1 }])(
    'refuses %j',
    (mailbox) => {
      const { system } = createTestSystem();
      expect(codeOf(() => system.spawn(() => undefined, { mailbox }))).toBe('ERR_BAD_OPTION');
    },
  );

  it('passes a million messages between two actors with neither stack nor heap growing', async () => {
    const { system, clock } = createTestSystem();
    const rounds = 500_000;
    let done = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      done = resolve;
    });
    const pong = system.spawn((_, count: number, context: ActorContext<number>) => {
      if (count < rounds) ping.tell(count + 1);
      else done();
      if (count === rounds) context.stop();
    });
    const ping = system.spawn((_, count: number) => void pong.tell(count));
    const before = process.memoryUsage().heapUsed;
    ping.tell(1);
    await finished;
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
    await clock.settle();
  });
});

describe('the dispatcher', () => {
  it('lets timers and sockets have their turn while actors never run out of messages', async () => {
    let turns = 0;
    const { system } = createTestSystem({
      yieldTurn: (callback) => {
        turns += 1;
        setImmediate(callback);
      },
    });
    let stopped = false;
    const busy = system.spawn((_, count: number, { self }: ActorContext<number>) => {
      if (!stopped) self.tell(count + 1);
    });
    // Only awaits, never a free turn: promises alone would starve timers.
    const awaiting = system.spawn(async (_, count: number, { self }: ActorContext<number>) => {
      await Promise.resolve();
      if (!stopped) self.tell(count + 1);
    });
    busy.tell(0);
    awaiting.tell(0);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    stopped = true;
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('gives each actor its go although another one always has more', async () => {
    const { system, clock } = createTestSystem();
    let stopped = false;
    const busy = system.spawn((_, __: null, { self }: ActorContext<null>) => {
      if (!stopped) self.tell(null);
    });
    busy.tell(null);
    await clock.settle();
    const other = system.spawn((_, __: null, context: ActorContext<null, string>) => context.reply('mine'));
    expect(await other.ask(null)).toBe('mine');
    stopped = true;
    await clock.settle();
  });
});
