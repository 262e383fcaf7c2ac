import {
  createActorSystem,
  type ActionContract,
  fromContracts,
  fromOperator,
  type ActorContext,
  type ActorRef,
  type ActorSystem,
  type ActorSystemOptions,
  type Behaviour,
} from 'rxcomet';
import { createTestProbe } from 'rxcomet/testing';
import { NEVER, Observable, finalize, map, of, throwError } from 'rxjs';
import { createVirtualClock, type VirtualClock } from '../../support/createVirtualClock';
import { RESOLVED, caught, endOf, withApp, type Case, type Cases } from './Case';

const loose = (value: unknown): never => value as never;

/**
 * A system in virtual time with an actor that echoes, which the case must leave at work; told is what it
 * logged and published.
 */
async function withSystem(
  options: ActorSystemOptions,
  use: (system: ActorSystem, clock: VirtualClock) => Promise<readonly unknown[] | 'nobody' | void>,
): Promise<readonly unknown[] | 'nobody'> {
  const told: unknown[] = [];
  const clock = createVirtualClock();
  const line = (_fields: object, text: string): void => void told.push(text);
  const logger = { debug: () => undefined, info: () => undefined, warn: line, error: line };
  const system = createActorSystem('test', { clock, random: () => 0, logger, ...options });
  system.events$.subscribe((event) => {
    if (event.type === 'failed') told.push(event.type);
  });
  const echo = system.spawn('echo', (_: unknown, text: string, context: ActorContext<string, string>) =>
    context.reply(text),
  );
  const own = await use(system, clock);
  await clock.settle();
  expect(await echo.ask('goes on')).toBe('goes on');
  const stopping = system.stop({ graceMs: 10 });
  await clock.advance(10);
  expect(Object.keys(await stopping)).toEqual(['stopped', 'unfinished']);
  return own ?? told;
}

/** A behaviour that fails with each message, kept by a supervisor that resumes; whoever asks hears of it. */
function behaviourCase(make: (fail: () => never) => Behaviour<unknown, unknown, unknown>): Case {
  return (fail) =>
    withSystem({}, async (system, clock) => {
      const ref = system.spawn('bad', make(fail), { supervision: 'resume' });
      const answers = [endOf(ref.ask(1)), endOf(ref.ask(2))];
      await clock.advance(5000);
      for (const answer of await Promise.all(answers)) expect(answer).not.toEqual(RESOLVED);
    });
}

const receiving = (answer: (fail: () => never) => unknown) => (fail: () => never) => ({
  initial: () => undefined,
  receive: () => loose(answer(fail)),
});

/** What a handler of an actor may return that takes time, each failing in another way. */
const later: readonly ((fail: () => never) => unknown)[] = [
  (fail) => ({ then: fail }),
  (fail) => Object.defineProperty({}, 'then', { get: fail }),
  async (fail) => {
    await Promise.resolve();
    fail();
  },
  (fail) => new Observable(() => fail()),
  (fail) => of(1).pipe(map(fail)),
  (fail) => throwError(() => caught(fail)),
];

/** Every way of a handler to fail later, and what its Observable throws when it is let go of. */
function laterCase(
  make: (
    answer: (fail: () => never) => unknown,
  ) => (fail: () => never) => Behaviour<unknown, unknown, unknown>,
): Case {
  return async (fail) => {
    for (const answer of later) await behaviourCase(make(answer))(fail);
    return withSystem({}, async (system, clock) => {
      const holding = (throws: () => never) =>
        new Observable((subscriber) => {
          const timer = clock.setTimeout(() => subscriber.complete(), 10);
          return () => (clock.clearTimeout(timer), throws());
        });
      const ref = system.spawn('bad', make(holding)(fail), { supervision: 'resume' });
      const completed = endOf(ref.ask(1));
      await clock.advance(10);
      expect(await completed).toEqual(RESOLVED);
      const letGo = endOf(ref.ask(2, { timeoutMs: 5 }));
      await clock.advance(5);
      expect(await letGo).toMatchObject({ code: 'ERR_ASK_TIMEOUT' });
      ref.tell(3);
      await clock.settle();
      const stopped = endOf(system.stopActor(ref));
      await clock.settle();
      expect(await stopped).toEqual(RESOLVED);
    });
  };
}

