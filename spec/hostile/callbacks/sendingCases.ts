import { circuitBreaker, createRetryBudget, retrySend, sendTo, type RetrySendOptions } from 'rxcomet';
import { NEVER, Observable, finalize, firstValueFrom, map, of, throwError } from 'rxjs';
import { caught, endOf, failure, withApp, type Case, type Cases } from './Case';

const loose = (value: unknown): never => value as never;

/**
 * A signal of which one use fails, and a sound one that is aborted with whatever `fail` throws as its reason.
 */
const signals = (fail: () => never): readonly AbortSignal[] => {
  const controller = new AbortController();
  const sound = controller.signal;
  controller.abort(caught(fail));
  return [
    sound,
    loose(Object.defineProperty({}, 'aborted', { get: fail })),
    loose({ aborted: false, addEventListener: fail, removeEventListener: () => undefined }),
    loose({ aborted: false, addEventListener: () => undefined, removeEventListener: fail }),
  ];
};

/** Sends to nobody, through `retrySend` with an option that fails: the send has an end. */
function retryCase(options: (fail: () => never) => RetrySendOptions): Case {
  return (fail) =>
    withApp({}, async ({ app, clock }) => {
      const failing = throwError(() => new Error('never sent'));
      const again = retrySend({ clock, minDelayMs: 1, ...options(fail) });
      const nobody = app.peer('Peer').send('Echo', () => 1);
      const ends = [endOf(firstValueFrom(failing.pipe(again))), endOf(firstValueFrom(nobody.pipe(again)))];
      await clock.advance(10_000);
      return Promise.all(ends);
    });
}

/** A source given to an operator of ours: what it throws reaches whoever subscribed, or `failures$`. */
function sourceCase(through: (source: Observable<never>) => Observable<unknown>): Case {
  return (fail) =>
    withApp({}, async (test) => {
      const errors: unknown[] = [];
      const sources = [
        new Observable<never>(() => fail()),
        throwError(() => caught(fail)),
        of(1).pipe(map(fail)),
      ];
      for (const source of sources)
        through(source).subscribe({ error: (error: unknown) => errors.push(['told', error]) });
      test.app.detach(through(NEVER.pipe(finalize(fail)))).unsubscribe();
      await test.clock.settle();
      expect(errors.length).toBe(3);
      await failure(test, 'ERR_DETACHED');
      return errors;
    });
}

export const sendingCases: Cases = {
  'SendOptions.signal: AbortSignal': (fail) =>
    withApp({}, async (test) => {
      const { app, clock } = test;
      const told: unknown[] = [];
      for (const signal of signals(fail)) {
        told.push(await endOf(app.peer('Peer').ask('Echo', 1, { signal })));
        app
          .peer('Peer')
          .send('Echo', 1, { signal })
          .subscribe({ error: (error: unknown) => told.push(error) });
      }
      await clock.settle();
      expect(told.length).toBeGreaterThanOrEqual(6);
      return told;
    }),
  'TellOptions.signal: AbortSignal': (fail) =>
    withApp({}, async (test) => {
      for (const signal of signals(fail))
        expect(test.app.peer('Peer').tell('Echo', 1, { signal })).toBe(true);
      const options = loose(Object.defineProperty({}, 'confirm', { get: fail }));
      expect(test.app.peer('Peer').tell('Echo', 1, options)).toBe(true);
      await test.clock.settle();
      expect(test.failures.length).toBeGreaterThanOrEqual(4);
    }),
  'SendToOptions.signal: AbortSignal': (fail) =>
    withApp({}, async (test) => {
      const told: unknown[] = [];
      for (const signal of signals(fail)) {
        told.push(await endOf(firstValueFrom(of(1).pipe(sendTo(test.app.peer('Peer'), 'Echo', { signal })))));
      }
      return told;
    }),
  'sendTo()(source): Observable': (fail) =>
    withApp({}, (test) => sourceCase((source) => source.pipe(sendTo(test.app.peer('Peer'), 'Echo')))(fail)),
  'sendTo()(source): Iterable': (fail) =>
    withApp({}, async (test) => {
      const send = sendTo(test.app.peer('Peer'), 'Echo');
      const told = [
        await endOf(firstValueFrom(send({ [Symbol.iterator]: fail }))),
        await endOf(firstValueFrom(send({ [Symbol.iterator]: () => ({ next: fail }) }))),
      ];
      const endless = {
        [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }), return: fail }),
      };
      test.app.detach(send(endless)).unsubscribe();
      await test.clock.settle();
      return told;
    }),
  'sendTo()(source): AsyncIterable': (fail) =>
    withApp({}, async (test) => {
      const send = sendTo(test.app.peer('Peer'), 'Echo');
      const told = [
        await endOf(firstValueFrom(send({ [Symbol.asyncIterator]: fail }))),
        await endOf(firstValueFrom(send({ [Symbol.asyncIterator]: () => ({ next: fail }) }))),
      ];
      const endless = {
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.resolve({ value: 1, done: false }),
          return: fail,
        }),
      };
      const sent = test.app.detach(send(loose(endless)));
      await test.clock.settle();
      sent.unsubscribe();
      await test.clock.settle();
      return told;
    }),

  'CircuitBreakerOptions.isFailure': (fail) =>
    withApp({}, async ({ app, clock }) => {
      const breaker = circuitBreaker({ clock, isFailure: fail, failures: 1, openMs: 10 });
      const nobody = app.peer('Peer').send('Echo', () => 1);
      const told = [await endOf(firstValueFrom(nobody.pipe(breaker)))];
      expect(await firstValueFrom(app.peer('Peer').send('Echo', 1).pipe(breaker))).toBe(1);
      return told;
    }),
  'circuitBreaker()(source): Observable': (fail) =>
    sourceCase((source) => source.pipe(circuitBreaker()))(fail),
  'retrySend()(source): Observable': (fail) => sourceCase((source) => source.pipe(retrySend()))(fail),
  'RetrySendOptions.random': retryCase((fail) => ({ random: fail })),
  'RetrySendOptions.when': retryCase((fail) => ({ when: fail })),
  'RetryBudget.deposit': retryCase((fail) => ({ budget: { ...createRetryBudget(), deposit: fail } })),
  'RetryBudget.withdraw': retryCase((fail) => ({ budget: { ...createRetryBudget(), withdraw: fail } })),
};
