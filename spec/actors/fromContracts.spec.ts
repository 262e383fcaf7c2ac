import { fromContracts } from '../../src/actors/fromContracts';
import { defineAction, t } from '../../src/streams/messages/defineAction';
import { createTestSystem } from './createTestSystem';

const Move = defineAction('Move', { value: t.number, ack: t.number });
const Name = defineAction('Name', { value: t.string, ack: t.string });

const stage = fromContracts(() => ({ at: 0 }))
  .on(Move, (state, distance, context) => {
    const at = state.at + distance;
    context.reply(at);
    return { at };
  })
  .on(Name, (state, name, context) => {
    // A reply of the wrong type for one name only, as unchecked JavaScript might give.
    context.reply(name === 'wrong' ? (7 as unknown as string) : `${name} at ${state.at}`);
  });

describe('an actor from contracts', () => {
  it('handles each action with its own types', async () => {
    const { system } = createTestSystem();
    const ref = system.spawn('stage', stage);
    const reply: number | string = await ref.ask({ action: 'Move', value: 2 });
    expect(reply).toBe(2);
    expect(await ref.ask({ action: 'Name', value: 'x' })).toBe('x at 2');
  });

  it('fails the ask of a value that does not fit, and lives on', async () => {
    const { system, events } = createTestSystem();
    const ref = system.spawn('stage', stage);
    await expect(ref.ask({ action: 'Move', value: 'far' })).rejects.toMatchObject({ code: 'ERR_BAD_VALUE' });
    expect(await ref.ask({ action: 'Move', value: 1 })).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['started']);
  });

  it.each(['Fly', '__proto__', 'constructor', '*', ''])(
    'fails the ask of the action %j it does not handle',
    async (action) => {
      const { system, eventsOf } = createTestSystem();
      const ref = system.spawn('stage', stage);
      await expect(ref.ask({ action, value: 1 })).rejects.toMatchObject({ code: 'ERR_UNKNOWN_ACTION' });
      expect(eventsOf('unhandled')).toMatchObject([{ path: '/user/stage', message: { action, value: 1 } }]);
    },
  );

  it('fails when a reply does not fit its contract', async () => {
    const { system, eventsOf } = createTestSystem();
    const ref = system.spawn('stage', stage, { supervision: 'resume' });
    await expect(ref.ask({ action: 'Name', value: 'wrong' })).rejects.toMatchObject({
      code: 'ERR_BAD_VALUE',
    });
    expect(eventsOf('failed')).toHaveLength(1);
  });

  it('shows its contracts at its address, others have none', () => {
    const { system } = createTestSystem();
    expect([...(system.spawn(stage).contracts?.keys() ?? [])]).toEqual(['Move', 'Name']);
    expect(system.spawn(() => undefined).contracts).toBeUndefined();
  });

  it('hears signals, also when further actions are added after', async () => {
    const { system, clock } = createTestSystem();
    const signals: string[] = [];
    const ref = system.spawn(
      fromContracts(() => 1)
        .on(Move, () => undefined)
        .onSignals((state, { type }) => void signals.push(`${type} at ${state}`))
        .on(Name, () => undefined),
    );
    await clock.settle();
    await system.stopActor(ref);
    expect(signals).toEqual(['stopped at 1']);
  });
});
