import { acknowledge, type ActionContract, type Clock, type Logger, type Message } from 'rxcomet';
import {
  createHandlerStandIn,
  createMemoryTransport,
  createTestApp as createPublicTestApp,
} from 'rxcomet/testing';
import { EMPTY, NEVER, Observable, finalize, map, merge, of, tap, throwError } from 'rxjs';
import { createVirtualClock } from '../../support/createVirtualClock';
import { RESOLVED, caught, endOf, failure, withApp, type Case, type Cases } from './Case';

/** A handler of `Bad`, asked once by a native and once by a legacy peer; the sender hears of the failure. */
function handlerCase(answer: (fail: () => never, message: Message) => unknown): Case {
  return (fail) =>
    withApp({}, async (test) => {
      test.app.handle('Bad', (_value, message) => answer(fail, message));
      const legacy = await test.connect();
      legacy.ask('Bad');
      expect(await endOf(test.app.peer('Peer').ask('Bad'))).toMatchObject({ code: 'ERR_REMOTE' });
      await test.clock.settle();
      expect(legacy.text).toContain('Error: ');
      await failure(test, 'ERR_HANDLER_FAILED');
    });
}

/** A stream handler of `Bad`, which gets a message; what is told is a failure, and the message has an end. */
function streamCase(build: (fail: () => never, message$: Observable<Message>) => unknown): Case {
  return (fail) =>
    withApp({ host: { Limits: { Handler_timeout_ms: 100 } } }, async (test) => {
      test.app.handleStream('Bad', (message$) => build(fail, message$) as Observable<unknown>);
      const asked = endOf(test.app.peer('Peer').ask('Bad', 1, { timeoutMs: 1000 }));
      await test.clock.advance(1000);
      expect(await asked).toMatchObject({ code: 'ERR_REMOTE' });
      await failure(test, 'ERR_HANDLER_FAILED');
    });
}

/** A logger with one method that fails, under an app that has something to say at every level. */
function loggerCase(method: keyof Logger): Case {
  return async (fail) => {
    const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore, isLevelEnabled: () => true };
    await withApp({ logger: { ...silent, [method]: fail } }, async (test) => {
      test.unsubscribe();
      test.app.handle('Bad', () => {
        throw new Error('boom');
      });
      await endOf(test.app.peer('Peer').ask('Bad'));
      test.app.actors
        .spawn('a', () => {
          throw new Error('boom');
        })
        .tell(1);
      await test.clock.settle();
    });
    return 'nobody';
  };
}

/** A clock with one method that fails once the app is at work. */
function clockCase(method: keyof Clock): Case {
  return (fail) => {
    const real = createVirtualClock();
    let broken = false;
    const clock = {
      ...real,
      get pending() {
        return real.pending;
      },
      [method]: (...args: unknown[]): unknown => {
        if (broken) fail();
        return Reflect.apply(real[method], real, args);
      },
    };
    return withApp({ clock }, async (test, log) => {
      const answer = test.app.peer('Peer').ask('Echo', 1);
      broken = true;
      expect(await answer).toBe(1);
      expect(await test.app.peer('Peer').ask('Echo', 2)).toBe(2);
      broken = false;
      expect(log.length).toBeGreaterThan(0);
      return log;
    });
  };
}

/** A contract of the user's own make with one member that fails, on the host's side or on the sender's. */
function contractCase(member: keyof Omit<ActionContract, 'action'>, at: 'host' | 'sender'): Case {
  const sound: ActionContract = {
    action: 'Bad',
    decodeValue: (value) => value,
    encodeValue: (value) => value,
    decodeAck: (ack) => ack,
    encodeAck: (ack) => ack,
  };
  return (fail) =>
    withApp({}, async (test) => {
      const contract = { ...sound, [member]: fail };
      test.app.handle(at === 'host' ? contract : sound, (value) => value);
      const error = await endOf(test.app.peer('Peer').ask(at === 'sender' ? contract : sound, 1));
      expect(error).toMatchObject({ code: at === 'host' ? 'ERR_REMOTE' : 'ERR_UNENCODABLE' });
      return [error];
    });
}

const finalized = (fail: () => never) => NEVER.pipe(finalize(fail));
/** Of a TypeScript user without types. */
const loose = (value: unknown): never => value as never;

