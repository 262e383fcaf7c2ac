import { HandlerError, type HandlerErrorFields } from './HandlerError';

/** A repeat of a message that was handled well, whose answer is not there any more: it was too large to be kept. */
export class AnswerNotKept extends HandlerError {
  override readonly name = 'AnswerNotKept';
  readonly code = 'ERR_ANSWER_NOT_KEPT';

  constructor(message: string, fields: HandlerErrorFields) {
    super(message, fields);
  }
}
