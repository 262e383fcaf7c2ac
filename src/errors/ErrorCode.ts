import type * as actors from './actors';
import type * as connections from './connections';
import type * as handling from './handling';
import type * as recordings from './recordings';
import type * as sending from './sending';
import type * as setUp from './setUp';

/** The classes of every section of docs/errors.md. */
type Classes = typeof actors &
  typeof connections &
  typeof handling &
  typeof recordings &
  typeof sending &
  typeof setUp;

/** Distributes over the classes; bases cannot be made, so they have no code. */
type CodeOf<Class, Fields> = Class extends new (...args: never) => Fields & { readonly code: infer Code }
  ? Code
  : never;

/**
 * Every code an error of this version can have, docs/errors.md. An error that comes from another version, or
 * the `remoteCode` that a peer chose, may have any other.
 *
 * @example
 * const remedies = { ERR_ACK_TIMEOUT: 'wait', ERR_QUEUE_FULL: 'send less' } satisfies Partial<Record<ErrorCode, string>>;
 */
export type ErrorCode = CodeOf<Classes[keyof Classes], unknown>;

/** The codes of errors that a send can end with: those that say how far it got. */
export type SendErrorCode = CodeOf<Classes[keyof Classes], { readonly delivered: unknown }>;

/**
 * What a table says of a code that may be unknown to it, because a peer or another version of this package
 * chose it.
 */
export function byCode<Value>(
  table: Readonly<Record<string, Value>>,
  code: string,
  otherwise: NoInfer<Value>,
): Value {
  return Object.hasOwn(table, code) ? (table[code] as Value) : otherwise;
}
