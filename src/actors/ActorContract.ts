/** What an actor needs of a contract; `defineAction` makes one. */
export interface ActorContract<V = unknown, A = unknown> {
  readonly action: string;
  /** From the wire; throws ERR_BAD_VALUE. */
  decodeValue(value: unknown, peer: string): V;
  /** To the wire; throws ERR_BAD_VALUE when the value does not fit, which is how a value of this process is checked. */
  encodeValue(value: V): unknown;
  encodeAck(ack: A): unknown;
}
