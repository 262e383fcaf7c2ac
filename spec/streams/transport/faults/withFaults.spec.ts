import { BadOption } from '../../../../src/errors/setUp';
import { createMemoryLinkPair } from '../../../../src/streams/transport/memory/createMemoryLinkPair';
import { type FaultPlan, parseFaultPlan } from '../../../../src/streams/transport/faults/FaultPlan';
import { withFaults } from '../../../../src/streams/transport/faults/withFaults';
import { createVirtualClock } from '../../../support/createVirtualClock';
import { listenTo } from '../linkSupport';

const setUp = (plan: FaultPlan) => {
  const clock = createVirtualClock();
  const [near, far] = createMemoryLinkPair();
  const link = withFaults(near, plan, clock);
  return { clock, link, far, here: listenTo(link), there: listenTo(far) };
};
const text = (value: string): Buffer => Buffer.from(value);

describe('withFaults', () => {
  it('lets everything pass untouched without a fault', async () => {
    const { clock, link, far, here, there } = setUp({});
    link.write(text('ab'));
    far.write(text('cd'));
    link.end();
    far.end();
    await clock.settle();
    expect(there.log).toEqual(['ab', '<end>', '<close>']);
    expect(here.log).toEqual(['cd', '<end>', '<close>']);
  });

  it('delays in order, the end too', async () => {
    const { clock, link, there } = setUp({ direction: 'out', delayMs: 100 });
    link.write(text('a'));
    await clock.advance(50);
    link.write(text('b'));
    link.end();
    await clock.advance(49);
    expect(there.log).toEqual([]);
    await clock.advance(1);
    expect(there.log).toEqual(['a']);
    await clock.advance(50);
    expect(there.log).toEqual(['a', 'b', '<end>']);
    expect(clock.pending).toBe(0);
  });

  it('splits into single bytes, only in the direction asked for', async () => {
    const { clock, link, far, here, there } = setUp({ direction: 'in', split: true });
    far.write(text('abc'));
    link.write(text('xyz'));
    await clock.settle();
    expect(here.log).toEqual(['a', 'b', 'c']);
    expect(there.log).toEqual(['xyz']);
  });

  it('cuts both directions after that many bytes', async () => {
    const { clock, link, here, there } = setUp({ after: { bytes: 3, fault: 'cut' } });
    link.write(text('abcdef'));
    link.write(text('ghi'));
    await clock.settle();
    expect(there.log).toEqual(['abc', '<end>']);
    expect(here.log).toEqual(['<end>']);
  });

  it('resets the connection', async () => {
    const { clock, far, here, there } = setUp({ direction: 'in', after: { bytes: 3, fault: 'reset' } });
    far.write(text('abcdef'));
    await clock.settle();
    expect(here.log).toEqual(['abc', '<close>']);
    expect(there.log).toEqual(['<close read ECONNRESET>']);
    expect(clock.pending).toBe(0);
  });

  it('is reset as any link is, whatever it still holds', async () => {
    const { clock, link, here, there } = setUp({ delayMs: 100 });
    link.write(text('a'));
    link.reset();
    await clock.settle();
    expect(here.log).toEqual(['<close>']);
    expect(there.log).toEqual(['<close read ECONNRESET>']);
    expect(clock.pending).toBe(0);
  });

  it('ends one direction only', async () => {
    const { clock, link, far, here, there } = setUp({
      direction: 'out',
      after: { bytes: 1, fault: 'half-close' },
    });
    link.write(text('abc'));
    far.write(text('still'));
    await clock.settle();
    expect(there.log).toEqual(['a', '<end>']);
    expect(here.log).toEqual(['still']);
  });

  it('stalls without closing', async () => {
    const { clock, link, far, here, there } = setUp({ direction: 'in', after: { bytes: 2, fault: 'stall' } });
    far.write(text('abcd'));
    far.end();
    link.write(text('x'));
    await clock.advance(60_000);
    expect(here.log).toEqual(['ab']);
    expect(there.log).toEqual(['x']);
  });

  it('asks the writer to wait while much is delayed, and tells when it has passed', async () => {
    const { clock, link, here } = setUp({ direction: 'out', delayMs: 10 });
    expect(link.write(Buffer.alloc(2_000_000))).toBe(false);
    expect(link.unsentBytes).toBe(2_000_000);
    await clock.advance(20);
    expect(here.log).toEqual(['<drain>']);
  });

  it('hands nothing out while paused, and leaves no timer behind', async () => {
    const { clock, link, far, here } = setUp({ direction: 'in', delayMs: 10 });
    far.write(text('a'));
    await clock.settle();
    link.pause();
    await clock.advance(20);
    expect(here.log).toEqual([]);
    link.resume();
    expect(here.log).toEqual(['a']);
    far.write(text('b'));
    await clock.settle();
    link.destroy();
    await clock.settle();
    expect(here.log).toEqual(['a', '<close>']);
    expect(clock.pending).toBe(0);
  });
});

describe('parseFaultPlan', () => {
  it('reads a list', () => {
    expect(parseFaultPlan('delay=20, split,half-close@12,in')).toEqual({
      delayMs: 20,
      split: true,
      after: { bytes: 12, fault: 'half-close' },
      direction: 'in',
    });
  });

  it.each(['', 'delay', 'reset@', 'explode', 'delay=-1'])('refuses %j with what may be written', (text) => {
    expect(() => parseFaultPlan(text)).toThrow(BadOption);
    expect(() => parseFaultPlan(text)).toThrow('such as delay=20,split,reset@1200');
  });
});
