/** One action's value and acknowledgement, typed and checked at both ends. Made by `defineAction`. */
export interface ActionContract<V = unknown, A = unknown> {
  readonly action: string;
  /** Checks and decodes what came from the wire; throws BadValue (ERR_BAD_VALUE) that names the path and the expectation. */
  decodeValue(value: unknown, peer: string): V;
  /** What is written for a value; throws BadValue when it does not fit. */
  encodeValue(value: V): unknown;
  decodeAck(ack: unknown, peer: string): A;
  encodeAck(ack: A): unknown;
}