export const appCases: Cases = {
  'Logger.debug': loggerCase('debug'),
  'Logger.info': loggerCase('info'),
  'Logger.warn': loggerCase('warn'),
  'Logger.error': loggerCase('error'),
  'Logger.isLevelEnabled': loggerCase('isLevelEnabled'),
  'Clock.now': clockCase('now'),
  'Clock.wallTime': clockCase('wallTime'),
  'Clock.setTimeout': clockCase('setTimeout'),
  'Clock.clearTimeout': clockCase('clearTimeout'),

  'AppOptions.random': (fail) =>
    withApp({ random: fail, client: { Reconnect: { Min_delay_ms: 10 } } }, async (test) => {
      test.app.handleStream('Bad', () => throwError(() => new Error('again')));
      await test.clock.advance(1000);
      const subscriptions = test.failures.length;
      await test.clock.advance(60_000);
      expect(test.failures.length).toBeGreaterThan(subscriptions);
    }),

  'App.handle(handler)': handlerCase((fail) => fail()),
  'App.handle(handler)(): PromiseLike': async (fail) => {
    const rejecting = handlerCase(async (throws) => {
      await Promise.resolve();
      return throws();
    });
    await rejecting(fail);
    await handlerCase((throws) => ({ then: throws }))(fail);
    await handlerCase((throws) => Object.defineProperty({}, 'then', { get: throws }))(fail);
    await handlerCase((throws) => Object.defineProperty(Promise.resolve(1), 'constructor', { get: throws }))(
      fail,
    );
    return handlerCase((throws) => Object.assign(Promise.resolve(1), { then: throws }))(fail);
  },
  'App.handle(handler)(): Observable': async (fail) => {
    await handlerCase((throws) => new Observable(() => throws()))(fail);
    await handlerCase((throws) => throwError(() => caught(throws)))(fail);
    await handlerCase((throws) => loose({ subscribe: throws, pipe: throws }))(fail);
    // What its end throws changes nothing of what was answered.
    return withApp({}, async (test) => {
      const { app, clock } = test;
      const later = (source: Observable<unknown>) =>
        merge(source, new Observable((s) => void clock.setTimeout(() => s.complete(), 10)));
      app.handle('Ends', () => later(of(1)).pipe(finalize(fail)));
      app.handle('Ends inside', () =>
        later(of(1)).pipe(
          finalize(fail),
          map((n) => n),
        ),
      );
      app.handle(
        'Teardown',
        () =>
          new Observable((subscriber) => {
            subscriber.next(1);
            clock.setTimeout(() => subscriber.complete(), 10);
            return fail;
          }),
      );
      app.handle('Cancelled', () => finalized(fail));
      for (const action of ['Ends', 'Ends inside', 'Teardown']) {
        const answer = endOf(app.peer('Peer').ask(action, 1, { timeoutMs: 60_000 }));
        await clock.settle();
        await clock.settle();
        await clock.advance(20);
        expect(await answer).toEqual(RESOLVED);
      }
      expect(test.codes()).toEqual(['ERR_HANDLER_FAILED', 'ERR_HANDLER_FAILED', 'ERR_HANDLER_FAILED']);
      app.peer('Peer').send('Cancelled').subscribe().unsubscribe();
      const sent = app.peer('Peer').send('Cancelled').subscribe();
      await clock.settle();
      sent.unsubscribe();
      await clock.settle();
      expect(test.codes().length).toBe(5);
    });
  },
  'App.handle(handler)(): AsyncIterable': async (fail) => {
    await handlerCase((throws) => ({ [Symbol.asyncIterator]: throws }))(fail);
    await handlerCase((throws) => ({ [Symbol.asyncIterator]: () => ({ next: throws }) }))(fail);
    return withApp({}, async (test) => {
      const { app, clock } = test;
      app.handle('Bad', () => ({
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined), return: fail }),
      }));
      const sent = app.peer('Peer').send('Bad').subscribe();
      await clock.settle();
      sent.unsubscribe();
      await failure(test, 'ERR_HANDLER_FAILED');
    });
  },

  'App.handleStream(build)': streamCase((fail) => fail()),
  'App.handleStream(build)(): ObservableInput': streamCase((fail) =>
    Object.defineProperty({}, 'then', { get: fail }),
  ),
  'App.handleStream(build)(): Observable': async (fail) => {
    await streamCase((throws, message$) => message$.pipe(map(throws)))(fail);
    await streamCase((throws) => new Observable(() => throws()))(fail);
    await streamCase((throws) => throwError(() => caught(throws)))(fail);
    return withApp({}, async (test) => {
      const { app } = test;
      app.handleStream('Removed', (message$) => message$.pipe(finalize(fail))).unsubscribe();
      app
        .handleStream('Completes', (message$) =>
          message$.pipe(
            tap(() => undefined),
            finalize(fail),
            acknowledge(),
          ),
        )
        .add(fail);
      app.handleStream('Stopped', (message$) => message$.pipe(finalize(fail)));
      expect(await app.peer('Peer').ask('Completes')).toBeNull();
      const ended = app.handleStream('Ended', () => EMPTY.pipe(finalize(fail)));
      expect(ended.closed).toBe(true);
      await failure(test, 'ERR_HANDLER_FAILED');
    });
  },
  'App.handleStream(build)(): PromiseLike': streamCase(async (fail) => {
    await Promise.resolve();
    fail();
  }),
  'App.handleStream(build)(): AsyncIterable': streamCase(async function* (fail) {
    yield await Promise.resolve(1);
    fail();
  }),
  'App.handleStream(build)(): Iterable': streamCase((fail) => ({ [Symbol.iterator]: fail })),

  'App.detach(source): Observable': (fail) =>
    withApp({}, async (test) => {
      const { app } = test;
      app.detach(new Observable(() => fail()));
      app.detach(throwError(() => caught(fail)));
      app.detach(of(1).pipe(map(fail)));
      app.detach(NEVER.pipe(finalize(fail))).unsubscribe();
      app.detach(NEVER).add(fail);
      app.detach(loose({ subscribe: fail }));
      await test.clock.settle();
      expect(test.codes()).toEqual(Array.from({ length: 5 }, () => 'ERR_DETACHED'));
    }),

  'Message.within(call)': handlerCase((fail, message) => message.within(fail)),
  'Message.onReleased(callback)': (fail) =>
    withApp({}, async (test) => {
      test.app.handle('Bad', (_value, message) => {
        message.onReleased(fail);
        message.onReleased(
          loose(async () => {
            await Promise.resolve();
            fail();
          }),
        );
        return 'answered';
      });
      expect(await test.app.peer('Peer').ask('Bad')).toBe('answered');
      await test.clock.settle();
      expect(test.codes()).toEqual(['ERR_HANDLER_FAILED', 'ERR_HANDLER_FAILED']);
    }),

  'ActionContract.decodeValue': contractCase('decodeValue', 'host'),
  'ActionContract.encodeAck': contractCase('encodeAck', 'host'),
  'ActionContract.encodeValue': contractCase('encodeValue', 'sender'),
  'ActionContract.decodeAck': contractCase('decodeAck', 'sender'),

  'acknowledge(project)': (fail) => projectCase(() => fail())(fail),
  'acknowledge(project)(): PromiseLike': async (fail) => {
    await projectCase(async () => {
      await Promise.resolve();
      return fail();
    })(fail);
    await projectCase(() => ({ then: fail }))(fail);
    return projectCase(() => Object.defineProperty({}, 'then', { get: fail }))(fail);
  },
  'acknowledge()(source): Observable': streamCase((fail) =>
    new Observable<Message>(() => fail()).pipe(acknowledge()),
  ),

  'TestAppOptions.handlers': async (fail) => {
    const error = await endOf(createPublicTestApp({ handlers: () => fail() }));
    expect(error).not.toEqual(RESOLVED);
    return ['the test'];
  },
  'HandlerStandInOptions.handlers': async (fail) => {
    const error = await endOf(
      createHandlerStandIn({ transport: createMemoryTransport(), handlers: () => fail() }),
    );
    expect(error).not.toEqual(RESOLVED);
    return ['the test'];
  },
  'TestAppOptions.random': async (fail) => {
    const { peer, stop } = await createPublicTestApp({
      random: fail,
      handlers: (app) => void app.handle('Echo', (v) => v),
    });
    expect(await peer.ask('Echo', 1)).toBe(1);
    await stop();
    return 'nobody';
  },
};

function projectCase(project: () => unknown): Case {
  return () =>
    withApp({}, async (test) => {
      test.app.handleStream('Bad', (message$) => message$.pipe(acknowledge(loose(project))));
      expect(await endOf(test.app.peer('Peer').ask('Bad'))).toMatchObject({ code: 'ERR_REMOTE' });
      await failure(test, 'ERR_HANDLER_FAILED');
    });
}

function ignore(): void {
  // Nothing is said.
}
