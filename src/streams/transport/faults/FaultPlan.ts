import { checkArgument, shapes } from '../../../runtime/checkArguments';
import { BadOption } from '../../../errors/setUp';

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
 * `cut`: both directions end (FIN), wherever a frame stands. `reset`: the connection is broken (RST), the
 * peer gets ECONNRESET, or what else its system makes of bytes and RST that arrive together. `half-close`:
 * only this direction ends. `stall`: nothing passes any more in this direction, and nothing is closed.
 */
export type LinkFault = 'cut' | 'reset' | 'half-close' | 'stall';

const REMEDY =
  'expected a list of delay=MS, split, cut@BYTES, reset@BYTES, half-close@BYTES, stall@BYTES, in, out; such as delay=20,split,reset@1200';

/**
 * Reads what `rxcomet record --fault` takes.
 *
 * @throws BadOption (ERR_BAD_OPTION) with what may be written.
 * @example parseFaultPlan('delay=20,reset@1200') // { delayMs: 20, after: { bytes: 1200, fault: 'reset' } }
 */
export function parseFaultPlan(text: string): FaultPlan {
  checkArgument('parseFaultPlan: the plan', text, shapes.text);
  let plan: FaultPlan = {};
  for (const word of text.split(',').map((part) => part.trim())) {
    const [, fault, bytes] = /^(cut|reset|half-close|stall)@(\d+)$/.exec(word) ?? [];
    const [, delay] = /^delay=(\d+)$/.exec(word) ?? [];
    if (word === 'split') plan = { ...plan, split: true };
    else if (word === 'in' || word === 'out') plan = { ...plan, direction: word };
    else if (delay !== undefined) plan = { ...plan, delayMs: Number(delay) };
    else if (fault !== undefined)
      plan = { ...plan, after: { bytes: Number(bytes), fault: fault as LinkFault } };
    else throw new BadOption(`fault "${word}": ${REMEDY}`);
  }
  return plan;
}
