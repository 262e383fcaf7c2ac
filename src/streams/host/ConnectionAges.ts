import { limitName } from '../../runtime/limitNames';
import type { HostConfig } from '../../config/types/HostConfig';
import { FrameTimeout, HeartbeatLost, IdleTimeout, WriteTimeout } from '../../errors/connections';
import type { FrameParser } from '../wire/FrameParser';

/** Without progress for so long a connection stalls. */
const STALLING_MS = 2000;

/**
 * When things last happened on one connection, judged against the limits of its host. Times are of the host's
 * clock, in ms.
 */
export class ConnectionAges {
  /** Any byte came. */
  heardAt: number;
  /** The frame under way began; the first one's time began when the peer was accepted. */
  frameStartedAt: number;
  /** Something other than a heartbeat was exchanged. */
  busyAt: number;
  /** Since the connection opened. */
  receivedBytes = 0;
  readonly #config: HostConfig;
  readonly #peer: string;
  #sentBytes = 0;
  #progressAt = 0;
  #pongAt = 0;
  /** When the rate at which bytes come was measured last, and the time before; what had come by then. */
  #markedAt = 0;
  #markedBytes = 0;
  #markedBeforeAt = 0;
  #markedBeforeBytes = 0;
  #readSince = 0;
  #watchedAt = 0;
  #watchedBytes = 0;

  constructor(config: HostConfig, peer: string, now: number) {
    this.#config = config;
    this.#peer = peer;
    this.heardAt = now;
    this.frameStartedAt = now;
    this.busyAt = now;
    this.readAgain(now);
  }

  /** It is read from here on; what did not come before was not for want of progress. */
  readAgain(now: number): void {
    this.#readSince = now;
    this.#mark(now);
    this.#mark(now);
  }

  #mark(now: number): void {
    this.#markedBeforeAt = this.#markedAt;
    this.#markedBeforeBytes = this.#markedBytes;
    this.#markedAt = now;
    this.#markedBytes = this.receivedBytes;
  }

  /** At which rate bytes came in the last two to four `Frame_timeout_ms`, in bytes a millisecond. */
  #recentRate(now: number): number {
    if (now - this.#markedAt >= 2 * this.#config.limits.frameTimeoutMs) this.#mark(now);
    return (this.receivedBytes - this.#markedBeforeBytes) / (now - this.#markedBeforeAt);
  }

  /**
   * Nothing of the frame under way comes, or as it comes it would not be complete within `Frame_timeout_ms`.
   * Asked again and again.
   */
  stallsInFrame(now: number, { bufferedBytes, declaredBytes }: FrameParser): boolean {
    if (now - Math.max(this.heardAt, this.#readSince) >= STALLING_MS) return true;
    const ms = now - this.#watchedAt;
    if (ms < STALLING_MS) return false;
    const rate = (this.receivedBytes - this.#watchedBytes) / ms;
    this.#watchedAt = now;
    this.#watchedBytes = this.receivedBytes;
    // Longer ago than that, what came says nothing.
    return (
      ms < 2 * STALLING_MS && (declaredBytes - bufferedBytes) / rate > this.#config.limits.frameTimeoutMs
    );
  }

  /** The peer has taken nothing of what waits for it for a while. */
  stallsInReading(now: number, unsentBytes: number): boolean {
    return unsentBytes > 0 && now - this.#progressAt >= STALLING_MS;
  }

  /**
   * `writtenBytes`: handed to the link since the connection opened; `unsentBytes`: of those, not yet taken by
   * the system.
   */
  judgeWriting(now: number, writtenBytes: number, unsentBytes: number): WriteTimeout | undefined {
    // What the peer took, not what waits: that also changes when we write more.
    const sentBytes = writtenBytes - unsentBytes;
    if (unsentBytes === 0 || sentBytes !== this.#sentBytes) {
      this.#sentBytes = sentBytes;
      this.#progressAt = now;
      return undefined;
    }
    const { writeTimeoutMs } = this.#config.limits;
    if (now - this.#progressAt < writeTimeoutMs) return undefined;
    const text = `the peer has not read for ${writeTimeoutMs} ms (${limitName('writeTimeoutMs')})`;
    return new WriteTimeout(text, { peer: this.#peer });
  }

  /** The age of a frame counts, not its silences: one byte now and then does not keep a connection. */
  judgeFrame(now: number, parser: FrameParser, pausedMs: number): FrameTimeout | undefined {
    const { frameTimeoutMs, minRateBytesPerS } = this.#config.limits;
    const { insideFrame, declaredBytes } = parser;
    const ageMs = now - this.frameStartedAt - pausedMs;
    const rate = this.#recentRate(now);
    // A large frame has more time, as long as it arrives at the least rate; what came early does not count
    // for ever.
    if (ageMs < frameTimeoutMs || (insideFrame && rate >= minRateBytesPerS / 1000)) return undefined;
    const within = `within ${frameTimeoutMs} ms (${limitName('frameTimeoutMs')})`;
    const size = declaredBytes === 0 ? '' : ` of ${declaredBytes} bytes`;
    const slow = `, nor did it come at ${minRateBytesPerS} bytes/s (${limitName('minRateBytesPerS')})`;
    const text = insideFrame ? `a frame${size} was not complete ${within}${slow}` : `no frame came ${within}`;
    return new FrameTimeout(text, { peer: this.#peer });
  }

  /** Heartbeats are no business: they would keep every connection for good. */
  judgeIdleness(now: number): IdleTimeout | undefined {
    const { idleTimeoutMs } = this.#config.limits;
    if (idleTimeoutMs === 0 || now - this.busyAt < idleTimeoutMs) return undefined;
    const text = `nothing was exchanged for ${idleTimeoutMs} ms (${limitName('idleTimeoutMs')})`;
    return new IdleTimeout(text, { peer: this.#peer });
  }

  judgeSilence(now: number): HeartbeatLost | undefined {
    const { heartbeatMs } = this.#config;
    if (now - this.heardAt < 2 * heartbeatMs) return undefined;
    const text = `nothing was heard for two heartbeats of ${heartbeatMs} ms (Heartbeat_ms)`;
    return new HeartbeatLost(text, { peer: this.#peer });
  }

  /**
   * While a peer is not read its silence says nothing. True: its pings go unread too, so say unasked that we
   * live.
   */
  pongIsDue(now: number): boolean {
    this.heardAt = now;
    if (now - this.#pongAt < this.#config.heartbeatMs) return false;
    this.#pongAt = now;
    return true;
  }
}
