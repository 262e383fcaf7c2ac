import type { RxcometError } from '../errors/RxcometError';

/** One entry of `failures$`: something went wrong that no caller was waiting for. */
export interface Failure {
  /** `error.code` in short. */
  readonly code: string;
  readonly error: RxcometError;
  /** The other side as ip:port, or the name of the client; '' for the app itself. */
  readonly peer: string;
  /** '' when it belongs to no single message. A name that a peer chose is cut after 200 characters. */
  readonly action: string;
  /** How many alike it stands for: a full queue is one failure with a count. */
  readonly count: number;
}
