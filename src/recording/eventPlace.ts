import type { RecordedEvent } from './RecordedEvent';

/** Where an event was read. */
export interface EventPlace {
  /** '' for what is no file. */
  readonly file: string;
  /** From 1 in each file. */
  readonly line: number;
}

/**
 * Not enumerable, so that events stay what their lines say: equal ones are equal, and written they are the
 * same lines.
 */
const placeKey = Symbol('place');

/** Notes where an event was read. */
export function markPlace(event: RecordedEvent, { file, line }: EventPlace): RecordedEvent {
  return Object.defineProperty(event, placeKey, { value: { file, line } });
}

/** Where an event was read; null for one that was not. */
export function placeIn(event: object): EventPlace | null {
  return (event as { readonly [placeKey]?: EventPlace })[placeKey] ?? null;
}

/** Such as "session.ndjson:12", or "line 12" of what is no file; undefined for an event that was not read. */
export function placeOf(event: object): string | undefined {
  const place = placeIn(event);
  if (place === null) return undefined;
  return place.file === '' ? `line ${place.line}` : `${place.file}:${place.line}`;
}
