import { createActorSystem } from '../../src/actors/engine/createActorSystem';
import type { ActorEvent, ActorSystem, ActorSystemOptions, DeadLetter } from '../../src/actors/ActorSystem';
import { createVirtualClock, type VirtualClock } from '../support/createVirtualClock';

/** A system in virtual time, with everything it tells. */
export interface TestSystem {
  readonly system: ActorSystem;
  readonly clock: VirtualClock;
  readonly events: ActorEvent[];
  readonly letters: DeadLetter[];
  /** Events of one kind, or those of one actor: 'failed', '/user/a'. */
  readonly eventsOf: <T extends ActorEvent['type']>(type: T) => Extract<ActorEvent, { type: T }>[];
  /** Dead letters as [target, message, reason]. */
  readonly deadLetters: () => [string, unknown, string][];
}

export function createTestSystem(options: ActorSystemOptions = {}): TestSystem {
  const clock = createVirtualClock();
  const system = createActorSystem('test', { clock, random: () => 0, ...options });
  const events: ActorEvent[] = [];
  const letters: DeadLetter[] = [];
  system.events$.subscribe((event) => events.push(event));
  system.deadLetters$.subscribe((letter) => letters.push(letter));
  return {
    system,
    clock,
    events,
    letters,
    eventsOf: <T extends ActorEvent['type']>(type: T) =>
      events.filter((event): event is Extract<ActorEvent, { type: T }> => event.type === type),
    deadLetters: () => letters.map(({ target, message, reason }) => [target, message, reason]),
  };
}
