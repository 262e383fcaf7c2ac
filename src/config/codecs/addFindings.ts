import type { Context, Errors } from 'io-ts';
import { joinPath } from '../nodes/ConfigNode';
import type { ProblemList } from '../nodes/ProblemList';
import type { Finding } from './nodeCodec';

/** Puts on the list what codecs found; `path` is where the decoded node stands. */
export function addFindings(errors: Errors, path: string, problems: ProblemList): void {
  for (const { value, context, message } of errors) {
    const { place, remedy, told } = value as Finding;
    if (!told) problems.add(place, pathOf(context, path), message ?? '', remedy);
  }
}

/** The first entry of a context is the root; codecs write an index of a list as [0]. */
function pathOf(context: Context, path: string): string {
  return context
    .slice(1)
    .reduce((above, { key }) => (/^\[\d+\]$/.test(key) ? above + key : joinPath(above, key)), path);
}
