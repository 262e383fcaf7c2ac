import { HandlerError, type HandlerErrorFields } from './HandlerError';

/** A stream of results was silent for `Limits.Stream_idle_ms`. */
export class StreamIdle extends HandlerError {
  override readonly name = 'StreamIdle';
  readonly code = 'ERR_STREAM_IDLE';

  constructor(message: string, fields: HandlerErrorFields) {
    super(message, fields);
  }
}
