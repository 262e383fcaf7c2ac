import type { ActorRef } from '../actors/ActorRef';

/** Tells an ActorRef from a handler function. */
export function isActorRef(value: unknown): value is ActorRef<unknown, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { tell, ask, send, path } = value as Readonly<Record<string, unknown>>;
  return (
    typeof tell === 'function' &&
    typeof ask === 'function' &&
    typeof send === 'function' &&
    typeof path === 'string'
  );
}
