import { OutboxFailed, OutboxLocked } from '../../errors/sending';
import { RxcometError } from '../../errors/RxcometError';
import { StoreProblem } from '../KeyValueStore';
import { reasonAndRemedy, type TroubleWords } from '../storeTrouble';
import type { LostMessages } from './OutboxReader';
import { decodeHeld } from './records';

/** Which outbox, and on whose behalf. */
export interface OutboxPlace {
  readonly path: string;
  /** '' when nobody's in particular. */
  readonly client: string;
  readonly action: string;
}

const words: TroubleWords = {
  setting: 'Outbox.Path',
  beginAnew: 'move the folder away to begin anew',
  atRisk: '. What waited there is lost, but for what is in memory, which goes on in a new folder',
  atStake: (held) => `it held ${decodeHeld(held)?.depth ?? 0} messages when it was written last`,
};

/**
 * Why a store could not be opened: OutboxLocked, MissingPackage or OutboxFailed, with path, cause and remedy.
 */
export function openFailure(cause: unknown, place: OutboxPlace): RxcometError {
  if (cause instanceof RxcometError) return cause;
  const { path } = place;
  if (!(cause instanceof StoreProblem)) return failure('cannot be opened', cause, place, true, undefined);
  if (cause.kind === 'locked') {
    const text = `the outbox ${path} is taken: another process or app uses it; stop that one, or give each client an Outbox.Path of its own`;
    return new OutboxLocked(text, { path, cause });
  }
  const lost = cause.kind === 'damaged' ? decodeHeld(cause.held)?.depth : undefined;
  return failure('cannot be opened', cause, place, true, lost);
}

/**
 * What went wrong with an open store, or with a message it should have kept. `what` follows "the outbox
 * PATH".
 *
 * @param lost messages that may be lost by it, at most
 */
export function storeFailure(what: string, cause: unknown, place: OutboxPlace, lost?: number): OutboxFailed {
  return failure(what, cause, place, false, lost);
}

/** How many messages are lost, in words. */
export function howMany({ least, most }: LostMessages): string {
  if (most === 0) return 'no message is lost';
  if (most === 1) return least === 1 ? 'one message is lost' : 'one message may be lost';
  if (least === most) return `${most} messages are lost`;
  return least === 0 ? `up to ${most} messages may be lost` : `${least} to ${most} messages are lost`;
}

function failure(
  what: string,
  cause: unknown,
  place: OutboxPlace,
  opening: boolean,
  lost: number | undefined,
): OutboxFailed {
  const text = `the outbox ${place.path} ${what}: ${reasonAndRemedy(cause, opening, words)}`;
  return new OutboxFailed(text, { ...place, delivered: 'no', cause, lost });
}
