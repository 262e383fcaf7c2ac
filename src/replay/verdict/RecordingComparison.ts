import { checkArgument, shapes } from '../../runtime/checkArguments';
import { AckComparison } from './AckComparison';
import { AnswerTiming } from './AnswerTiming';
import type { CompareOptions } from './CompareOptions';
import type { ComparisonListener } from './ComparisonListener';
import { type RecordedEvent, STOPPED_CODE, isOfStop } from '../../recording/RecordedEvent';
import { RecordedWork } from './RecordedWork';
import { SendComparison } from './SendComparison';
import { ComparisonRules } from './ComparisonRules';
import type { Verdict } from './Verdict';
import { VerdictLedger } from './VerdictLedger';

interface HostLink {
  readonly acks: AckComparison;
  expectedEnded: boolean;
  actualEnded: boolean;
}

/**
 * Compares event by event what a replay does with what was recorded, both in any interleaving: what a host
 * acknowledged and what clients sent. Acknowledgements belong together by link and message id, so a replay
 * keeps the recorded numbers.
 *
 * Holds what is open: connections that have not ended on both sides, messages without their last
 * acknowledgement, sends without counterpart.
 */
export class RecordingComparison {
  readonly #rules: ComparisonRules;
  readonly #ledger: VerdictLedger;
  readonly #hostLinks = new Map<number, HostLink>();
  readonly #timing: AnswerTiming;
  readonly #listener: ComparisonListener | undefined;
  #joined = 0;
  /** Messages that were not sent, since the host had given no answer to others. */
  #unsent = 0;
  #silent = 0;
  readonly #clients = new Map<string, SendComparison>();
  /** What the recorded host had to do. */
  readonly #work = new RecordedWork();
  #isOver = false;

  /**
   * @param isPaced recorded pauses are kept in the replay, so that an answer can be too early; default true.
   * @param listener told which events belong together; not for recordings that are larger than memory.
   * @throws BadOption (ERR_BAD_OPTION) for a rule that is none.
   */
  constructor(options: CompareOptions = {}, isPaced = true, listener?: ComparisonListener) {
    checkArgument('RecordingComparison: the options', options, shapes.object);
    this.#listener = listener;
    this.#timing = new AnswerTiming(options, isPaced);
    this.#rules = new ComparisonRules(options);
    this.#ledger = new VerdictLedger(options);
  }

  /** Takes the next event of the recording. */
  expected(event: RecordedEvent): void {
    if (event.kind === 'error') this.#ledger.notCompared += event.lost ?? 0;
    if (event.kind === 'open' && event.joined === true) this.#joined += 1;
    if (this.#silent > 0) {
      if (event.kind === 'message') this.#unsent += 1;
      return;
    }
    if (event.side !== 'host') {
      if (event.kind === 'message') this.#client(event.side).expected(event, this.#work);
      return;
    }
    if (event.link !== 0) this.#work.add(event);
    if (event.kind === 'error' && event.code === STOPPED_CODE) this.#host(event.link).acks.recorderStopped();
    if (event.kind === 'message') this.#host(event.link).acks.message(event);
    else if (event.kind === 'cancel') this.#host(event.link).acks.cancel(event.id);
    else if (event.kind === 'ack') {
      const { acks } = this.#host(event.link);
      // What the handler would have answered is not known, as with a message that its client gave up.
      if (isOfStop(event)) acks.cancel(event.id);
      else acks.expected(event);
    } else if (event.kind === 'close') {
      const link = this.#host(event.link);
      link.acks.close(event);
      this.#ended(event.link, link, 'expectedEnded');
    }
  }

  /** Takes the next event of the replay. */
  actual(event: RecordedEvent): void {
    if (event.side !== 'host') {
      if (event.kind === 'message')
        this.#client(event.side).actual(event, this.#isOver && this.#work.endsOpen);
    } else if (event.kind === 'message') this.#host(event.link).acks.sent(event);
    else if (event.kind === 'ack') this.#host(event.link).acks.actual(event);
    else if (event.kind === 'close') this.#ended(event.link, this.#host(event.link), 'actualEnded');
  }

  /** Whether clients have sent less than was recorded so far. */
  get lacksSends(): boolean {
    for (const client of this.#clients.values()) if (client.lacking > 0) return true;
    return false;
  }

  /**
   * The recording is at its end; what handlers send from now on that had not ended in it cannot be held
   * against anything.
   */
  recordingEnded(): void {
    this.#isOver = true;
  }

  /** The replay waited in vain for the answer of the host to a message. */
  unanswered({ link, id }: { readonly link: number; readonly id: number }): void {
    this.#host(link).acks.unanswered(id);
  }

  /**
   * Nothing is sent any more, since so many messages in a row had no answer; what was recorded after that is
   * not compared.
   */
  givenUp(silent: number): void {
    this.#silent = silent;
  }

  /** The recording was read to its end, which is in the middle of a line. */
  cutShort(): void {
    this.#ledger.cutShort();
  }

  /** The verdict; nothing may follow. */
  finish(): Verdict {
    for (const { acks } of this.#hostLinks.values()) acks.finish();
    for (const client of this.#clients.values()) client.finish();
    this.#ledger.notCompared += this.#unsent;
    if (this.#joined > 0) {
      const connections = this.#joined === 1 ? '1 connection was' : `${this.#joined} connections were`;
      this.#ledger.remark(
        `${connections} open before the recording began; what was said on them before is left out`,
      );
    }
    if (this.#silent > 0) {
      const messages = this.#unsent === 1 ? '1 message was' : `${this.#unsent} messages were`;
      this.#ledger.remark(`${messages} not sent: the host gave no answer to ${this.#silent} in a row`);
    }
    return this.#ledger.verdict(this.#rules);
  }

  /** Gives back temporary files, when there will be no verdict. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #host(number: number): HostLink {
    let link = this.#hostLinks.get(number);
    if (link === undefined) {
      const acks = new AckComparison(this.#rules, this.#ledger, this.#timing, this.#listener);
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
      comparison = new SendComparison(this.#rules, this.#ledger, this.#listener);
      this.#clients.set(side, comparison);
    }
    return comparison;
  }
}
