import { PeerError, type PeerErrorFields } from './PeerError';

/** A frame was not complete `Limits.Frame_timeout_ms` after its first byte. */
export class FrameTimeout extends PeerError {
  override readonly name = 'FrameTimeout';
  readonly code = 'ERR_FRAME_TIMEOUT';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
