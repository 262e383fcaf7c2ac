import { createContext, runInContext } from 'node:vm';
import { concat, firstValueFrom, of, throwError, toArray, Observable } from 'rxjs';
import type * as ownRxjs from 'rxjs';
import * as own from 'rxcomet';
import { createMemoryTransport } from 'rxcomet/testing';
import { silentLogger } from '../../src/runtime/Logger';
import { createVirtualClock } from '../support/createVirtualClock';

/*
 * A program may hold two copies of this package or of rxjs (a dependency that brings its own, a bundle), and
 * values of other realms (node:vm, Jest). What they are is judged by what they hold, not by the copy that
 * made them.
 */

type Copy = typeof own;
type Rxjs = typeof ownRxjs;
type ErrorClass = abstract new (...args: never[]) => own.RxcometError;

let other: Copy;
let otherRxjs: Rxjs;

beforeAll(async () => {
  await jest.isolateModulesAsync(async () => {
    other = await import('rxcomet');
    otherRxjs = await import('rxjs');
  });
  expect(other.RxcometError).not.toBe(own.RxcometError);
  expect(otherRxjs.Observable).not.toBe((await import('rxjs')).Observable);
});

/** What any constructor of ours may ask for. */
const FIELDS = {
  client: 'Lab',
  action: 'Move',
  delivered: 'no',
  key: 'k1',
  remoteCode: 'ERR_TOO_MANY_CONNECTIONS',
  peer: '127.0.0.1:5',
  actor: '/user/a',
  path: 'somewhere',
  problems: [],
  file: '',
  line: 1,
} as const;

const classNames = Object.keys(own).filter((name) => {
  const value: unknown = own[name as keyof Copy];
  return (
    typeof value === 'function' && (value === own.RxcometError || value.prototype instanceof own.RxcometError)
  );
});
const classOf = (copy: Copy, name: string): ErrorClass => copy[name as keyof Copy] as unknown as ErrorClass;
const make = (copy: Copy, name: string): own.RxcometError => {
  const Class = classOf(copy, name) as unknown as new (...args: unknown[]) => own.RxcometError;
  // UnknownClient takes a name, what is known and the nearest; ConfigError its problems.
  if (name === 'UnknownClient') return new Class('Lab', [], undefined);
  if (name === 'ConfigError') return new Class('bad', []);
  return new Class('it failed', FIELDS);
};
/** A class that is extended has no error of its own. */
const isBase = (name: string): boolean =>
  classNames.some(
    (below) =>
      (classOf(own, below) as { prototype: unknown }).prototype instanceof (classOf(own, name) as never) &&
      below !== name,
  );
const leaves = (): string[] => classNames.filter((name) => !isBase(name));
const sendErrors = (): string[] => leaves().filter((name) => make(own, name) instanceof own.SendError);

describe('An error of another copy', () => {
  it('is an instance of the same classes as one of our own, and of no others', () => {
    expect(classNames.length).toBeGreaterThan(55);
    for (const name of leaves()) {
      const ours = make(own, name);
      const theirs = make(other, name);
      const classesOf = (error: unknown): string[] =>
        classNames.filter((candidate) => error instanceof (classOf(own, candidate) as never));
      expect({ name, classes: classesOf(theirs) }).toEqual({ name, classes: classesOf(ours) });
      expect(classesOf(ours)).toContain(name);
    }
  });

  it.each([
    [null],
    [undefined],
    ['text'],
    [5],
    [{}],
    [new Error('x')],
    [Object.assign(new Error('x'), { code: 'ERR_ACK_TIMEOUT' })],
  ])('is not taken for what %p is', (value: unknown) => {
    expect(classNames.filter((name) => value instanceof (classOf(own, name) as never))).toEqual([]);
  });

  /** How often a source is subscribed until the operator lets its error pass. */
  const tries = async (error: unknown): Promise<number> => {
    const clock = createVirtualClock();
    let count = 0;
    const source = new Observable_((destination) => {
      count += 1;
      destination.error(error);
    });
    const ended = firstValueFrom(source.pipe(own.retrySend({ clock, random: () => 0 }))).catch(
      () => undefined,
    );
    await clock.advance(60_000);
    await ended;
    return count;
  };
  const Observable_ = jest.requireActual<Rxjs>('rxjs').Observable;

  it('is sent again by retrySend as often as one of our own', async () => {
    const counts: number[] = [];
    for (const name of sendErrors()) {
      const count = await tries(make(own, name));
      counts.push(count);
      expect({ name, tries: await tries(make(other, name)) }).toEqual({ name, tries: count });
    }
    expect(new Set(counts)).toEqual(new Set([1, 4]));
  });

  it('opens a circuitBreaker as one of our own does', async () => {
    const stateAfter = async (error: unknown): Promise<string> => {
      const breaker = own.circuitBreaker({ failures: 2, clock: createVirtualClock() });
      for (let count = 0; count < 2; count += 1) {
        await firstValueFrom(throwError(() => error).pipe(breaker)).catch(() => undefined);
      }
      return breaker.state.kind;
    };
    for (const name of sendErrors()) {
      expect({ name, state: await stateAfter(make(other, name)) }).toEqual({
        name,
        state: await stateAfter(make(own, name)),
      });
    }
    expect(await stateAfter(make(other, 'AckTimeout'))).toBe('open');
  });

  const ADDRESS = { IP: '127.0.0.2', Port: 65432 };
  const withApp = async <T>(use: (app: own.App, codes: string[]) => Promise<T>): Promise<T> => {
    const app = own.createApp(
      own.parseConfig({
        Socket_connection: { Host: ADDRESS, Client: { Lab: { ...ADDRESS, Dialect: 'native' } } },
      }),
      { transport: createMemoryTransport(), logger: silentLogger },
    );
    const codes: string[] = [];
    app.failures$.subscribe(({ code }) => codes.push(code));
    await app.start();
    try {
      return await use(app, codes);
    } finally {
      await app.stop({ graceMs: 0 });
    }
  };

  it.each<[string, (app: own.App, error: unknown) => Promise<unknown>]>([
    [
      'of a handler',
      (app, error) => (
        app.handle('Fail', () => {
          throw error;
        }),
        app.peer('Lab').ask('Fail').catch(shown)
      ),
    ],
    [
      'of message.fail',
      (app, error) => (
        app.handle('Fail', (_value, message) => message.fail(error)),
        app.peer('Lab').ask('Fail').catch(shown)
      ),
    ],
    ['of app.detach', async (app, error) => void app.detach(throwError(() => error))],
  ])('%s has the same effect as one of our own', async (_, fail) => {
    for (const name of leaves()) {
      const effects = [own, other].map((copy) =>
        withApp(async (app, codes) => ({ name, shown: await fail(app, make(copy, name)), codes })),
      );
      const [ours, theirs] = await Promise.all(effects);
      expect(theirs).toEqual(ours);
    }
  });

  function shown({
    code,
    message,
    remoteCode,
  }: {
    code: string;
    message: string;
    remoteCode?: string;
  }): unknown {
    return { code, message, remoteCode };
  }

  it('is judged by the rules of supervision as one of our own', async () => {
    const directiveOf = (copy: Copy) =>
      withApp(async (app) => {
        const starts: string[] = [];
        const ref = app.actors.spawn(
          'failing',
          {
            initial: () => {
              starts.push('start');
              return 0;
            },
            receive: () => {
              throw make(copy, 'AckTimeout');
            },
          },
          {
            supervision: {
              on: [
                [own.QueueFull, 'stop'],
                [own.AckTimeout, 'restart'],
              ],
              otherwise: 'stop',
            },
          },
        );
        await ref.ask(1).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
        return starts.length;
      });
    expect(await directiveOf(other)).toBe(await directiveOf(own));
    expect(await directiveOf(other)).toBe(2);
  });
});

