import { AskTimeout, createActorSystem } from 'rxcomet';
import { createTestApp } from 'rxcomet/testing';

describe('under the fake timers of a test runner, all of which are replaced', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('an actor answers though no time is advanced', async () => {
    const system = createActorSystem('lab');
    const ref = system.spawn<undefined, number, number>((_state, n, context) => void context.reply(2 * n));
    expect(await ref.ask(21)).toBe(42);
    await system.stop();
  });

  it('many actors answer though no time is advanced, more than fit in one turn', async () => {
    const system = createActorSystem('lab');
    const ref = system.spawn<undefined, number, number>((_state, n, context) => void context.reply(n), {
      mailbox: { capacity: 20_000 },
    });
    const answers = await Promise.all(Array.from({ length: 10_000 }, (_, n) => ref.ask(n)));
    expect(answers).toHaveLength(10_000);
    await system.stop();
  });

  it('the peer of a test app gets its answer though no time is advanced', async () => {
    const { peer, stop } = await createTestApp({
      handlers: (app) => void app.handle('Echo', (value) => value),
    });
    expect(await peer.ask('Echo', 'hello')).toBe('hello');
    await stop();
  });

  it('our timeouts are driven by the time that is advanced', async () => {
    const { peer, stop } = await createTestApp({
      handlers: (app) => void app.handle('Hang', () => new Promise(() => undefined)),
    });
    const asked = peer.ask('Hang').catch((error: unknown) => error);
    const ref = createActorSystem('lab').spawn(() => new Promise<never>(() => undefined));
    const told = ref.ask(1).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(5000);
    expect(await asked).toMatchObject({ code: 'ERR_ACK_TIMEOUT' });
    expect(await told).toBeInstanceOf(AskTimeout);
    await stop();
  });
});
