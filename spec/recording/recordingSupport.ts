import type { RecordedEvent } from '../../src/recording/RecordedEvent';
import type { Recording } from '../../src/recording/format/readRecording';
import type { RecordingSink } from '../../src/recording/format/RecordingSink';

/** Files in memory; `fail` is asked before each write and may throw or wait. */
export function collectingSink(fail: (file: string) => void | Promise<void> = () => undefined): {
  readonly open: (file: string) => Promise<RecordingSink>;
  readonly bytes: (file: string) => Buffer;
  readonly closed: string[];
} {
  const files = new Map<string, Buffer[]>();
  const closed: string[] = [];
  return {
    open: async (file) => {
      const chunks: Buffer[] = [];
      files.set(file, chunks);
      return {
        write: async (bytes) => {
          await fail(file);
          chunks.push(Buffer.from(bytes));
        },
        close: async () => {
          closed.push(file);
        },
      };
    },
    bytes: (file) => Buffer.concat(files.get(file) ?? []),
    closed,
  };
}

/** An ordinary message of link 1. */
export function message(id: number, text: string, more: Partial<RecordedEvent> = {}): RecordedEvent {
  const base = {
    at: id,
    link: 1,
    side: 'host',
    dialect: 'native',
    kind: 'message',
    id,
    action: 'Move',
    text,
  } as const;
  return { ...base, ...more } as RecordedEvent;
}

/** The acknowledgement of a message of link 1. */
export function ack(id: number, text: string, more: Partial<RecordedEvent> = {}): RecordedEvent {
  return {
    at: id + 0.5,
    link: 1,
    side: 'host',
    dialect: 'native',
    kind: 'ack',
    id,
    text,
    ...more,
  } as RecordedEvent;
}

export async function eventsOf(recording: Recording): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of recording) events.push(event);
  return events;
}
