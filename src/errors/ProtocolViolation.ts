import { PeerError, type PeerErrorFields } from './PeerError';

/** The peer broke a rule of the native dialect (protocol 2). */
export class ProtocolViolation extends PeerError {
  override readonly name = 'ProtocolViolation';
  readonly code = 'ERR_PROTOCOL_VIOLATION';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
