import type { Message } from '../streams/messages/Message';
import type { SentMessage, TrafficObserver } from '../streams/messages/TrafficObserver';

/**
 * Several observers as one, called in their order; the first that has a traceparent gives it. None:
 * undefined, so that nothing is watched; one: itself.
 */
export function observeWith(
  observers: readonly (TrafficObserver | undefined)[],
): TrafficObserver | undefined {
  const present = observers.filter((observer) => observer !== undefined);
  return present.length > 1 ? new Observers(present) : present[0];
}

/** A token is the list of what the observers gave, in their order. */
class Observers implements TrafficObserver {
  readonly traces: boolean;
  /** Only where one of them needs it, because it costs a closure for each handler. */
  readonly within?: <T>(token: unknown, call: () => T) => T;
  readonly #all: readonly TrafficObserver[];

  constructor(all: readonly TrafficObserver[]) {
    this.#all = all;
    this.traces = all.some(({ traces }) => traces);
    if (all.some((observer) => observer.within !== undefined)) {
      this.within = (tokens, call) => this.#within(tokens, call);
    }
  }

  messageBegan(message: Message): unknown {
    return this.#all.map((observer) => observer.messageBegan(message));
  }

  messageEnded(message: Message, tokens: unknown, outcome: string): void {
    this.#all.forEach((observer, index) => observer.messageEnded(message, tokenOf(tokens, index), outcome));
  }

  sendBegan(sent: SentMessage): unknown {
    return this.#all.map((observer) => observer.sendBegan(sent));
  }

  traceparent(tokens: unknown): string | undefined {
    for (const [index, observer] of this.#all.entries()) {
      const traceparent = observer.traceparent?.(tokenOf(tokens, index));
      if (traceparent !== undefined) return traceparent;
    }
    return undefined;
  }

  activeTrace(): string | undefined {
    for (const observer of this.#all) {
      const trace = observer.activeTrace?.();
      if (trace !== undefined) return trace;
    }
    return undefined;
  }

  sendEnded(sent: SentMessage, tokens: unknown, outcome: string): void {
    this.#all.forEach((observer, index) => observer.sendEnded(sent, tokenOf(tokens, index), outcome));
  }

  sentUnconfirmed(client: string, action: string): void {
    for (const observer of this.#all) observer.sentUnconfirmed(client, action);
  }

  /** The first is the outermost. */
  #within<T>(tokens: unknown, call: () => T): T {
    return this.#all.reduceRight<() => T>((inner, observer, index) => {
      const within = observer.within?.bind(observer);
      return within === undefined ? inner : () => within(tokenOf(tokens, index), inner);
    }, call)();
  }
}

function tokenOf(tokens: unknown, index: number): unknown {
  return (tokens as readonly unknown[])[index];
}
