import type { RecordedAck } from './RecordedEvent';

/**
 * Whether the recorded host answered so because it was being stopped (protocol 1.3: a legacy peer gets its one frame then, too). It tells
 * nothing about the handler.
 */
export function isOfStop({ status, code }: RecordedAck): boolean {
  return status === 'error' && code === 'ERR_APP_STOPPING';
}
