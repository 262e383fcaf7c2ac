/** What an observer may know of a send. */
export interface SentMessage {
  readonly client: string;
  readonly action: string;
  /** `tell`: detached; `ask`: somebody waits for the answer. */
  readonly kind: 'tell' | 'ask';
  /** False: it asks for no acknowledgement, and ends when it is written. */
  readonly confirm: boolean;
  /** message-key, when it carries one. */
  readonly key: string | undefined;
  /** W3C traceparent it was given by whoever sent it, or by an outbox. */
  readonly trace: string | undefined;
}
