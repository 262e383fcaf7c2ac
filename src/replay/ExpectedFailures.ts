import { type Failure, failureLine } from '../app/Failure';
import { recordedValue } from '../recording/content/recordedValue';
import { type RecordedEvent, isOfStop } from '../recording/RecordedEvent';
import { describeError } from '../runtime/describeError';
import type { Logger } from '../runtime/Logger';

/** What a legacy peer reads before the message of an error. */
const LEGACY_PREFIX = 'Error: ';

/**
 * Knows which failures of handlers a recording holds, so that a replay need not warn of what is as it should
 * be.
 */
export class ExpectedFailures {
  /** Actions of messages that have no last answer yet, by link and id. */
  readonly #open = new Map<string, string>();
  /** Texts of recorded errors, by action. */
  readonly #texts = new Map<string, Set<string>>();

  /** Takes each event of the recording. */
  add(event: RecordedEvent): void {
    if (event.side !== 'host') return;
    if (event.kind === 'message') {
      if (event.confirm !== false) this.#open.set(`${event.link} ${event.id}`, event.action);
    } else if (event.kind === 'ack' && event.status !== 'next') {
      const key = `${event.link} ${event.id}`;
      const action = this.#open.get(key);
      this.#open.delete(key);
      if (event.status !== 'error' || action === undefined || isOfStop(event)) return;
      const texts = this.#texts.get(action) ?? new Set();
      texts.add(textOf(recordedValue(event)));
      this.#texts.set(action, texts);
    }
  }

  /** Warns of what the recording does not hold. */
  tell(failure: Failure, logger: Logger): void {
    const { action, error } = failure;
    const { cause } = error;
    const texts = this.#texts.get(action);
    if (texts?.has(error.message) === true || texts?.has(describeError(cause)) === true) return;
    logger.warn(...failureLine(failure));
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string')
    return value.startsWith(LEGACY_PREFIX) ? value.slice(LEGACY_PREFIX.length) : value;
  const { message } = (value ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : '';
}
