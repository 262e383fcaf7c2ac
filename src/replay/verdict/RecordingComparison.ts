import { AckComparison } from './AckComparison';
import type { CompareOptions } from './CompareOptions';
import type { RecordedEvent } from '../../recording/RecordedEvent';
import { SendComparison } from './SendComparison';
import { ValueComparer } from './ValueComparer';
import type { Verdict } from './Verdict';
import { VerdictLedger } from './VerdictLedger';

interface HostLink {
  readonly acks: AckComparison;
  expectedEnded: boolean;
  actualEnded: boolean;
}

/**
 * Compares event by event what a replay does with what was recorded, both in any interleaving: what a host acknowledged and what clients
 * sent. Acknowledgements belong together by link and message id, so a replay keeps the recorded numbers.
 *
 * Holds what is open: connections that have not ended on both sides, messages without their last acknowledgement, sends without counterpart.
 */
export class RecordingComparison {
  readonly #comparer: ValueComparer;
  readonly #ledger: VerdictLedger;
  readonly #hostLinks = new Map<number, HostLink>();
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
    if (event.kind === 'message') this.#host(event.link).acks.message(event);
    else if (event.kind === 'ack') this.#host(event.link).acks.expected(event);
    else if (event.kind === 'close') {
      const link = this.#host(event.link);
      link.acks.close(event);
      this.#ended(event.link, link, 'expectedEnded');
    }
  }

  /** Takes the next event of the replay. */
  actual(event: RecordedEvent): void {
    if (event.side !== 'host') {
      if (event.kind === 'message') this.#client(event.side).actual(event);
    } else if (event.kind === 'ack') this.#host(event.link).acks.actual(event);
    else if (event.kind === 'close') this.#ended(event.link, this.#host(event.link), 'actualEnded');
  }

  /** The verdict; nothing may follow. */
  finish(): Verdict {
    for (const { acks } of this.#hostLinks.values()) acks.finish();
    for (const client of this.#clients.values()) client.finish();
    return this.#ledger.verdict(this.#comparer.unusedRules);
  }

  /** Gives back temporary files, when there will be no verdict. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #host(number: number): HostLink {
    let link = this.#hostLinks.get(number);
    if (link === undefined) {
      const acks = new AckComparison(this.#comparer, this.#ledger);
      link = { acks, expectedEnded: false, actualEnded: false };
      this.#hostLinks.set(number, link);
    }
    return link;
  }

  /** A link that has ended on both sides is judged and let go. */
  #ended(number: number, link: HostLink, side: 'expectedEnded' | 'actualEnded'): void {
    link[side] = true;
    if (!link.expectedEnded || !link.actualEnded) return;
    link.acks.finish();
    this.#hostLinks.delete(number);
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
