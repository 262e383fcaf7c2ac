import { monitorEventLoopDelay } from 'node:perf_hooks';
import { EventLoopDelay } from '../../../src/observe/stats/EventLoopDelay';

jest.mock('node:perf_hooks', () => ({ monitorEventLoopDelay: jest.fn() }));

/** Stands for what Node records; times in ns. */
class RecordedDelays {
  count = 0;
  mean = NaN;
  max = 0;
  enabled = false;

  percentile(): number {
    return this.max / 2;
  }

  record(meanMs: number, maxMs: number): void {
    this.count = 10;
    this.mean = meanMs * 1e6;
    this.max = maxMs * 1e6;
  }

  reset(): void {
    this.count = 0;
    this.mean = NaN;
    // What Node 20 says then.
    this.max = 0;
  }

  enable(): void {
    this.enabled = true;
  }

  disable(): void {
    this.enabled = false;
  }
}

describe('EventLoopDelay', () => {
  let recorded: RecordedDelays;
  let resolution: number;

  beforeEach(() => {
    recorded = new RecordedDelays();
    jest.mocked(monitorEventLoopDelay).mockImplementation((options) => {
      resolution = options?.resolution ?? 0;
      return recorded as unknown as ReturnType<typeof monitorEventLoopDelay>;
    });
  });

  it('tells how late the loop was, the period of the timer that measures it taken off', () => {
    const delay = new EventLoopDelay();
    recorded.record(resolution + 2, resolution + 100);
    const { meanSeconds, p99Seconds, maxSeconds } = delay.take();
    expect(meanSeconds).toBeCloseTo(0.002);
    expect(maxSeconds).toBeCloseTo(0.1);
    expect(p99Seconds).toBeCloseTo((resolution + 100) / 2000 - resolution / 1000);
  });

  it('tells 0 when nothing was measured, and of a timer that came early', () => {
    const delay = new EventLoopDelay();
    const none = { meanSeconds: 0, p99Seconds: 0, maxSeconds: 0 };
    expect(delay.take()).toEqual(none);
    recorded.record(resolution - 1, resolution - 0.5);
    expect(delay.take()).toEqual(none);
  });

  it('begins anew each time it is asked', () => {
    const delay = new EventLoopDelay();
    recorded.record(resolution + 5, resolution + 5);
    expect(delay.take().maxSeconds).toBeCloseTo(0.005);
    expect(delay.take().maxSeconds).toBe(0);
  });

  it('measures from when it is made until it is closed', () => {
    const delay = new EventLoopDelay();
    expect(recorded.enabled).toBe(true);
    delay.close();
    expect(recorded.enabled).toBe(false);
  });
});
