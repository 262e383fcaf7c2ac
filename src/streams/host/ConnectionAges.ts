import type { HostConfig } from '../../config/types/HostConfig';
import { FrameTimeout, HeartbeatLost, IdleTimeout, WriteTimeout } from '../../errors/connections';
import type { FrameParser } from '../wire/FrameParser';

/** When things last happened on one connection, judged against the limits of its host. Times are of the host's clock, in ms. */
export class ConnectionAges {
  /** Any byte came. */
  heardAt: number;
  /** The frame under way began; the first one's time began when the peer was accepted. */
  frameStartedAt: number;
  /** Something other than a heartbeat was exchanged. */
  busyAt: number;
  readonly #config: HostConfig;
  readonly #peer: string;
  #sentBytes = 0;
  #progressAt = 0;
  #pongAt = 0;

  constructor(config: HostConfig, peer: string, now: number) {
    this.#config = config;
    this.#peer = peer;
    this.heardAt = now;
    this.frameStartedAt = now;
    this.busyAt = now;
  }

  /** `writtenBytes`: handed to the link since the connection opened; `unsentBytes`: of those, not yet taken by the system. */
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
    const text = `the peer has not read for ${writeTimeoutMs} ms (Limits.Write_timeout_ms)`;
    return new WriteTimeout(text, { peer: this.#peer });
  }

  /** The age of a frame counts, not its silences: one byte now and then does not keep a connection. */
  judgeFrame(now: number, parser: FrameParser, pausedMs: number): FrameTimeout | undefined {
    const { frameTimeoutMs, minRateBytesPerS } = this.#config.limits;
    const { insideFrame, bufferedBytes, declaredBytes } = parser;
    const ageMs = now - this.frameStartedAt - pausedMs;
    // A large frame has more time, as long as it arrives at the least rate.
    if (ageMs < frameTimeoutMs || bufferedBytes >= (minRateBytesPerS * ageMs) / 1000) return undefined;
    const within = `within ${frameTimeoutMs} ms (Limits.Frame_timeout_ms)`;
    const size = declaredBytes === 0 ? '' : ` of ${declaredBytes} bytes`;
    const rate = `, nor did it come at ${minRateBytesPerS} bytes/s (Limits.Min_rate_bytes_per_s)`;
    const text = insideFrame ? `a frame${size} was not complete ${within}${rate}` : `no frame came ${within}`;
    return new FrameTimeout(text, { peer: this.#peer });
  }

  /** Heartbeats are no business: they would keep every connection for good. */
  judgeIdleness(now: number): IdleTimeout | undefined {
    const { idleTimeoutMs } = this.#config.limits;
    if (idleTimeoutMs === 0 || now - this.busyAt < idleTimeoutMs) return undefined;
    const text = `nothing was exchanged for ${idleTimeoutMs} ms (Limits.Idle_timeout_ms)`;
    return new IdleTimeout(text, { peer: this.#peer });
  }

  judgeSilence(now: number): HeartbeatLost | undefined {
    const { heartbeatMs } = this.#config;
    if (now - this.heardAt < 2 * heartbeatMs) return undefined;
    const text = `nothing was heard for two heartbeats of ${heartbeatMs} ms (Heartbeat_ms)`;
    return new HeartbeatLost(text, { peer: this.#peer });
  }

  /** While a peer is not read its silence says nothing. True: its pings go unread too, so say unasked that we live. */
  pongIsDue(now: number): boolean {
    this.heardAt = now;
    if (now - this.#pongAt < this.#config.heartbeatMs) return false;
    this.#pongAt = now;
    return true;
  }
}
