import { checkOptions, shapes } from '../runtime/checkArguments';
import { BadOption } from '../errors/setUp';
import { ReplayStuck } from '../errors/recordings';
import { type Clock, systemClock } from '../runtime/Clock';
import { loadOptional } from '../runtime/loadOptional';
import { nextTurn } from '../runtime/turns';

/** How time is replaced. */
export interface VirtualTimeOptions {
  /** What `Date` shows at first; default: the real time. */
  readonly startAt?: number | Date;
  /** Real milliseconds that something outside virtual time, such as a file, may take; default 1000. */
  readonly graceMs?: number;
  /** Virtual milliseconds after which `until` gives up; default 86400000, a day. */
  readonly limitMs?: number;
}

/** Time that stands still until it is moved. */
export interface VirtualTime {
  /** For what takes a clock; the same time as the timers of the program. */
  readonly clock: Clock;
  /**
   * Moves time by `ms`, running each timer that falls due; promises that are ready run before and after each
   * one.
   */
  advance(ms: number): Promise<void>;
  /**
   * Moves time from timer to timer until the promise is settled, and gives what it gave.
   *
   * @param what names what is waited for.
   * @throws ReplayStuck (ERR_REPLAY_STUCK) when it waits for something that neither time nor a short real
   * wait brings.
   */
  until<T>(promise: PromiseLike<T>, what: string | (() => string)): Promise<T>;
  /** Gives the program its real time back. Timers that are still set never run. */
  uninstall(): void;
  /** As `uninstall`, at the end of the block of `using time = virtualTime()`. */
  [Symbol.dispose](): void;
}

/** The part of @sinonjs/fake-timers that is used. */
interface FakeClock {
  readonly now: number;
  next(): unknown;
  tick(ms: number): unknown;
  countTimers(): number;
  uninstall(): void;
}
interface FakeTimers {
  install(options: {
    readonly now: number;
    readonly toFake: readonly string[];
    readonly shouldClearNativeTimers: boolean;
  }): FakeClock;
}

// Kept at load: the program's are replaced.
const realNow = performance.now.bind(performance);

/** setImmediate stays real: it waits for no time, and the turns between timers run it. */
const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'];
/** What Node counts as active although nothing from outside is awaited. */
const ownResources = new Set(['Timeout', 'Immediate', 'TickObject', 'MessagePort', 'TTYWrap', 'PipeWrap']);

let installed = false;

/** What replaced setTimeout, and how to give it back. */
const foreignTimers = {
  jest: ["Jest's fake timers (jest.useFakeTimers())", 'jest.useRealTimers()'],
  vitest: ["Vitest's fake timers (vi.useFakeTimers())", 'vi.useRealTimers()'],
  node: ["node:test's mock timers (mock.timers.enable())", 'mock.timers.reset()'],
  sinon: ['@sinonjs/fake-timers (install())', 'uninstall() of its clock'],
} as const;

/**
 * Fake timers of a test runner stand still while a replay waits for them.
 *
 * @throws BadOption (ERR_BAD_OPTION) that names whose they are.
 */
export function requireRealTimers(what: string): void {
  if (installed) return;
  const owner = ownerOfTimers();
  if (owner === undefined) return;
  const [name, remedy] = foreignTimers[owner];
  throw new BadOption(
    `${what}: setTimeout is replaced by ${name}, so that it would wait for ever; call ${remedy} before, and use time: 'virtual' for a time that is not real`,
  );
}

/** Undefined when setTimeout is real, or goes on by itself. */
function ownerOfTimers(): keyof typeof foreignTimers | undefined {
  const timer = setTimeout as typeof setTimeout & {
    readonly clock?: { readonly attachedInterval?: unknown };
    readonly _isMockFunction?: boolean;
  };
  if (timer._isMockFunction === true) return 'jest';
  if (timer.clock !== undefined) {
    // Told to advance with real time.
    if (timer.clock.attachedInterval !== undefined) return undefined;
    if (process.env['VITEST'] !== undefined) return 'vitest';
    return process.env['JEST_WORKER_ID'] === undefined ? 'sinon' : 'jest';
  }
  return timer.name.startsWith('bound ') ? 'node' : undefined;
}

