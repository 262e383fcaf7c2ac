import type { Observable } from 'rxjs';

/** The forms of a handler's answer that take time. */
export type SlowAnswer =
  | { readonly kind: 'promise'; readonly promise: PromiseLike<unknown> }
  | { readonly kind: 'observable'; readonly observable: Observable<unknown> }
  | { readonly kind: 'iterable'; readonly iterable: AsyncIterable<unknown> };

/** Tells a promise, an Observable or an AsyncIterable from a plain value, for which it gives undefined. */
export function slowAnswer(answer: object): SlowAnswer | undefined {
  const candidate = answer as {
    readonly then?: unknown;
    readonly subscribe?: unknown;
    readonly pipe?: unknown;
    readonly [Symbol.asyncIterator]?: unknown;
  };
  if (typeof candidate.then === 'function')
    return { kind: 'promise', promise: answer as PromiseLike<unknown> };
  if (typeof candidate.subscribe === 'function' && typeof candidate.pipe === 'function') {
    return { kind: 'observable', observable: answer as Observable<unknown> };
  }
  if (typeof candidate[Symbol.asyncIterator] === 'function') {
    return { kind: 'iterable', iterable: answer as AsyncIterable<unknown> };
  }
  return undefined;
}
