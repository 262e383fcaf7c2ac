import { SendError, type SendErrorFields } from './SendError';

/** The client's queue holds `Queue.Capacity` messages or `Queue.Max_bytes` bytes and its overflow rule refused this one. */
export class QueueFull extends SendError {
  override readonly name = 'QueueFull';
  readonly code = 'ERR_QUEUE_FULL';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