describe('An Observable of another copy of rxjs', () => {
  it('is a source of sendTo, in which what is too much is refused as from our own', async () => {
    const results = async (rxjs: Rxjs): Promise<unknown> => {
      const values = rxjs.of(1, 2, 3);
      const send = (value: unknown) => concat(of(value));
      return firstValueFrom(
        own
          .sendTo(
            fakePeer(send),
            'Move',
          )(values as never)
          .pipe(toArray()),
      ).catch((error: { code?: string; message: string }) => error.code ?? error.message);
    };
    expect(await results(otherRxjs)).toEqual(await results(jest.requireActual<Rxjs>('rxjs')));
  });

  it('is the answer of a handler, result by result', async () => {
    const app = own.createApp(
      own.parseConfig({
        Socket_connection: {
          Host: { IP: '127.0.0.2', Port: 1 },
          Client: { Lab: { IP: '127.0.0.2', Port: 1, Dialect: 'native' } },
        },
      }),
      { transport: createMemoryTransport(), logger: silentLogger },
    );
    app.handle('Scan', () => otherRxjs.of(1, 2, 3));
    await app.start();
    expect(await firstValueFrom(app.peer('Lab').send('Scan').pipe(toArray()))).toEqual([1, 2, 3]);
    await app.stop();
  });

  function fakePeer(send: (value: unknown) => Observable<unknown>): own.Peer {
    return {
      send: (_action: string, value: unknown) => send(value),
      hold: (_action: string, value: unknown) => send(value),
      guard: (subscribe: () => void) => new Observable(subscribe),
    } as unknown as own.Peer;
  }
});

describe('A value of another realm', () => {
  const realm = createContext({});
  const foreign = (code: string): unknown => runInContext(code, realm);
  let app: own.App;

  beforeEach(async () => {
    app = own.createApp(
      own.parseConfig({
        Socket_connection: {
          Host: { IP: '127.0.0.2', Port: 1 },
          Client: { Lab: { IP: '127.0.0.2', Port: 1, Dialect: 'native' } },
        },
      }),
      { transport: createMemoryTransport(), logger: silentLogger },
    );
    await app.start();
  });

  afterEach(() => app.stop({ graceMs: 0 }));

  it('of bytes is bytes, sent, told and answered', async () => {
    const bytes = foreign('new Uint8Array([1, 2, 255])') as Uint8Array;
    expect(bytes instanceof Uint8Array).toBe(false);
    const heard: unknown[] = [];
    app.handle('Wave', (value) => {
      heard.push(value);
      return foreign('new Uint8Array([7])');
    });
    const answer = await app.peer('Lab').ask('Wave', bytes);
    expect(Buffer.from(answer as Uint8Array)).toEqual(Buffer.from([7]));
    app.peer('Lab').tell('Wave', bytes);
    await app.peer('Lab').ask('Wave', bytes);
    expect(heard.map((value) => Buffer.from(value as Uint8Array))).toEqual(Array(3).fill(Buffer.from(bytes)));
  });

  it.each([
    ['a promise', 'Promise.resolve(5)', 5],
    ['a generator', '(async function* () { yield 5; })()', 5],
    ['an array', '[1, 2]', [1, 2]],
    ['an object', '({ a: 1 })', { a: 1 }],
  ])('that is %s answers as of our own', async (_, code, expected) => {
    app.handle('Try', () => foreign(code));
    expect(await app.peer('Lab').ask('Try')).toEqual(expected);
  });
});
