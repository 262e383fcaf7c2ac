import type { Observable } from 'rxjs';
import type { Message } from './Message';

/**
 * What a handler may return. `undefined` and `null` mean "not mine": the next handler is asked. A Promise is
 * awaited. An Observable or AsyncIterable answers with a stream of results: one by one to a native peer,
 * collected into an array to a legacy one; in a stream `undefined` is skipped and an empty stream means "not
 * mine". A Uint8Array is a raw reply.
 */
export type Answer<A = unknown> =
  | A
  | null
  | undefined
  | void
  | PromiseLike<A | Observable<A> | AsyncIterable<A> | null | undefined | void>
  | Observable<A>
  | AsyncIterable<A>;

/** Called once a message with what a peer sent; what it returns goes back as the acknowledgement. */
export type Handler<V = unknown, A = unknown> = (value: V, message: Message<V, A>) => Answer<A>;

/** Options of a handler. */
export interface HandlerOptions {
  /**
   * Messages it works on at once; further ones wait. Default: as many as `Limits.Max_in_flight` lets in. 1
   * keeps order.
   */
  readonly concurrency?: number;
  /** True: has reserved slots beyond `Limits.Max_in_flight`, for what must get through. Default false. */
  readonly urgent?: boolean;
}
