import type { Clock } from '../../../runtime/Clock';
import type { FaultPlan, LinkFault } from './FaultPlan';

/** Where the bytes of one direction go. */
export interface FaultyFlowEvents {
  readonly pass: (bytes: Uint8Array) => void;
  /** The direction ended after its last byte. */
  readonly end: () => void;
  /** The plan's fault strikes; nothing passes afterwards. */
  readonly fault: (fault: LinkFault) => void;
  /** Nothing waits any more. */
  readonly empty: () => void;
}

interface Piece {
  readonly dueAt: number;
  /** undefined: the end of the direction. */
  readonly bytes: Uint8Array | undefined;
}

/** One direction of a link with faults: keeps order, delays, splits, and stops where the plan says. */
export class FaultyFlow {
  readonly #plan: FaultPlan;
  readonly #clock: Clock;
  readonly #events: FaultyFlowEvents;
  #waiting: Piece[] = [];
  #held = 0;
  #passed = 0;
  #stopped = false;
  #paused = false;
  #pumping = false;
  #timer: unknown;

  constructor(plan: FaultPlan, clock: Clock, events: FaultyFlowEvents) {
    this.#plan = plan;
    this.#clock = clock;
    this.#events = events;
  }

  /** Bytes taken and not yet passed. */
  get held(): number {
    return this.#held;
  }

  push(bytes: Uint8Array): void {
    this.#held += bytes.length;
    this.#waiting.push({ dueAt: this.#dueAt(), bytes });
    this.#pump();
  }

  end(): void {
    this.#waiting.push({ dueAt: this.#dueAt(), bytes: undefined });
    this.#pump();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /** Nothing passes any more, and no timer stays. */
  stop(): void {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #dueAt(): number {
    return this.#clock.now() + (this.#plan.delayMs ?? 0);
  }

  #pump(): void {
    // What is told below may push, pause or stop.
    if (this.#pumping) return;
    this.#pumping = true;
    this.#clock.clearTimeout(this.#timer);
    const had = this.#waiting.length > 0;
    for (let piece = this.#next(); piece !== undefined; piece = this.#next()) {
      this.#waiting.shift();
      if (piece.bytes === undefined) this.#events.end();
      else this.#pass(piece.bytes);
    }
    this.#pumping = false;
    const [first] = this.#waiting;
    if (first !== undefined && !this.#stopped && !this.#paused) {
      this.#timer = this.#clock.setTimeout(() => this.#pump(), first.dueAt - this.#clock.now(), {
        ref: true,
      });
    } else if (had && first === undefined && !this.#stopped) {
      this.#events.empty();
    }
  }

  #next(): Piece | undefined {
    const [first] = this.#waiting;
    const ready = !this.#stopped && !this.#paused && first !== undefined && first.dueAt <= this.#clock.now();
    return ready ? first : undefined;
  }

  #pass(bytes: Uint8Array): void {
    const { after, split } = this.#plan;
    const left = after === undefined ? Infinity : after.bytes - this.#passed;
    const piece = bytes.length < left ? bytes : bytes.subarray(0, left);
    this.#passed += piece.length;
    this.#held -= piece.length;
    if (split === true) {
      for (let at = 0; at < piece.length && !this.#stopped; at += 1)
        this.#events.pass(piece.subarray(at, at + 1));
    } else if (piece.length > 0) {
      this.#events.pass(piece);
    }
    if (after !== undefined && this.#passed >= after.bytes && !this.#stopped) {
      this.#stopped = true;
      this.#events.fault(after.fault);
    }
  }
}