function askSignals(fail: () => never): readonly AbortSignal[] {
  return [
    loose(Object.defineProperty({}, 'aborted', { get: fail })),
    loose({ aborted: false, addEventListener: fail, removeEventListener: () => undefined }),
    loose({ aborted: false, addEventListener: () => undefined, removeEventListener: fail }),
    AbortSignal.abort(caught(fail)),
  ];
}

const contract: ActionContract = {
  action: 'Bad',
  decodeValue: (value) => value,
  encodeValue: (value) => value,
  decodeAck: (ack) => ack,
  encodeAck: (ack) => ack,
};

/** A contract of the user's own make with one member that fails, behind an action of an app. */
function actorContractCase(member: keyof ActionContract): Case {
  return (fail) =>
    withApp({}, async (test) => {
      const bad = fromContracts(() => 0).on({ ...contract, [member]: fail }, (state, value, context) => {
        context.reply(value);
        return state;
      });
      const ref = test.app.actors.spawn('bad', bad, { supervision: 'resume' });
      const told = [await endOf(ref.ask({ action: 'Bad', value: 1 }))];
      expect(told).not.toEqual([RESOLVED]);
      return told;
    });
}

/** An actor of the user's own make behind an action, with one member that fails. */
function refCase(member: keyof ActorRef<unknown, unknown>, value: (fail: () => never) => unknown): Case {
  return (fail) =>
    withApp({}, async (test) => {
      const sound: ActorRef<unknown, unknown> = {
        path: '/elsewhere',
        contracts: undefined,
        terminated$: NEVER,
        tell: () => true,
        offer: () => Promise.resolve(),
        ask: () => Promise.resolve(1),
        send: () => of(1),
      };
      test.app.handle('Bad', { ...sound, [member]: value(fail) });
      const asked = endOf(test.app.peer('Peer').ask('Bad'));
      await test.clock.advance(5000);
      const end = await asked;
      test.app.actors
        .spawn('watching', (_state: unknown, _message: unknown, context: ActorContext<unknown>) =>
          context.watch(loose({ ...sound, [member]: value(fail) })),
        )
        .tell(1);
      await test.clock.settle();
      return [end];
    });
}

