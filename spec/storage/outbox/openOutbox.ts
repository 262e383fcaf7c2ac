import type { RxcometError } from '../../../src/errors/RxcometError';
import { Outbox } from '../../../src/storage/outbox/Outbox';
import type { OutboxOptions } from '../../../src/storage/outbox/OutboxOptions';
import type { DeliverKept, OutgoingMessage } from '../../../src/streams/client/OutboxPort';
import type { SendSink } from '../../../src/streams/client/Send';
import type { VirtualClock } from '../../support/createVirtualClock';

/** A try that the peer's queue was given. */
export interface Handed {
  readonly message: OutgoingMessage & { readonly key: string };
  readonly sink: SendSink;
  /** It still waits in the peer's queue, so that it can be called back. */
  queued: boolean;
  over: boolean;
}

/** An outbox before a peer that a spec plays by hand. */
export interface TestOutbox {
  readonly outbox: Outbox;
  readonly handed: Handed[];
  readonly reported: RxcometError[];
  /** Texts of the messages handed out and not over, in the order handed. */
  readonly open: () => string[];
  /** Acknowledges the first open try of that text. */
  readonly acknowledge: (...texts: string[]) => void;
  readonly refuse: (text: string, error: RxcometError) => void;
  readonly tell: (...texts: string[]) => boolean;
  /** Whether it keeps a connection on which nothing is said. */
  readonly peer: { isThere: boolean };
}

export const queue = {
  capacity: 10_000,
  maxBytes: 67_108_864,
  highWater: 0.8,
  overflow: 'fail',
  ttlMs: 0,
} as const;

/** Jitter gives exactly the middle. */
export function createTestOutbox(
  clock: VirtualClock,
  options: Partial<OutboxOptions> & Pick<OutboxOptions, 'path'>,
): TestOutbox {
  const handed: Handed[] = [];
  const reported: RxcometError[] = [];
  const outbox = new Outbox({
    client: 'Results',
    clock,
    random: () => 0.5,
    report: (error) => reported.push(error),
    queue,
    reconnect: { minDelayMs: 100, maxDelayMs: 10_000, jitter: 0.2 },
    ...options,
  });
  const peer = { isThere: true };
  const deliver: DeliverKept = (message, sink) => {
    const entry: Handed = { message, sink, queued: false, over: false };
    handed.push(entry);
    return () => {
      if (entry.over || !entry.queued) return false;
      entry.over = true;
      return true;
    };
  };
  outbox.connect(deliver, async () => peer.isThere);
  const find = (text: string): Handed => {
    const entry = handed.find(({ over, message }) => !over && message.text === text);
    if (entry === undefined) throw new Error(`${text} is not handed out`);
    entry.over = true;
    return entry;
  };
  return {
    outbox,
    peer,
    handed,
    reported,
    open: () => handed.filter(({ over }) => !over).map(({ message }) => message.text ?? ''),
    acknowledge: (...texts) => {
      for (const text of texts) find(text).sink.complete();
    },
    refuse: (text, error) => find(text).sink.error(error),
    tell: (...texts) => texts.map((text) => outbox.keep(message(text))).at(-1) ?? true,
  };
}

export function message(text: string, changes: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    action: 'Point',
    text,
    raw: undefined,
    key: undefined,
    trace: undefined,
    timeoutMs: undefined,
    ...changes,
  };
}
