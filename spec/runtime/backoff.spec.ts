import { backoffMs } from '../../src/runtime/backoff';

const RECONNECT = { minDelayMs: 100, maxDelayMs: 10_000, jitter: 0.2 };

describe('backoffMs', () => {
  it('doubles with each failure', () => {
    const delays = [1, 2, 3, 4].map((failures) => backoffMs(RECONNECT, failures, 0.5));
    expect(delays).toEqual([100, 200, 400, 800]);
  });

  it('spreads by the jitter to both sides', () => {
    expect(backoffMs(RECONNECT, 1, 0)).toBe(80);
    expect(backoffMs(RECONNECT, 1, 1)).toBe(120);
  });

  it('is never above the longest delay, and is spread there too', () => {
    const delays = [0, 0.25, 0.5, 0.75, 1].map((random) => backoffMs(RECONNECT, 1000, random));
    expect(new Set(delays).size).toBe(5);
    expect(Math.max(...delays)).toBe(10_000);
  });
});