/**
 * Replaces setTimeout, setInterval, Date and performance.now of the whole program, rxjs schedulers included,
 * by time that is moved by hand: an hour passes in a moment. Needs the package @sinonjs/fake-timers. Not
 * together with fake timers of a test runner. Timers that were set before go on in real time, and can be
 * cleared. A replay does this by itself with `time: 'virtual'`.
 *
 * @throws MissingPackage (ERR_MISSING_PACKAGE), BadOption (ERR_BAD_OPTION) when it is installed already, or
 * fake timers of somebody else are.
 * @example
 * const time = virtualTime(); // or `using time = virtualTime();`, which ends with its block
 * try {
 *   const late = new Promise((resolve) => setTimeout(resolve, 3_600_000, 'done'));
 *   console.log(await time.until(late, 'the timer'));
 * } finally {
 *   time.uninstall();
 * }
 */
export function virtualTime(options: VirtualTimeOptions = {}): VirtualTime {
  checkOptions('virtualTime', options, {
    startAt: shapes.moment,
    graceMs: shapes.amount,
    limitMs: shapes.amount,
  });
  if (installed) throw new BadOption('virtual time is installed already; call uninstall() first');
  requireRealTimers('virtualTime');
  const { graceMs = 1000, limitMs = 86_400_000 } = options;
  const timers = loadOptional('@sinonjs/fake-timers', 'virtual time') as FakeTimers;
  const outsideBefore = outsideResources();
  const now = Number(options.startAt ?? Date.now());
  // A timer from before goes on in real time, and its owner may still clear it: rxjs throws at each tick of
  // one that it could not clear.
  const fake = timers.install({ now, toFake, shouldClearNativeTimers: true });
  installed = true;

  const uninstall = (): void => {
    if (!installed) return;
    installed = false;
    fake.uninstall();
  };
  const stuck = (what: string | (() => string), why: string): ReplayStuck =>
    new ReplayStuck(`${typeof what === 'string' ? what : what()} ${why}`);

  return {
    clock: systemClock,
    async advance(ms) {
      let reached = false;
      await settle();
      systemClock.setTimeout(() => {
        reached = true;
      }, ms);
      while (!reached) {
        fake.next();
        await settle();
      }
      // Timers for this very moment that were set after the mark.
      fake.tick(0);
      await settle();
    },
    async until(promise, what) {
      let settled = false;
      const done = (): void => {
        settled = true;
      };
      promise.then(done, done);
      const giveUpAt = fake.now + limitMs;
      let waitingSince: number | undefined;
      for (await settle(); !settled; await settle()) {
        const outside = newOutside(outsideBefore);
        if (outside.length === 0 && fake.countTimers() > 0) {
          waitingSince = undefined;
          if (fake.now >= giveUpAt) throw stuck(what, `did not end within ${limitMs} ms of virtual time`);
          fake.next();
          continue;
        }
        const now = realNow();
        waitingSince ??= now;
        if (now - waitingSince > graceMs) {
          const reason = outside.length > 0 ? ` (${outside.join(', ')})` : '';
          throw stuck(
            what,
            `waits for something outside virtual time${reason}; ${graceMs} ms of real time were given`,
          );
        }
      }
      return promise;
    },
    uninstall,
    [Symbol.dispose]: uninstall,
  };
}

/** Two turns: what the first one's immediates set off is done when the second ends. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => nextTurn(resolve));
}

/** Kinds of things Node waits for, each as often as there are such. */
const outsideResources = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((kind) => !ownResources.has(kind));

/** What is active now and was not when virtual time began. */
function newOutside(before: readonly string[]): readonly string[] {
  const known = [...before];
  return outsideResources().filter((kind) => {
    const index = known.indexOf(kind);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
}
