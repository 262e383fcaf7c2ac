import type { MemoryBudgetExceeded } from '../../../src/errors/connections';
import { MemoryBudget, type MemoryHolder } from '../../../src/streams/host/MemoryBudget';

/** A connection that holds what the spec says. */
class Holder implements MemoryHolder {
  heldBytes = 0;
  paused = false;
  error: MemoryBudgetExceeded | undefined;

  constructor(
    readonly peer: string,
    readonly budget: MemoryBudget,
  ) {}

  hold(bytes: number): void {
    const change = bytes - this.heldBytes;
    this.heldBytes = bytes;
    this.budget.add(change);
  }

  pauseForMemory(): void {
    this.paused = true;
  }

  resumeForMemory(): void {
    this.paused = false;
  }

  shed(error: MemoryBudgetExceeded): void {
    this.error = error;
    this.hold(0);
  }
}

describe('MemoryBudget', () => {
  const setUp = (limitBytes = 1000): { budget: MemoryBudget; a: Holder; b: Holder; c: Holder } => {
    const budget = new MemoryBudget();
    const [a, b, c] = [new Holder('a', budget), new Holder('b', budget), new Holder('c', budget)] as const;
    budget.join({ limitBytes, holders: [a, b] });
    budget.join({ limitBytes: limitBytes * 2, holders: [c] });
    return { budget, a, b, c };
  };

  it('pauses everybody above three quarters and resumes everybody at half', () => {
    const { budget, a, b, c } = setUp();
    a.hold(700);
    c.hold(50);
    expect([a.paused, b.paused, c.paused]).toEqual([false, false, false]);
    c.hold(51);
    expect([a.paused, b.paused, c.paused]).toEqual([true, true, true]);
    expect(budget.tight).toBe(true);
    a.hold(450);
    expect(budget.tight).toBe(true);
    a.hold(449);
    expect([a.paused, b.paused, c.paused]).toEqual([false, false, false]);
    expect(budget.tight).toBe(false);
  });

  it('closes the largest above the smallest limit of its hosts, whoever brought the last byte', () => {
    const { budget, a, b, c } = setUp();
    a.hold(300);
    c.hold(500);
    b.hold(200);
    expect(c.error).toBeUndefined();
    b.hold(201);
    expect(c.error?.message).toBe(
      'c: all peers together hold 1001 bytes unread or unsent of the 1000 allowed (Limits.Memory_budget_bytes), this one the most: 500',
    );
    expect([a.error, b.error]).toEqual([undefined, undefined]);
    expect(budget.heldBytes).toBe(501);
  });

  it('closes as many as it takes', () => {
    const { budget, a, b, c } = setUp();
    a.hold(400);
    b.hold(300);
    c.hold(2000);
    expect([a.error, b.error, c.error].map((error) => error !== undefined)).toEqual([false, false, true]);
    c.hold(1);
    b.heldBytes = 400;
    budget.add(800);
    expect(a.error).toBeDefined();
  });

  it('closes the largest when pausing has not helped for long, and only then', () => {
    const { budget, a, b } = setUp();
    budget.relieve(0, 30);
    a.hold(500);
    b.hold(300);
    budget.relieve(1000, 30);
    budget.relieve(1029, 30);
    expect(a.error).toBeUndefined();
    budget.relieve(1030, 30);
    expect(a.error).toBeDefined();
    expect(b.error).toBeUndefined();
    expect(budget.tight).toBe(false);
  });

  it('does not loop when nobody can give anything back', () => {
    const { budget, a } = setUp();
    budget.add(5000);
    expect(a.error).toBeUndefined();
    expect(budget.heldBytes).toBe(5000);
  });

  it('has no limit left when its hosts have', () => {
    const budget = new MemoryBudget();
    const holder = new Holder('a', budget);
    const group = { limitBytes: 10, holders: [holder] };
    budget.join(group);
    budget.leave(group);
    holder.hold(1000);
    expect(holder.error).toBeUndefined();
    expect(budget.tight).toBe(false);
  });
});
