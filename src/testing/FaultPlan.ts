/** What goes wrong on a link (`withFaults`). */
export interface FaultPlan {
  /** Which bytes suffer: `in`, those that come from the peer; `out`, those that go to it; default both. */
  readonly direction?: 'in' | 'out' | 'both';
  /** Each piece passes this much later, in order. */
  readonly delayMs?: number;
  /** Pieces pass as single bytes. */
  readonly split?: boolean;
  /** What happens once that many bytes of a direction have passed. */
  readonly after?: { readonly bytes: number; readonly fault: LinkFault };
}

/**
 * `cut`: both directions end (FIN), wherever a frame stands. `reset`: the connection is broken (RST), the peer gets ECONNRESET, or what
 * else its system makes of bytes and RST that arrive together. `half-close`: only this direction ends. `stall`: nothing passes any more in
 * this direction, and nothing is closed.
 */
export type LinkFault = 'cut' | 'reset' | 'half-close' | 'stall';
