import { SendError, type SendErrorFields } from './SendError';

/** A `circuitBreaker` keeps sends back because the peer failed again and again; `cause` is the failure that opened it. */
export class CircuitOpen extends SendError {
  override readonly name = 'CircuitOpen';
  readonly code = 'ERR_CIRCUIT_OPEN';

  constructor(message: string, fields: SendErrorFields) {
    super(message, fields);
  }
}
