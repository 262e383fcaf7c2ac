import type { Link } from '../../src/streams/transport/Link';

/** What a link told, in order. */
export interface LinkRecord {
  readonly link: Link;
  /**
   * `data`, `end`, `drain`, `close`; neighbouring `data` are one entry, since TCP may cut them as it likes.
   */
  readonly events: string[];
  /** Everything received, as latin1. */
  readonly text: string;
  readonly receivedBytes: number;
  readonly failure: Error | undefined;
  /** Resolves as soon as `test` holds after an event. */
  until(test: (record: LinkRecord) => boolean): Promise<void>;
  /** Resolves when the link was closed. */
  closed(): Promise<void>;
}

/** Opens a link and keeps what it tells; must be called in the turn in which the link came. */
export function recordLink(link: Link): LinkRecord {
  const events: string[] = [];
  const chunks: Uint8Array[] = [];
  const waiting = new Set<() => void>();
  let receivedBytes = 0;
  let failure: Error | undefined;

  const tell = (event: string): void => {
    if (event !== 'data' || events.at(-1) !== 'data') events.push(event);
    for (const check of waiting) check();
  };
  const record: LinkRecord = {
    link,
    events,
    get text() {
      return Buffer.concat(chunks).toString('latin1');
    },
    get receivedBytes() {
      return receivedBytes;
    },
    get failure() {
      return failure;
    },
    until: (test) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!test(record)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    closed: () => record.until(() => events.includes('close')),
  };
  link.open({
    data(chunk) {
      chunks.push(chunk);
      receivedBytes += chunk.length;
      tell('data');
    },
    end: () => tell('end'),
    drain: () => tell('drain'),
    close(error) {
      failure = error;
      tell('close');
    },
  });
  return record;
}
