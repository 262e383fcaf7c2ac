import { PeerError } from '../errors/connections';
import { cutName, escapeControls } from '../runtime/names';
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

/** A failure as a line of the log: its fields, and its text with what was left out before. */
export function failureLine(
  { code, peer, action, count, error }: Failure,
  suppressed = 0,
): readonly [fields: Readonly<Record<string, unknown>>, text: string] {
  const more = suppressed > 0 ? ` (${suppressed} more of this kind before)` : '';
  const times = count > 1 ? ` (${count} times)` : '';
  // Errors of a connection begin with its peer.
  const named = error instanceof PeerError && error.peer === peer;
  const where = peer === '' || named ? '' : `${peer}: `;
  // A peer that answers with an error chose its words.
  const said = escapeControls(error.message);
  return [
    { code, peer, action: cutName(action), count, err: error },
    `${where}${said} [${code}]${times}${more}`,
  ];
}
