import { ResultOverflow } from '../errors/handling';
import { quoteName } from '../runtime/names';

/** The error of an action whose results come faster than its peer reads them. */
export function resultOverflow(action: string): ResultOverflow {
  return new ResultOverflow(
    `the results of ${quoteName(action)} come faster than the peer reads: more than Max_unsent_bytes are waiting; return an AsyncIterable, which is pulled as the peer reads`,
  );
}
