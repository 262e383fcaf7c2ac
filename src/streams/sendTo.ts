import { mergeMap, type OperatorFunction } from 'rxjs';
import { BadOption } from '../errors/BadOption';
import type { ActionContract } from './ActionContract';
import type { Peer } from './Peer';
import type { SendOptions } from './SendOptions';

/** Options of `sendTo`. */
export interface SendToOptions extends SendOptions {
  /** Messages on their way at once; the next value is taken when an earlier one has its answer. Default 16. 1: each waits for the last. */
  readonly concurrency?: number;
}

/**
 * Sends each value of a source to a peer, in order, and emits the results as they come. No more than `concurrency` messages are on
 * their way; further values wait here, so a source that can be held (an awaited loop, a `concatMap` before it) is held.
 *
 * Completes when the source has completed and all answers are there; errors with the first SendError, and cancels the rest.
 *
 * @example
 * interval(1000).pipe(map(readTemperature), sendTo(telegram, 'Point')).subscribe();
 */
export function sendTo<V, A>(
  peer: Peer,
  action: ActionContract<V, A>,
  options?: SendToOptions,
): OperatorFunction<V, A>;
export function sendTo(
  peer: Peer,
  action: string,
  options?: SendToOptions,
): OperatorFunction<unknown, unknown>;
export function sendTo(
  peer: Peer,
  action: string | ActionContract,
  { concurrency = 16, ...options }: SendToOptions = {},
): OperatorFunction<unknown, unknown> {
  if (!(concurrency >= 1))
    throw new BadOption(`sendTo: concurrency must be at least 1, not ${String(concurrency)}`);
  if (typeof action === 'string') return mergeMap((value) => peer.send(action, value, options), concurrency);
  return mergeMap((value) => peer.send(action, value, options), concurrency);
}
