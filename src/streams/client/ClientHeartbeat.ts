import type { Clock } from '../../runtime/Clock';

/**
 * Says on a kept connection that we live, and notices when the peer doesn't: any byte heard counts (protocol
 * 2, Flow).
 */
export class ClientHeartbeat {
  /**
   * Clock time of the last byte from the peer, and of the last one to it. Fields, since they are set for
   * every chunk.
   */
  heardAt = 0;
  wroteAt = 0;
  readonly #clock: Clock;
  readonly #ping: () => void;
  readonly #onLost: (periodMs: number) => void;
  #timer: unknown;

  constructor(clock: Clock, ping: () => void, onLost: (periodMs: number) => void) {
    this.#clock = clock;
    this.#ping = ping;
    this.#onLost = onLost;
  }

  /**
   * The shorter of the host's period and ours; 0 is none. With ours off, the host still hears that we live,
   * but isn't judged.
   */
  start(hostMs: number, ownMs: number): void {
    const periodMs = Math.min(hostMs || Infinity, ownMs || Infinity);
    if (periodMs === Infinity) return;
    const clock = this.#clock;
    let dueAt = 0;
    const beatIn = (delayMs: number): void => {
      dueAt = clock.now() + delayMs;
      this.#timer = clock.setTimeout(beat, delayMs);
    };
    const beat = (): void => {
      const now = clock.now();
      // Called late, this process was blocked: what the peer said meanwhile has not been read yet.
      if (now - dueAt >= periodMs / 2) this.heardAt = now;
      const leftMs = this.heardAt + 2 * periodMs - now;
      if (ownMs > 0 && leftMs <= 0) {
        this.#onLost(periodMs);
        return;
      }
      if (now - this.heardAt >= periodMs / 2 || now - this.wroteAt >= periodMs / 2) {
        this.#ping();
        this.wroteAt = now;
      }
      // Not a whole beat later than two of silence.
      beatIn(ownMs > 0 ? Math.min(periodMs, leftMs) : periodMs);
    };
    beatIn(periodMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }
}