export const actorCases: Cases = {
  'Behaviour.initial': behaviourCase((fail) => ({ initial: fail, receive: () => undefined })),
  'Behaviour.receive': behaviourCase(receiving((fail) => fail())),
  'Behaviour.receive(): Observable': laterCase((answer) => receiving(answer)),
  'Behaviour.onSignal': (fail) =>
    withSystem({}, async (system, clock) => {
      const bad = { initial: () => 0, receive: () => caughtThen(fail), onSignal: fail };
      const ref = system.spawn('bad', bad, { supervision: 'restart' });
      ref.tell(1);
      await clock.settle();
      const stopped = endOf(system.stopActor(ref));
      await clock.settle();
      expect(await stopped).toEqual(RESOLVED);
    }),
  'AppActors.spawn(behaviour)': (fail) =>
    withApp({}, async ({ app, clock }) => {
      const answer = endOf(app.actors.spawn('bad', fail).ask(1));
      await clock.advance(5000);
      expect(await answer).not.toEqual(RESOLVED);
      return [await answer];
    }),
  'AppActors.spawn(behaviour)(): Observable': (fail) =>
    withApp({}, async ({ app, clock }, log) => {
      const ref = app.actors.spawn('bad', () => loose(NEVER.pipe(finalize(fail))), { supervision: 'resume' });
      ref.send(1).subscribe().unsubscribe();
      const sent = ref.send(1).subscribe();
      await clock.settle();
      sent.unsubscribe();
      ref.tell(2);
      await clock.settle();
      return log;
    }),
  'ActorContext.pipeToSelf(toMessage)': (fail) =>
    pipeCase((context) => context.pipeToSelf(Promise.resolve(1), fail))(fail),
  'ActorContext.pipeToSelf(toFailure)': (fail) =>
    pipeCase((context) => context.pipeToSelf(Promise.reject(new Error('boom')), (n) => n, fail))(fail),
  'ActorContext.pipeToSelf(work): PromiseLike': async (fail) => {
    await pipeCase((context) => context.pipeToSelf(loose({ then: fail }), (n) => n))(fail);
    return pipeCase((context) => context.pipeToSelf(Promise.reject(caught(fail) as Error), (n) => n))(fail);
  },
  'ActorContext.pipeToSelf(work): Observable': async (fail) => {
    await pipeCase((context) => context.pipeToSelf(new Observable(() => fail()), (n) => n))(fail);
    return pipeCase((context) => context.pipeToSelf(NEVER.pipe(finalize(fail)), (n) => n))(fail);
  },
  'ActorContext.signal: AbortSignal': (fail) =>
    withSystem({}, async (system, clock) => {
      const ref = system.spawn('bad', {
        initial: (context: ActorContext<unknown>) => void context.signal.addEventListener('abort', fail),
        receive: (_state: unknown, _message: unknown, context: ActorContext<unknown>) => {
          context.signal.addEventListener('abort', fail);
          context.signal.onabort = fail;
          return new Promise<void>(() => undefined);
        },
      });
      ref.tell(1);
      await clock.settle();
      await endOf(Promise.race([system.stopActor(ref), clock.settle()]));
    }),
  // Of what comes over a socket only.
  'ActorContract.decodeValue': (fail) =>
    withApp({}, async (test) => {
      const hostile = { ...contract, decodeValue: fail };
      const bad = fromContracts(() => 0).on(hostile, (state) => state);
      test.app.handle(hostile, test.app.actors.spawn('bad', bad));
      const told = [await endOf(test.app.peer('Peer').ask('Bad', 1))];
      expect(told).not.toEqual([RESOLVED]);
      return told;
    }),
  'ActorContract.encodeValue': actorContractCase('encodeValue'),
  'ActorContract.encodeAck': actorContractCase('encodeAck'),
  'fromContracts(initial)': behaviourCase(
    (fail) => fromContracts(fail).on(contract, (state) => state) as never,
  ),
  'ContractBehaviour.on(receive)': behaviourCaseOf(contract.action, (fail) => fail()),
  'ContractBehaviour.on(receive)(): Observable': async (fail) => {
    for (const answer of later) await behaviourCaseOf(contract.action, answer)(fail);
    return behaviourCaseOf(contract.action, (throws) => throwError(() => caught(throws)))(fail);
  },
  'ContractBehaviour.onSignals(onSignal)': (fail) =>
    withSystem({}, async (system, clock) => {
      const bad = fromContracts(() => 0)
        .on(contract, (state) => state)
        .onSignals(fail);
      const ref = system.spawn('bad', bad);
      await clock.settle();
      const stopped = endOf(system.stopActor(ref));
      await clock.settle();
      expect(await stopped).toEqual(RESOLVED);
    }),
  'fromOperator(operator)': behaviourCase((fail) => fromOperator(fail)),
  'fromOperator(operator)(): Observable': async (fail) => {
    await behaviourCase(() => fromOperator((deliveries$) => deliveries$.pipe(map(fail))))(fail);
    await behaviourCase(() => fromOperator(() => new Observable(() => fail())))(fail);
    return withSystem({}, async (system, clock) => {
      const ref = system.spawn(
        'bad',
        fromOperator((deliveries$) =>
          deliveries$.pipe(
            finalize(fail),
            map((d) => d.ack()),
          ),
        ),
      );
      expect(await ref.ask(1)).toBeNull();
      const stopped = endOf(system.stopActor(ref));
      await clock.settle();
      expect(await stopped).toEqual(RESOLVED);
    });
  },

  'ActorSystemOptions.random': (fail) =>
    withSystem({ random: fail }, async (system, clock) => {
      const supervision = { otherwise: 'restart', backoff: { minMs: 10, maxMs: 10 } } as const;
      let runs = 0;
      const ref = system.spawn(
        'bad',
        { initial: () => void (runs += 1), receive: () => caughtThen(fail) },
        { supervision },
      );
      ref.tell(1);
      await clock.advance(100);
      expect(runs).toBe(2);
    }),
  'ActorSystemOptions.yieldTurn': (fail) =>
    withSystem({ yieldTurn: fail }, async (system, clock) => {
      let count = 0;
      const ref = system.spawn('busy', () => void (count += 1), { mailbox: { capacity: 10_000 } });
      for (let turn = 0; turn < 10_000; turn += 1) ref.tell(turn);
      for (let turn = 0; turn < 5; turn += 1) await clock.settle();
      expect(count).toBe(10_000);
    }),
  'MailboxOptions.priority': (fail) =>
    withSystem({}, async (system) => {
      const ref = system.spawn(
        'bad',
        (_: unknown, n: number, context: ActorContext<number, number>) => context.reply(n),
        { mailbox: { priority: fail } },
      );
      expect(await ref.ask(1)).toBe(1);
      expect(ref.tell(1)).toBe(true);
    }),
  'SupervisionRules.on: class': (fail) =>
    withSystem({}, async (system, clock) => {
      const hostile = loose(Object.defineProperty(function Hostile() {}, Symbol.hasInstance, { get: fail }));
      const supervision = {
        on: [
          [hostile, 'stop'],
          [Error, 'resume'],
        ],
        otherwise: 'resume',
      } as never;
      const ref = system.spawn('bad', () => caughtThen(fail), { supervision });
      const first = await endOf(ref.ask(1));
      expect(first).not.toEqual(RESOLVED);
      expect(await endOf(ref.ask(2))).not.toMatchObject({ code: 'ERR_ACTOR_STOPPED' });
      await clock.settle();
    }),
  'AskOptions.within': (fail) =>
    withSystem({}, async (system) => {
      const ref = system.spawn('sound', (_: unknown, n: number, context: ActorContext<number, number>) =>
        context.reply(n),
      );
      expect(await ref.ask(1, { within: fail })).toBe(1);
      expect(await ref.ask(2, { within: () => undefined })).toBe(2);
      expect(await ref.ask(3, { within: (call) => (call(), call(), fail()) })).toBe(3);
    }),
  'AskOptions.signal: AbortSignal': (fail) =>
    withSystem({}, async (system, clock) => {
      const ref = system.spawn('sound', (_: unknown, n: number, context: ActorContext<number, number>) =>
        context.reply(n),
      );
      const told: unknown[] = [];
      for (const signal of askSignals(fail)) {
        told.push(await endOf(ref.ask(1, { signal })));
        ref.send(1, { signal }).subscribe({ error: (error: unknown) => told.push(error) });
      }
      await clock.settle();
      return told;
    }),
  'OfferOptions.signal: AbortSignal': (fail) =>
    withSystem({}, async (system) => {
      const ref = system.spawn('sound', () => undefined);
      const told: unknown[] = [];
      for (const signal of askSignals(fail)) told.push(await endOf(ref.offer(1, { signal })));
      return told;
    }),

  'ActorRef.send': refCase('send', (fail) => fail),
  'ActorRef.send(): Observable': refCase(
    'send',
    (fail) => () =>
      NEVER.pipe(
        finalize(fail),
        map((n) => n),
      ),
  ),
  'ActorRef.ask': refCase('ask', (fail) => fail),
  'ActorRef.tell': refCase('tell', (fail) => fail),
  'ActorRef.offer': refCase('offer', (fail) => fail),
  'ActorRef.terminated$: Observable': refCase('terminated$', (fail) => new Observable(() => fail())),

  'TestProbeOptions.answer': (fail) =>
    withSystem({}, async (system) => {
      const { ref } = createTestProbe(system, { answer: fail });
      const told = [await endOf(ref.ask(1))];
      expect(told).not.toEqual([RESOLVED]);
      return told;
    }),
};

function behaviourCaseOf(action: string, answer: (fail: () => never) => unknown): Case {
  return (fail) =>
    withSystem({}, async (system, clock) => {
      const bad = fromContracts(() => 0).on(contract, () => loose(answer(fail)));
      const ref = system.spawn('bad', bad, { supervision: 'resume' });
      const asked = endOf(ref.ask({ action, value: 1 }));
      await clock.advance(5000);
      expect(await asked).not.toEqual(RESOLVED);
    });
}

/** Work in the background of an actor, which fails; its supervision resumes it. */
function pipeCase(pipe: (context: ActorContext<unknown>) => void): Case {
  return () =>
    withSystem({}, async (system, clock) => {
      const ref = system.spawn('bad', (_state: unknown, message: unknown, context: ActorContext<unknown>) => {
        if (message === 'go') pipe(context);
      });
      ref.tell('go');
      await clock.settle();
      const stopped = endOf(system.stopActor(ref));
      await clock.settle();
      expect(await stopped).toEqual(RESOLVED);
    });
}

function caughtThen(fail: () => never): never {
  throw caught(fail);
}
