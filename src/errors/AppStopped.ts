import { SendError, type SendErrorFields } from './SendError';

/** The app was stopped; nothing is sent any more. */
export class AppStopped extends SendError {
  override readonly name = 'AppStopped';
  readonly code = 'ERR_APP_STOPPED';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
