import type { Message } from './Message';

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

/**
 * What watches messages come and go: metrics, logs, traces. What `messageBegan` and `sendBegan` return is the
 * watcher's own and comes back with everything said about the same message. Must not throw; runs within the
 * path of every message.
 */
export interface TrafficObserver {
  /** True: sends that take a short way while nobody traces have to go the ordinary one. */
  readonly traces: boolean;
  /** A host accepted a message; before its first handler. */
  messageBegan(message: Message): unknown;
  /**
   * Calls a handler so that what it does belongs to its message, or whoever waits for a send so that what it
   * does belongs to where it was sent. Left out: it is just called.
   */
  within?<T>(token: unknown, call: () => T): T;
  /**
   * All handlers of a message have settled. `outcome`: 'ok', 'cancelled', or the code of the error
   * acknowledgement.
   */
  messageEnded(message: Message, token: unknown, outcome: string): void;
  /** A client begins to send. */
  sendBegan(sent: SentMessage): unknown;
  /** W3C traceparent for a send that began; undefined: none of its own. */
  traceparent?(token: unknown): string | undefined;
  /** W3C traceparent of what runs now, for a message that is kept to be sent later. */
  activeTrace?(): string | undefined;
  /** A send ended. `outcome`: 'ok', 'cancelled', or the code of its error. */
  sendEnded(sent: SentMessage, token: unknown, outcome: string): void;
  /** A message without acknowledgement was written the short way. */
  sentUnconfirmed(client: string, action: string): void;
}

/**
 * What hosts and clients of one app tell of their traffic. While `current` is undefined nobody watches, and
 * watching costs nothing.
 */
export class Observation {
  current: TrafficObserver | undefined = undefined;
  /** Bytes read from and handed to sockets since the app was made. */
  receivedBytes = 0;
  sentBytes = 0;
}
