/**
 * A connection as the protocol sees it: bytes both ways, each direction ending on its own. TCP, TLS, or a
 * pair in memory.
 */
export interface Link {
  /** The other side as ip:port ([ip]:port for IPv6). */
  readonly peer: string;
  readonly peerIp: string;
  /**
   * Tells where events go; called once, before any event, in the same turn in which the link is handed over.
   */
  open(events: LinkEvents): void;
  /** Takes the bytes over. False: the other side is behind, wait for `drain`. */
  write(bytes: Uint8Array): boolean;
  /** Bytes taken over and not yet given to the system. */
  readonly unsentBytes: number;
  /** Ends our direction after what was written (FIN). */
  end(): void;
  /** Drops both directions at once; `close` follows. */
  destroy(): void;
  /**
   * Breaks the connection (RST): both directions at once, what is on its way is lost and the peer gets
   * ECONNRESET; `close` follows without error. For taps and tests that pass on what another did: a host never
   * resets a peer (protocol 1.3).
   */
  reset(): void;
  /** Stops and resumes `data`; while paused the system's window closes towards the peer. */
  pause(): void;
  resume(): void;
}

/** What a link tells. `close` is the last, exactly once. */
export interface LinkEvents {
  data(chunk: Uint8Array): void;
  /** The peer ended its direction (FIN); ours is still open. */
  end(): void;
  drain(): void;
  close(error: Error | undefined): void;
  /**
   * For a recorder that joins: all that came was read as whole messages, all that was written is handed over,
   * and no answer is under way that only its place tells. Absent: unknown.
   */
  readonly atRest?: boolean | undefined;
  /** For a recorder that joins: how the peers speak; undefined while that is not known. */
  readonly dialect?: 'comet' | 'native' | undefined;
}
