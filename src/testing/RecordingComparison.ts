import { AckComparison } from './AckComparison';
import type { CompareOptions } from './CompareOptions';
import type { RecordedEvent } from './RecordedEvent';
import { SendComparison } from './SendComparison';
import { ValueComparer } from './ValueComparer';
import type { Verdict } from './Verdict';
import { VerdictLedger } from './VerdictLedger';

/**
 * Compares event by event what a replay does with what was recorded, both in any interleaving: what a host acknowledged and what clients
 * sent. Acknowledgements belong together by link and message id, so a replay keeps the recorded numbers.
 */
export class RecordingComparison {
  readonly #comparer: ValueComparer;
  readonly #ledger: VerdictLedger;
  readonly #hostLinks = new Map<number, AckComparison>();
  readonly #clients = new Map<string, SendComparison>();

  /** @throws BadOption (ERR_BAD_OPTION) for a rule that is none. */
  constructor(options: CompareOptions = {}) {
    this.#comparer = new ValueComparer(options);
    this.#ledger = new VerdictLedger(options);
  }

  /** Takes the next event of the recording. */
  expected(event: RecordedEvent): void {
    if (event.kind === 'error') this.#ledger.notCompared += event.lost ?? 0;
    if (event.side !== 'host') {
      if (event.kind === 'message') this.#client(event.side).expected(event);
      return;
    }
    if (event.kind === 'message') this.#host(event.link).message(event);
    else if (event.kind === 'ack') this.#host(event.link).expected(event);
    else if (event.kind === 'close') this.#host(event.link).close(event);
  }

  /** Takes the next event of the replay. */
  actual(event: RecordedEvent): void {
    if (event.side === 'host' && event.kind === 'ack') this.#host(event.link).actual(event);
    else if (event.side !== 'host' && event.kind === 'message') this.#client(event.side).actual(event);
  }

  /** The verdict; nothing may follow. */
  finish(): Verdict {
    for (const link of this.#hostLinks.values()) link.finish();
    for (const client of this.#clients.values()) client.finish();
    return this.#ledger.verdict(this.#comparer.unusedRules);
  }

  #host(link: number): AckComparison {
    let comparison = this.#hostLinks.get(link);
    if (comparison === undefined) {
      comparison = new AckComparison(this.#comparer, this.#ledger);
      this.#hostLinks.set(link, comparison);
    }
    return comparison;
  }

  #client(side: string): SendComparison {
    let comparison = this.#clients.get(side);
    if (comparison === undefined) {
      comparison = new SendComparison(this.#comparer, this.#ledger);
      this.#clients.set(side, comparison);
    }
    return comparison;
  }
}
