import { BadRequest } from '../../errors/connections';
import type { ParseJsonOptions } from '../json/readJson';
import { parseJson } from '../json/parseJson';

/** The content of a request (protocol 1.2). */
export interface RequestContent {
  readonly action: string;
  readonly value: unknown;
}

const START = '{"action":"';
const MIDDLE = '","value":';
/** Actions remembered; peers can send any number. */
const MAX_KNOWN = 1024;

/**
 * Reads the JSON of requests. Our own spelling with an action seen before is parsed without its wrapper,
 * which saves an object and two keys: what stands between `"value":` and `}` is a JSON value by itself
 * exactly when the whole is an object with these two keys. Anything else goes through the parser whole.
 */
export class RequestReader {
  readonly #bigint: boolean;
  readonly #maxNesting: number;
  // The known string is kept and given out, since a slice would keep its whole chunk alive.
  readonly #known = new Map<string, string>();

  constructor(options: Omit<ParseJsonOptions, 'peer'>) {
    this.#bigint = options.bigint;
    this.#maxNesting = options.maxNesting;
  }

  /**
   * Throws BadContent, NestingTooDeep, and BadRequest (ERR_BAD_REQUEST) when it is JSON but no request. A
   * missing value is null.
   */
  read(text: string, peer: string): RequestContent {
    const bigint = this.#bigint;
    const maxNesting = this.#maxNesting;
    let spelling: string | undefined;
    if (text.slice(0, START.length) === START && text.endsWith('}')) {
      const end = text.indexOf('"', START.length);
      if (text.slice(end, end + MIDDLE.length) === MIDDLE) {
        spelling = text.slice(START.length, end);
        const action = this.#known.get(spelling);
        if (action !== undefined) {
          try {
            const value = parseJson(text.slice(end + MIDDLE.length, -1), {
              bigint,
              maxNesting: maxNesting - 1,
              peer,
            });
            return { action, value };
          } catch {
            // Told below, with positions in the whole text.
          }
        }
      }
    }
    const content = parseJson(text, { bigint, maxNesting, peer });
    if (!isRequest(content)) {
      throw new BadRequest(
        'a request must be a JSON object with a string "action" and a "value"; protocol 1.2',
        {
          peer,
        },
      );
    }
    const { action } = content;
    // Only a spelling without escapes is its action; with a duplicate key another one may have counted.
    if (spelling === action && this.#known.size < MAX_KNOWN) this.#known.set(action, action);
    return { action, value: content.value ?? null };
  }
}

function isRequest(content: unknown): content is { readonly action: string; readonly value?: unknown } {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return false;
  return Object.hasOwn(content, 'action') && typeof (content as { action: unknown }).action === 'string';
}
