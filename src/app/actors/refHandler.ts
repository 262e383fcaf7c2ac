import { type Observable, firstValueFrom, map, toArray } from 'rxjs';
import type { ActorRef } from '../../actors/ActorRef';
import type { Message } from '../../streams/messages/Message';

/** The host's own Handler_timeout_ms decides; an actor's ask must not be the shorter one. */
const NEVER_FIRST_MS = Infinity;

/**
 * Makes an actor the handler of an action: each message goes through its mailbox, waiting for room when it is
 * full, and its replies go back. One reply is the acknowledgement; several are a stream of results. When the
 * peer cancels or is gone, the message leaves the mailbox, or the signal of the behaviour at work aborts.
 */
export function refHandler(
  actor: ActorRef<unknown, unknown>,
  urgent: boolean,
): (value: unknown, message: Message) => Observable<unknown> | Promise<unknown> {
  return (value, message) => {
    const content = actor.contracts === undefined ? value : { action: message.action, value };
    const replies = actor.send(content, {
      waitMs: NEVER_FIRST_MS,
      timeoutMs: NEVER_FIRST_MS,
      within: (call) => message.within(call),
      ...(urgent ? { priority: 'urgent' as const } : {}),
      ...(message.dialect === 'comet' ? { signal: message.signal } : {}),
    });
    // A native peer sees one reply and a stream of one alike; a legacy peer would see an array.
    if (message.dialect === 'native') return replies;
    return firstValueFrom(
      replies.pipe(
        toArray(),
        map((all) => (all.length > 1 ? all : all[0])),
      ),
    );
  };
}

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
