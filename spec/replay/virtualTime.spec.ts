import { readFile } from 'node:fs/promises';
import { firstValueFrom, interval, take, toArray } from 'rxjs';
import { BadOption, MissingPackage } from '../../src/errors/setUp';
import { ReplayStuck } from '../../src/errors/recordings';
import { loadOptional } from '../../src/runtime/loadOptional';
import { virtualTime, type VirtualTime } from '../../src/replay/virtualTime';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('virtualTime', () => {
  let time: VirtualTime | undefined;
  const install = (options = {}): VirtualTime =>
    (time = virtualTime({ startAt: 0, graceMs: 30, ...options }));
  afterEach(() => time?.uninstall());

  it('runs timers, Date, performance and rxjs in its own time', async () => {
    const { clock, until } = install();
    const start = clock.now();
    const points = firstValueFrom(interval(60_000).pipe(take(60), toArray()));
    expect(await until(points, 'the interval')).toHaveLength(60);
    expect(Date.now()).toBe(3_600_000);
    expect(clock.now() - start).toBe(3_600_000);
    expect(clock.wallTime()).toBe(3_600_000);
  });

  it('runs promises between timers, in the order of their time', async () => {
    const { advance } = install();
    const order: string[] = [];
    const step = async (name: string, ms: number): Promise<void> => {
      await sleep(ms);
      order.push(`${name} ${Date.now()}`);
      await Promise.resolve();
      await sleep(ms);
      order.push(`${name} ${Date.now()}`);
    };
    void step('a', 10);
    void step('b', 15);
    await advance(25);
    expect(order).toEqual(['a 10', 'b 15', 'a 20']);
    expect(Date.now()).toBe(25);
    await advance(5);
    expect(order).toEqual(['a 10', 'b 15', 'a 20', 'b 30']);
  });

  it('hands the failure on', async () => {
    const failing = async (): Promise<void> => {
      await sleep(1000);
      throw new Error('no');
    };
    await expect(install().until(failing(), 'it')).rejects.toThrow('no');
  });

  it('waits a moment for something outside, and time stands still meanwhile', async () => {
    const { until } = install({ graceMs: 5000 });
    setInterval(() => undefined, 10);
    await until(readFile(__filename), 'the file');
    expect(Date.now()).toBeLessThan(100);
  });

  it('names what is stuck outside virtual time instead of waiting silently', async () => {
    const { until } = install();
    const never = new Promise<void>(() => undefined);
    const waiting = until(never, () => 'handler of Move (link 3, message 7)');
    await expect(waiting).rejects.toThrow(ReplayStuck);
    await expect(waiting).rejects.toThrow(
      'handler of Move (link 3, message 7) waits for something outside virtual time',
    );
  });

  it('gives up after the limit when timers go on for ever', async () => {
    const { until } = install({ limitMs: 10_000 });
    setInterval(() => undefined, 1000);
    await expect(until(new Promise(() => undefined), 'it')).rejects.toThrow(
      'it did not end within 10000 ms of virtual time',
    );
  });

  it('gives real time back, and is there once at a time', () => {
    const real = setTimeout;
    install();
    expect(setTimeout).not.toBe(real);
    expect(() => virtualTime()).toThrow(BadOption);
    time?.uninstall();
    time?.uninstall();
    expect(setTimeout).toBe(real);
  });
});

describe('loadOptional', () => {
  it('names the line that installs a missing package', () => {
    expect(() => loadOptional('not-there-at-all', 'This')).toThrow(MissingPackage);
    expect(() => loadOptional('not-there-at-all', 'This')).toThrow(
      'This needs the package not-there-at-all: npm i not-there-at-all',
    );
  });
});
