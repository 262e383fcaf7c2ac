import type { Exchange } from './Exchange';
import { resultOverflow } from './resultOverflow';
import type { ResultTaker } from './ResultTaker';

/**
 * Answers a message with what an AsyncIterable gives, pulled only while the peer reads. From now on `exchange.stopWork` ends it; its slot
 * is free when the pending `next()` has settled.
 */
export async function pullResults(
  exchange: Exchange,
  iterable: AsyncIterable<unknown>,
  taker: ResultTaker,
): Promise<void> {
  let iterator: AsyncIterator<unknown, unknown> | undefined;
  let stopped = false;
  let wake: (() => void) | undefined;
  // return() asks a generator to run its finally.
  const giveBack = async (): Promise<void> => {
    try {
      await iterator?.return?.();
    } catch (error) {
      taker.report(error);
    }
  };
  exchange.stopWork = () => {
    if (stopped) return;
    stopped = true;
    wake?.();
    void giveBack();
  };
  try {
    const opened: AsyncIterator<unknown, unknown> = exchange.within(() => iterable[Symbol.asyncIterator]());
    iterator = opened;
    const next = (): Promise<IteratorResult<unknown, unknown>> => opened.next();
    for (;;) {
      const { done, value } = await exchange.within(next);
      if (done === true || stopped) break;
      if (value === undefined) continue;
      const outcome = taker.next(value);
      if (outcome === 'overflow') throw resultOverflow(exchange.message.action);
      if (outcome === 'taken') continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        exchange.port.whenWritable(resolve);
      });
      if (stopped) break;
    }
  } catch (error) {
    if (!stopped) {
      stopped = true;
      await giveBack();
    }
    taker.failed(error);
    return;
  }
  taker.ended();
}
