import { getEventListeners } from 'node:events';
import { EMPTY, NEVER, Observable, lastValueFrom, of, toArray } from 'rxjs';
import type { ActorContext } from '../../src/actors/behaviour';
import { createTestSystem } from './createTestSystem';

type Replies<R> = ActorContext<string, R>;

describe('asking an actor', () => {
  it('gives the reply', async () => {
    const { system } = createTestSystem();
    const echo = system.spawn('echo', (_, text: string, context: Replies<string>) =>
      context.reply(`${text}!`),
    );
    const answer: string = await echo.ask('hello');
    expect(answer).toBe('hello!');
  });

  it('gives null when the message was handled without a reply', async () => {
    const { system } = createTestSystem();
    const mute = system.spawn((_, __: string) => undefined);
    const answer: null = await mute.ask('hello');
    expect(answer).toBeNull();
  });

  it('gives the last of several replies once the message is complete, send gives them all', async () => {
    const { system } = createTestSystem();
    const scan = system.spawn('scan', async (_, __: string, context: Replies<number>) => {
      for (const point of [1, 2, 3]) {
        await Promise.resolve();
        context.reply(point);
      }
    });
    expect(await scan.ask('go')).toBe(3);
    expect(await lastValueFrom(scan.send('go').pipe(toArray()))).toEqual([1, 2, 3]);
  });

  it.each([
    [
      'thrown',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejected', () => Promise.reject(new Error('broken'))],
    [
      'of an observable',
      () => new Observable<undefined>((subscriber) => subscriber.error(new Error('broken'))),
    ],
  ])(
    'fails with the cause of a failure %s',
    async (_, receive: () => Promise<undefined> | Observable<undefined>) => {
      const { system, eventsOf } = createTestSystem();
      const broken = system.spawn('broken', receive, { supervision: 'resume' });
      await expect(broken.ask('x')).rejects.toThrow('broken');
      expect(eventsOf('failed')).toMatchObject([{ path: '/user/broken', message: 'x', directive: 'resume' }]);
    },
  );

  it('fails with what the handler gave to fail, without a failure of the actor', async () => {
    const { system, events } = createTestSystem();
    const picky = system.spawn((_, text: string, context: Replies<string>) =>
      context.fail(new Error(`not ${text}`)),
    );
    await expect(picky.ask('that')).rejects.toThrow('not that');
    expect(events.map(({ type }) => type)).toEqual(['started']);
  });

  it('takes the last value of an observable as the state', async () => {
    const { system } = createTestSystem();
    const sum = system.spawn((state: number | undefined, text: string, context: Replies<number>) => {
      context.reply(state ?? 0);
      return text === '' ? EMPTY : of(1, 2, text.length);
    });
    expect(await sum.ask('four')).toBe(0);
    expect(await sum.ask('')).toBe(4);
    expect(await sum.ask('')).toBe(4);
  });

  it('fails after the timeout, 5 s unless told otherwise, and aborts the signal of the handler', async () => {
    const { system, clock } = createTestSystem();
    const aborted: unknown[] = [];
    const slow = system.spawn((_, __: string, { signal }: Replies<null>) => {
      signal.addEventListener('abort', () => aborted.push(clock.now()));
      return NEVER;
    });
    const asks = [slow.ask('a'), slow.ask('b', { timeoutMs: 6000 })].map((ask) =>
      ask.catch((error: unknown) => error),
    );
    await clock.advance(4999);
    expect(aborted).toEqual([]);
    await clock.advance(1001);
    expect(aborted).toEqual([5000, 6000]);
    expect(await Promise.all(asks)).toMatchObject([{ code: 'ERR_ASK_TIMEOUT' }, { code: 'ERR_ASK_TIMEOUT' }]);
    expect(clock.pending).toBe(0);
  });

  it('takes a message whose ask timed out out of the mailbox: a dead letter, never handled late', async () => {
    const { system, clock, deadLetters } = createTestSystem();
    const handled: string[] = [];
    const slow = system.spawn('slow', async (_, text: string) => {
      handled.push(text);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000));
    });
    slow.tell('first');
    await expect(
      Promise.all([slow.ask('second', { timeoutMs: 10 }), clock.advance(10)]),
    ).rejects.toMatchObject({
      code: 'ERR_ASK_TIMEOUT',
    });
    slow.tell('third');
    await clock.advance(2000);
    expect(handled).toEqual(['first', 'third']);
    expect(deadLetters()).toEqual([['/user/slow', 'second', 'abandoned']]);
  });

  it('makes a reply after the timeout a dead letter', async () => {
    const { system, clock, deadLetters } = createTestSystem();
    const slow = system.spawn('slow', async (_, __: string, context: Replies<string>) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
      context.reply('too late');
    });
    const ask = slow.ask('x', { timeoutMs: 50 }).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await ask).toMatchObject({ code: 'ERR_ASK_TIMEOUT', actor: '/user/slow' });
    expect(deadLetters()).toEqual([['/user/slow', 'too late', 'late-reply']]);
  });

  it('never lets a reply given after its message reach the ask of another one', async () => {
    const { system, deadLetters } = createTestSystem();
    let early: Replies<string> | undefined;
    const mixed = system.spawn('mixed', async (_, text: string, context: Replies<string>) => {
      if (text === 'first') early = context;
      else early?.reply('for the first');
    });
    await mixed.ask('first');
    expect(await mixed.ask('second')).toBeNull();
    expect(deadLetters()).toEqual([['/user/mixed', 'for the first', 'late-reply']]);
  });

  it.each([0, -1, NaN])('rejects a timeout of %d without sending', async (timeoutMs) => {
    const { system, clock } = createTestSystem();
    const handled: string[] = [];
    const ref = system.spawn((_, text: string) => void handled.push(text));
    await expect(ref.ask('x', { timeoutMs })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    await clock.settle();
    expect(handled).toEqual([]);
  });

  it('fails at once when the actor has stopped', async () => {
    const { system, deadLetters } = createTestSystem();
    const ref = system.spawn('gone', (_, __: string) => undefined);
    await system.stopActor(ref);
    await expect(ref.ask('x')).rejects.toMatchObject({ code: 'ERR_ACTOR_STOPPED' });
    expect(ref.tell('y')).toBe(false);
    await expect(ref.offer('z')).rejects.toMatchObject({ code: 'ERR_ACTOR_STOPPED' });
    expect(deadLetters()).toEqual(['x', 'y', 'z'].map((text) => ['/user/gone', text, 'stopped']));
  });

  it('sends nothing when its signal has aborted already', async () => {
    const { system, clock } = createTestSystem();
    const handled: string[] = [];
    const ref = system.spawn((_, text: string) => void handled.push(text));
    await expect(ref.ask('x', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_ASK_ABORTED',
    });
    await clock.settle();
    expect(handled).toEqual([]);
  });

  it('aborts the handler when the asking side gives up, which is no failure of the actor', async () => {
    const { system, clock, events } = createTestSystem();
    const asker = new AbortController();
    const ref = system.spawn(
      (_, __: string, { signal }: Replies<null>) =>
        new Promise<undefined>((__, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    const ask = ref.ask('x', { signal: asker.signal }).catch((error: unknown) => error);
    await clock.settle();
    asker.abort('enough');
    expect(await ask).toMatchObject({ code: 'ERR_ASK_ABORTED', cause: 'enough' });
    await clock.settle();
    expect(events.map(({ type }) => type)).toEqual(['started']);
    expect(clock.pending).toBe(0);
  });

  it('shows a handler that looks late that it was given up', async () => {
    const { system, clock } = createTestSystem();
    const seen: unknown[] = [];
    const ref = system.spawn(async (_, __: string, context: Replies<null>) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 20));
      seen.push(context.signal.aborted, (context.signal.reason as { code: string }).code);
    });
    ref.ask('x', { timeoutMs: 10 }).catch(() => undefined);
    await clock.advance(20);
    expect(seen).toEqual([true, 'ERR_ASK_TIMEOUT']);
  });

  it('leaves no listener at a signal that serves many asks', async () => {
    const { system } = createTestSystem();
    const ref = system.spawn((_, __: string) => undefined);
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count += 1) await ref.ask('x', { signal });
    for (let count = 0; count < 20; count += 1) await ref.offer('x', { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('cancels a send that is unsubscribed, and lets go of the observable of its handler', async () => {
    const { system, clock } = createTestSystem();
    let torndown = 0;
    const ref = system.spawn(
      (_, __: string, context: Replies<number>) =>
        new Observable<undefined>(() => {
          context.reply(1);
          return () => (torndown += 1);
        }),
    );
    const got: number[] = [];
    const subscription = ref.send('x').subscribe((value) => got.push(value));
    await clock.settle();
    expect([got, torndown]).toEqual([[1], 0]);
    subscription.unsubscribe();
    expect(torndown).toBe(1);
    expect(system.tree().children[0]?.children[0]).toMatchObject({ status: 'ready', handled: 1, failed: 0 });
  });

  it('limits a send only until its first reply', async () => {
    const { system, clock } = createTestSystem();
    const ref = system.spawn(async (_, __: string, context: Replies<number>) => {
      context.reply(1);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 60_000));
      context.reply(2);
    });
    const all = lastValueFrom(ref.send('x', { timeoutMs: 100 }).pipe(toArray()));
    await clock.advance(60_000);
    expect(await all).toEqual([1, 2]);
  });

  it('sends nothing before send is subscribed, and once for each subscription', async () => {
    const { system } = createTestSystem();
    let handled = 0;
    const ref = system.spawn((_, __: string, context: Replies<number>) => context.reply((handled += 1)));
    const send$ = ref.send('x');
    expect(handled).toBe(0);
    expect([await lastValueFrom(send$), await lastValueFrom(send$)]).toEqual([1, 2]);
  });
});
