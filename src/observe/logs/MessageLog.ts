import type { Clock } from '../../runtime/Clock';
import { cutName, quoteName } from '../../runtime/names';
import { type Logger, isLevelEnabled } from '../../runtime/Logger';
import type { Message } from '../../streams/messages/Message';
import type { SentMessage, TrafficObserver } from '../../streams/messages/TrafficObserver';

/**
 * A line at level debug for each message that came in and each that was sent, when it is over: who, what, how
 * long, how it ended. Never what was in it. Failures are said elsewhere, at level warn.
 */
export class MessageLog implements TrafficObserver {
  readonly traces = false;
  readonly #logger: Logger;
  readonly #clock: Clock;

  private constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** undefined when the logger doesn't print debug. */
  static for(logger: Logger, clock: Clock): MessageLog | undefined {
    return isLevelEnabled(logger, 'debug') ? new MessageLog(logger, clock) : undefined;
  }

  messageBegan(): number {
    return this.#clock.now();
  }

  messageEnded(
    { host, peer, dialect, action, id, key, trace }: Message,
    began: unknown,
    outcome: string,
  ): void {
    const durationMs = this.#since(began);
    this.#logger.debug(
      {
        side: 'host',
        link: host,
        peer,
        dialect,
        action: cutName(action),
        id,
        key,
        trace,
        durationMs,
        outcome,
      },
      `${quoteName(action)} from ${peer}: ${outcome}, ${durationMs} ms`,
    );
  }

  sendBegan(): number {
    return this.#clock.now();
  }

  sendEnded({ client, action, kind, key, trace }: SentMessage, began: unknown, outcome: string): void {
    const durationMs = this.#since(began);
    this.#logger.debug(
      { side: 'client', link: client, kind, action: cutName(action), key, trace, durationMs, outcome },
      `${quoteName(action)} to ${client}: ${outcome}, ${durationMs} ms`,
    );
  }

  sentUnconfirmed(client: string, action: string): void {
    this.#logger.debug(
      { side: 'client', link: client, kind: 'unconfirmed', action: cutName(action) },
      `${quoteName(action)} to ${client}: sent, unconfirmed`,
    );
  }

  /** To the microsecond; more digits are noise. */
  #since(began: unknown): number {
    return Math.round((this.#clock.now() - (began as number)) * 1000) / 1000;
  }
}
