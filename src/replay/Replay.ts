import type { AnswersReport } from './standIn/RecordedAnswers';
import type { RecordedEvent } from '../recording/RecordedEvent';
import type { CompareOptions } from './verdict/CompareOptions';
import type { Verdict } from './verdict/Verdict';
import type { Clock } from '../runtime/Clock';
import type { EventSink } from '../recording/capture/EventSink';
import type { RecordingComparison } from './verdict/RecordingComparison';
import { BadOption } from '../errors/setUp';

/** What a replay did. */
export interface Replay {
  /** Against the recording it was made from, under the rules given. */
  readonly verdict: Verdict;
  /** Everything that happened, as a recording of its own; empty unless `keepEvents`. */
  readonly events: readonly RecordedEvent[];
  /** By client: what it asked for, against what the recording could answer. */
  readonly clients: ReadonlyMap<string, AnswersReport>;
  /** The rules it was given; `toMatchRecording` uses them too. */
  readonly rules: CompareOptions;
}

/** Takes what a replay does: into the comparison, and kept if wanted. */
export class ReplaySink implements EventSink {
  readonly events: RecordedEvent[] = [];
  readonly #comparison: RecordingComparison;
  readonly #clock: Clock;
  readonly #keeps: boolean;
  readonly #startedAt: number;
  readonly #onSend: () => void;
  /** When the last event came, as `elapsedMs`. */
  #lastMs = 0;
  #fault: { readonly error: unknown } | undefined;

  /** @param onSend called after each message of a client. */
  constructor(
    comparison: RecordingComparison,
    clock: Clock,
    keep: 'events' | 'nothing',
    onSend: () => void = () => undefined,
  ) {
    this.#comparison = comparison;
    this.#clock = clock;
    this.#keeps = keep === 'events';
    this.#startedAt = clock.now();
    this.#onSend = onSend;
  }

  /** To the microsecond, as in a recording. */
  get elapsedMs(): number {
    return Math.round((this.#clock.now() - this.#startedAt) * 1000) / 1000;
  }

  /** Throws what the comparison threw, of a normaliser for instance. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  /**
   * Resolves when nothing has happened for `quietMs`, or after ten times as long. What a handler sends after
   * its answer is a part of what it does, and no recorded event tells when to look for it.
   */
  async quiet(quietMs: number): Promise<void> {
    const beganMs = this.elapsedMs;
    this.#lastMs = beganMs;
    // Less than the microsecond that is told apart is an error of rounding: a timer for it might not move the
    // clock at all.
    for (let leftMs = quietMs; leftMs > 0.0005; leftMs = this.#lastMs + quietMs - this.elapsedMs) {
      if (this.elapsedMs - beganMs >= 10 * quietMs) return;
      await new Promise<void>((resolve) => {
        this.#clock.setTimeout(resolve, leftMs, { ref: true });
      });
    }
  }

  write(event: RecordedEvent): void {
    this.#lastMs = this.elapsedMs;
    try {
      this.#comparison.actual(event);
    } catch (error) {
      // Thrown into the link that carries the event it would end the process.
      this.#fault ??= { error };
    }
    if (this.#keeps) this.events.push(event);
    if (event.kind === 'message' && event.side !== 'host') this.#onSend();
  }
}

/** @throws BadOption (ERR_BAD_OPTION) for a speed that is none. */
export function checkSpeed(speed: number | 'max'): void {
  if (speed !== 'max' && !(speed > 0))
    throw new BadOption(`speed: expected a number > 0 or max, got ${speed}`);
}

/** One block: the bits of 32,768 links. */
const BLOCK_WORDS = 1024;
const BLOCK_BITS = BLOCK_WORDS * 32;

/** A set of link numbers, a bit each where they follow one another. */
export class LinkSet {
  readonly #blocks = new Map<number, Uint32Array>();

  add(link: number): void {
    const number = Math.floor(link / BLOCK_BITS);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = new Uint32Array(BLOCK_WORDS);
      this.#blocks.set(number, block);
    }
    const bit = link % BLOCK_BITS;
    block[bit >> 5] = (block[bit >> 5] ?? 0) | (1 << (bit & 31));
  }

  has(link: number): boolean {
    const bit = link % BLOCK_BITS;
    const word = this.#blocks.get(Math.floor(link / BLOCK_BITS))?.[bit >> 5] ?? 0;
    return (word & (1 << (bit & 31))) !== 0;
  }
}
