import type { ParseJsonOptions } from './json/readJson';
import { parseJson } from './json/parseJson';

const START = '{"result":';

/**
 * The result in the JSON of a reply (protocol 1.2); undefined when it is no object with "result".
 *
 * Our own spelling is parsed without its wrapper, which saves an object: what stands between `{"result":` and `}` is a JSON value by
 * itself exactly when the whole is an object with this one key. Anything else goes through the parser whole.
 */
export function readResult(text: string, options: ParseJsonOptions): unknown {
  if (text.slice(0, START.length) === START && text.endsWith('}')) {
    try {
      const { bigint, maxNesting, peer } = options;
      return parseJson(text.slice(START.length, -1), { bigint, maxNesting: maxNesting - 1, peer });
    } catch {
      // Told below, with positions in the whole text.
    }
  }
  const reply = parseJson(text, options);
  if (typeof reply === 'object' && reply !== null && Object.hasOwn(reply, 'result')) {
    return (reply as { readonly result: unknown }).result;
  }
  return undefined;
}
