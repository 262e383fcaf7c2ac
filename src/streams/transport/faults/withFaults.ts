import { type Shape, checkArgument, checkOptions, oneOf, shapes } from '../../../runtime/checkArguments';
import { type Clock, systemClock, withLongTimers } from '../../../runtime/Clock';
import type { Link, LinkEvents } from '../Link';
import type { FaultPlan, LinkFault } from './FaultPlan';
import { FaultyFlow } from './FaultyFlow';

/** Delayed bytes beyond which the writer is told to wait. */
const HIGH_WATER_BYTES = 1024 * 1024;

/**
 * A link on which things go wrong as planned: delays, single bytes, a cut in the middle of a frame, a reset,
 * a half-close, a stall. For tests of what must survive that; the user of the link notices nothing but the
 * faults.
 *
 * @param clock measures delays; default the machine's.
 * @example const slow = withFaults(link, { direction: 'in', delayMs: 200, split: true });
 */
export function withFaults(link: Link, plan: FaultPlan, clock: Clock = systemClock): Link {
  checkArgument('withFaults: the link', link, shapes.sink);
  checkOptions('withFaults', plan, planShapes);
  checkArgument('withFaults: the clock', clock, shapes.clock);
  return new FaultyLink(link, plan, withLongTimers(clock));
}

const planShapes = {
  direction: oneOf('in', 'out', 'both'),
  delayMs: shapes.amount,
  split: shapes.flag,
  after: shapes.object,
} satisfies Readonly<Record<keyof FaultPlan, Shape>>;

class FaultyLink implements Link {
  readonly #link: Link;
  readonly #in: FaultyFlow;
  readonly #out: FaultyFlow;
  #events: LinkEvents | undefined;
  #ended = false;
  #askedToWait = false;

  constructor(link: Link, plan: FaultPlan, clock: Clock) {
    this.#link = link;
    const planOf = (direction: 'in' | 'out'): FaultPlan =>
      (plan.direction ?? 'both') === 'both' || plan.direction === direction ? plan : {};
    this.#in = new FaultyFlow(planOf('in'), clock, {
      pass: (bytes) => this.#events?.data(bytes),
      end: () => this.#events?.end(),
      fault: (fault) => this.#fault(fault, 'in'),
      empty: () => undefined,
    });
    this.#out = new FaultyFlow(planOf('out'), clock, {
      pass: (bytes) => {
        if (!link.write(bytes)) this.#askedToWait = true;
      },
      end: () => this.#end(),
      fault: (fault) => this.#fault(fault, 'out'),
      empty: () => this.#drain(),
    });
  }

  get peer(): string {
    return this.#link.peer;
  }

  get peerIp(): string {
    return this.#link.peerIp;
  }

  get unsentBytes(): number {
    return this.#link.unsentBytes + this.#out.held;
  }

  open(events: LinkEvents): void {
    this.#events = events;
    this.#link.open({
      data: (chunk) => this.#in.push(chunk),
      end: () => this.#in.end(),
      drain: () => this.#drain(),
      close: (error) => {
        this.#in.stop();
        this.#out.stop();
        events.close(error);
      },
    });
  }

  write(bytes: Uint8Array): boolean {
    this.#askedToWait = false;
    this.#out.push(bytes);
    if (this.#out.held > HIGH_WATER_BYTES) this.#askedToWait = true;
    return !this.#askedToWait;
  }

  end(): void {
    this.#out.end();
  }

  destroy(): void {
    this.#link.destroy();
  }

  reset(): void {
    this.#link.reset();
  }

  pause(): void {
    this.#in.pause();
    this.#link.pause();
  }

  resume(): void {
    this.#in.resume();
    this.#link.resume();
  }

  #drain(): void {
    if (!this.#askedToWait || this.#out.held > 0) return;
    this.#askedToWait = false;
    this.#events?.drain();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#link.end();
  }

  #fault(fault: LinkFault, direction: 'in' | 'out'): void {
    switch (fault) {
      case 'reset':
        return this.#link.reset();
      case 'cut':
        this.#in.stop();
        this.#out.stop();
        this.#end();
        return this.#events?.end();
      case 'half-close':
        return direction === 'out' ? this.#end() : this.#events?.end();
      case 'stall':
        // The peer must feel it too, not fill this process.
        return direction === 'in' ? this.#link.pause() : undefined;
      default:
        return fault satisfies never;
    }
  }
}
