import type { Observable } from 'rxjs';
import type { ActionContract } from '../messages/defineAction';
import type { SendOptions, TellOptions } from './arguments';
import type { ClientState } from './ClientContext';
import type { OutboxState } from './OutboxPort';

/**
 * A named peer to send to, `app.peer(name)`. It connects at the first send and finds out by itself how the
 * peer speaks.
 *
 * Messages are written in the order they were sent, also across reconnects; answers come in any order. An
 * awaited send always ends: with its result, or with a SendError whose `delivered` tells whether it may have
 * arrived.
 */
export interface Peer {
  /** The name in the configuration. */
  readonly name: string;
  /**
   * Where the connection stands; emits the current state when subscribed, completes when the app has stopped,
   * never errors.
   */
  readonly state$: Observable<ClientState>;
  /**
   * What the outbox holds, when the client has one (`Outbox` in the configuration): emits when subscribed and
   * when it changes, a few times a second at most; completes when the app has stopped, without an outbox at
   * once.
   */
  readonly outbox$: Observable<OutboxState>;
  /** Messages waiting in the queue. */
  readonly queued: number;
  /** Bytes of their contents. */
  readonly queuedBytes: number;
  /** Messages waiting, and those without their answer. */
  readonly unfinished: number;

  /**
   * Sends once for each subscription; emits the result, or each of several, and completes. Errors with a
   * SendError; `timeoutMs` runs to the first result.
   * Unsubscribing takes the message from the queue, or cancels it at the peer. The value is read at each
   * subscription; a Uint8Array is copied then, so that its owner may use it again.
   *
   * @example
   * telegram.send('Status', { unit: 4 }).subscribe((result) => console.log(result));
   */
  send<V, A>(contract: ActionContract<V, A>, value: V, options?: SendOptions): Observable<A>;
  send(action: string, value?: unknown, options?: SendOptions): Observable<unknown>;

  /**
   * Sends now and resolves with the result, the last one of several; null when nobody at the peer answered.
   * Rejects with a SendError, at the latest after `timeoutMs` (default `Ack_timeout_ms`), which runs to that
   * last result: a stream without end is for `send`.
   *
   * @example
   * const status = await telegram.ask('Status', { unit: 4 });
   */
  ask<V, A>(contract: ActionContract<V, A>, value: V, options?: SendOptions): Promise<A>;
  ask(action: string, value?: unknown, options?: SendOptions): Promise<unknown>;

  /**
   * Sends now, returns at once and never throws; a failure reaches `app.failures$`. The value is read within
   * the call, a Uint8Array copied.
   *
   * With an `Outbox` it is kept on disk until the peer has acknowledged it, also across restarts; not so what
   * is `urgent`, because an emergency stop must not run a day late, or asks for no confirmation.
   *
   * @returns false when the message was accepted but the queue is past its high-water mark: await `drained()`
   * before more.
   * @example
   * telegram.tell('Log', 'ramp finished');
   */
  tell<V>(contract: ActionContract<V>, value: V, options?: TellOptions): boolean;
  tell(action: string, value?: unknown, options?: TellOptions): boolean;

  /**
   * Resolves when the queue has emptied to half its high-water mark; at once when `tell` did not return
   * false.
   */
  drained(): Promise<void>;

  /**
   * Resolves when every message told so far is safe on the disk of the `Outbox`; without an outbox at once.
   * Rejects with OutboxFailed (ERR_OUTBOX) or QueueFull (ERR_QUEUE_FULL) when one of those told since the
   * last call could not be kept; each of them is in `app.failures$` too.
   *
   * @example
   * results.tell('Point', point);
   * await results.persisted(); // from here on a crash loses nothing
   */
  persisted(): Promise<void>;
}
