import type { RecordedEvent, RecordedEventBase } from '../RecordedEvent';

interface OpenLink {
  readonly event: RecordedEventBase;
  readonly ids: Set<number>;
}

/** The messages that wait for their last answer, from the events of a recording. */
export class OpenMessages {
  readonly #links = new Map<number, OpenLink>();

  add(event: RecordedEvent): void {
    const { kind, link } = event;
    if (kind === 'message') {
      if (event.confirm === false) return;
      const open = this.#links.get(link);
      if (open === undefined) this.#links.set(link, { event, ids: new Set([event.id]) });
      else open.ids.add(event.id);
    } else if ((kind === 'ack' && event.status !== 'next') || kind === 'cancel') {
      const open = this.#links.get(link);
      open?.ids.delete(event.id);
      if (open?.ids.size === 0) this.#links.delete(link);
    } else if (kind === 'close') this.#links.delete(link);
  }

  /** By connection: one of its events, and how many messages wait. */
  *links(): Iterable<readonly [event: RecordedEventBase, count: number]> {
    for (const { event, ids } of this.#links.values()) yield [event, ids.size];
  }
}
