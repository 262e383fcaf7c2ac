import { interval, timer, type Subscription } from 'rxjs';
import { virtualTime, type VirtualTime } from 'rxcomet/testing';

type Handle = ReturnType<typeof setTimeout>;

let time: VirtualTime | undefined;
let started: Handle[] = [];
const clear = { clearTimeout, clearInterval };

beforeEach(() => {
  started = [];
});

afterEach(() => {
  time?.uninstall();
  for (const handle of started) clear.clearTimeout(handle);
});

/** Real timers that the process has. */
const realTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

function keep(handle: Handle): Handle {
  started.push(handle);
  return handle;
}

const ways: readonly (readonly [string, () => Handle])[] = [
  ['setTimeout', () => keep(setTimeout(() => undefined, 60_000))],
  ['setInterval', () => keep(setInterval(() => undefined, 60_000))],
];
const clears: readonly (readonly [string, (handle: Handle) => void])[] = [
  ['clearTimeout', (handle) => clearTimeout(handle)],
  ['clearInterval', (handle) => clearInterval(handle)],
  ['clearTimeout and its number', (handle) => clearTimeout(Number(handle))],
  ['clearInterval and its number', (handle) => clearInterval(Number(handle))],
];

describe('a timer from before virtual time', () => {
  describe.each(ways)('of %s', (_way, set) => {
    it.each(clears)('is cleared by %s', (_name, clearIt) => {
      const before = realTimers();
      const handle = set();
      expect(realTimers()).toBe(before + 1);
      time = virtualTime();
      clearIt(handle);
      expect(realTimers()).toBe(before);
    });
  });

  it.each<readonly [string, () => Subscription]>([
    ['interval', () => interval(60_000).subscribe()],
    ['timer', () => timer(60_000).subscribe()],
    ['repeating timer', () => timer(60_000, 60_000).subscribe()],
  ])('of rxjs (%s) is gone once its subscriber is', (_name, subscribe) => {
    const before = realTimers();
    const subscription = subscribe();
    expect(realTimers()).toBe(before + 1);
    time = virtualTime();
    subscription.unsubscribe();
    expect(realTimers()).toBe(before);
  });

  it('goes on in real time, and one of rxjs that is left alone throws nothing when it is over', async () => {
    let ticked: () => void = () => undefined;
    const subscription = interval(1).subscribe(() => ticked());
    time = virtualTime({ startAt: 0 });
    await new Promise<void>((resolve) => (ticked = resolve));
    expect(Date.now()).toBe(0);
    subscription.unsubscribe();
    await new Promise((resolve) => setImmediate(resolve));
    expect(subscription.closed).toBe(true);
  });

  it('says nothing on the console when it is cleared', () => {
    const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const handle = keep(setTimeout(() => undefined, 60_000));
    time = virtualTime();
    clearTimeout(handle);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});

describe('a timer of virtual time', () => {
  it('is cleared without harm after real time is back', () => {
    time = virtualTime();
    const handles = [setTimeout(() => undefined, 5), setInterval(() => undefined, 5)];
    time.uninstall();
    const before = realTimers();
    for (const handle of handles) {
      clearTimeout(handle);
      clearInterval(handle);
    }
    expect(realTimers()).toBe(before);
  });
});
