import { createVirtualClock } from './createVirtualClock';

describe('the virtual clock of the specs', () => {
  it('calls timers in the order they are due, those set meanwhile included', async () => {
    const clock = createVirtualClock();
    const calls: string[] = [];
    clock.setTimeout(() => calls.push(`late ${clock.now()}`), 20);
    clock.setTimeout(() => {
      calls.push(`early ${clock.now()}`);
      clock.setTimeout(() => calls.push(`nested ${clock.now()}`), 5);
    }, 10);
    await clock.advance(20);
    expect(calls).toEqual(['early 10', 'nested 15', 'late 20']);
    expect(clock.pending).toBe(0);
  });

  it('runs promises between two timers of the same moment', async () => {
    const clock = createVirtualClock();
    const calls: string[] = [];
    clock.setTimeout(() => void Promise.resolve().then(() => calls.push('promise of the first')), 10);
    clock.setTimeout(() => calls.push('second'), 10);
    await clock.advance(10);
    expect(calls).toEqual(['promise of the first', 'second']);
  });

  it('calls neither a cleared timer nor one that is not due', async () => {
    const clock = createVirtualClock();
    const calls: string[] = [];
    clock.clearTimeout(clock.setTimeout(() => calls.push('cleared'), 1));
    clock.setTimeout(() => calls.push('later'), 11);
    await clock.advance(10);
    expect(calls).toEqual([]);
    expect([clock.now(), clock.pending]).toEqual([10, 1]);
    expect(clock.wallTime()).toBe(Date.UTC(2024, 0, 1) + 10);
  });
});
