import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Which connection a failure belongs to. */
export interface PeerErrorFields extends RxcometErrorOptions {
  /** The other side as ip:port, or '' while it is not known. */
  readonly peer: string;
}

/** Base of failures of one connection: bytes that break the protocol, limits a peer ran into. Only that connection is affected. */
export abstract class PeerError extends RxcometError {
  readonly peer: string;

  protected constructor(message: string, fields: PeerErrorFields) {
    super(fields.peer === '' ? message : `${fields.peer}: ${message}`, fields);
    this.peer = fields.peer;
  }
}
