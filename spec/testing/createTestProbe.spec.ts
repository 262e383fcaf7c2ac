import { createTestProbe } from '../../src/testing/createTestProbe';
import { createTestSystem } from '../actors/createTestSystem';

describe('a test probe', () => {
  it('gives the messages it got in order, whether they came before or come later', async () => {
    const { system, clock } = createTestSystem();
    const probe = createTestProbe<string>(system);
    probe.ref.tell('a');
    await clock.settle();
    const later = [probe.receiveMessage(), probe.receiveMessage()];
    clock.setTimeout(() => probe.ref.tell('b'), 100);
    await clock.advance(100);
    expect(await Promise.all(later)).toEqual(['a', 'b']);
    expect(clock.pending).toBe(0);
  });

  it('fails when no message comes in time', async () => {
    const { system, clock } = createTestSystem();
    const probe = createTestProbe<string>(system, { name: 'probe' });
    const failed = probe.receiveMessage().catch((error: unknown) => error);
    await clock.advance(3000);
    expect(await failed).toMatchObject({
      code: 'ERR_ASSERTION',
      message: 'no message for /user/probe within 3000 ms',
    });
    probe.ref.tell('a');
    expect(await probe.receiveMessage()).toBe('a');
  });

  it('compares messages deeply and fails with both', async () => {
    const { system } = createTestSystem();
    const probe = createTestProbe<{ x: number[] }>(system);
    probe.ref.tell({ x: [1] });
    probe.ref.tell({ x: [2] });
    expect(await probe.expectMessage({ x: [1] })).toEqual({ x: [1] });
    await expect(probe.expectMessage({ x: [3] })).rejects.toMatchObject({
      actual: { x: [2] },
      expected: { x: [3] },
    });
  });

  it('expects silence', async () => {
    const { system, clock } = createTestSystem();
    const probe = createTestProbe<string>(system);
    const quiet = probe.expectNoMessage(50);
    await clock.advance(50);
    await expect(quiet).resolves.toBeUndefined();
    const disturbed = probe.expectNoMessage(50).catch((error: unknown) => error);
    probe.ref.tell('a');
    await clock.settle();
    expect(await disturbed).toMatchObject({ code: 'ERR_ASSERTION', actual: 'a' });
    expect(clock.pending).toBe(0);
  });

  it('waits for the end of an actor', async () => {
    const { system, clock } = createTestSystem();
    const probe = createTestProbe<string>(system);
    const actor = system.spawn('actor', () => undefined);
    const early = probe.expectTerminated(actor, 10).catch((error: unknown) => error);
    await clock.advance(10);
    expect(await early).toMatchObject({ message: '/user/actor has not ended within 10 ms' });
    const ended = probe.expectTerminated(actor);
    await system.stopActor(actor);
    expect(await ended).toEqual({ path: '/user/actor', cause: undefined });
    expect(await probe.expectTerminated(actor)).toEqual({ path: '/user/actor', cause: undefined });
    expect(clock.pending).toBe(0);
  });

  it('answers asks as told', async () => {
    const { system } = createTestSystem();
    const probe = createTestProbe<number, string>(system, { answer: (message) => `got ${message}` });
    expect(await probe.ref.ask(1)).toBe('got 1');
    expect(await createTestProbe<number>(system).ref.ask(1)).toBeNull();
  });
});
