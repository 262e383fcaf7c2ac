import type { OutgoingMessage } from '../../streams/client/OutboxPort';
import type { StoreFormat } from '../LevelStore';
import type { KeptMessage, OutboxRefusal } from './KeptMessage';

/*
 * Keys of the store, in order; a number has 16 digits, so that their order is that of text:
 *
 *   dead/NUMBER      a dead letter: refusal in JSON, line feed, the record of the message
 *   message/NUMBER   head in JSON, line feed, content
 *   meta/format      what this is, and its version
 *   tries/NUMBER     the last refusal of a message that is still tried, in JSON
 *
 * Each write says besides what the store holds with it, in JSON (OutboxHeld).
 */
export const format: StoreFormat = {
  name: 'outbox',
  purpose: 'an Outbox',
  key: 'meta/format',
  text: '{"rxcomet":"outbox","version":2}',
  before: '{"rxcomet":"outbox","version":1}',
  confirmsUnsynced: false,
};

/** `0` follows `/`, so that the keys of a kind end below `KIND0`. */
export const after = (kind: RecordKind): string => `${kind}0`;
export const keyOf = (kind: RecordKind, seq: number): string => `${kind}/${String(seq).padStart(16, '0')}`;
export const seqOf = (key: string): number => Number(key.slice(key.indexOf('/') + 1));

export type RecordKind = 'dead' | 'message' | 'tries';

interface Head {
  readonly action: string;
  readonly key: string;
  readonly at: number;
  readonly trace?: string;
  readonly timeoutMs?: number;
  /** The content is raw bytes, not the JSON text of a request. */
  readonly raw?: true;
}

const LINE_FEED = 10;

export const encodeJsonRecord = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));

/** Throws when it is not JSON. */
export const decodeJsonRecord = (value: Uint8Array | undefined): unknown =>
  JSON.parse(asBuffer(value).toString());

export function encodeMessage({ message, at }: KeptMessage): Uint8Array {
  const { action, key, text, raw, trace, timeoutMs } = message;
  const head: Head = {
    action,
    key,
    at,
    ...(trace === undefined ? {} : { trace }),
    // JSON has no Infinity.
    ...(timeoutMs === undefined ? {} : { timeoutMs: Math.min(timeoutMs, Number.MAX_SAFE_INTEGER) }),
    ...(raw === undefined ? {} : { raw: true }),
  };
  const line = `${JSON.stringify(head)}\n`;
  return raw === undefined ? Buffer.from(line + (text ?? '')) : Buffer.concat([Buffer.from(line), raw]);
}

/** Throws when it is no record of a message; undefined is none. */
export function decodeMessage(seq: number, tries: number, value: Uint8Array | undefined): KeptMessage {
  const bytes = asBuffer(value);
  const end = bytes.indexOf(LINE_FEED);
  const head = JSON.parse(bytes.toString('utf8', 0, end)) as Head;
  if (end < 0 || typeof head.action !== 'string' || typeof head.key !== 'string') {
    throw new Error('no record of a message');
  }
  const content = bytes.subarray(end + 1);
  const message: OutgoingMessage & { readonly key: string } = {
    action: head.action,
    text: head.raw === true ? undefined : content.toString(),
    raw: head.raw === true ? content : undefined,
    key: head.key,
    trace: head.trace,
    timeoutMs: head.timeoutMs,
  };
  return { seq, message, bytes: content.length, at: head.at, tries };
}

export function encodeDeadLetter(kept: KeptMessage, refusal: OutboxRefusal): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(refusal)}\n`), encodeMessage(kept)]);
}

/** Throws when it is no dead letter; undefined is none. */
export function decodeDeadLetter(
  seq: number,
  value: Uint8Array | undefined,
): { readonly kept: KeptMessage; readonly refusal: OutboxRefusal } {
  const bytes = asBuffer(value);
  const end = bytes.indexOf(LINE_FEED);
  const refusal = JSON.parse(bytes.toString('utf8', 0, end)) as OutboxRefusal;
  return { refusal, kept: decodeMessage(seq, 0, bytes.subarray(end + 1)) };
}

function asBuffer(value: Uint8Array | undefined): Buffer {
  if (value === undefined) throw new Error('its checksum is wrong');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** How much an outbox holds. */
export interface OutboxTotals {
  /** Messages that wait. */
  depth: number;
  /** Bytes of their contents. */
  bytes: number;
  deadLetters: number;
}

export const noTotals = (): OutboxTotals => ({ depth: 0, bytes: 0, deadLetters: 0 });

export function sum(a: OutboxTotals, b: OutboxTotals): OutboxTotals {
  return { depth: a.depth + b.depth, bytes: a.bytes + b.bytes, deadLetters: a.deadLetters + b.deadLetters };
}

export function add(to: OutboxTotals, { depth, bytes, deadLetters }: OutboxTotals): void {
  to.depth += depth;
  to.bytes += bytes;
  to.deadLetters += deadLetters;
}

export function subtract(from: OutboxTotals, { depth, bytes, deadLetters }: OutboxTotals): void {
  add(from, { depth: -depth, bytes: -bytes, deadLetters: -deadLetters });
}

/** What a store holds, as each write says it. */
export interface OutboxHeld extends OutboxTotals {
  /** No message that waits has a lower `seq`; those below were deleted. */
  readonly floor: number;
  /** Above every `seq` there was. */
  readonly end: number;
}

export const encodeHeld = (held: OutboxHeld): string => JSON.stringify(held);

/** undefined: nothing says what the store held. */
export function decodeHeld(text: string | undefined): OutboxHeld | undefined {
  if (text === undefined) return undefined;
  const { depth, bytes, deadLetters, floor, end } = JSON.parse(text) as Partial<OutboxHeld>;
  return {
    depth: depth ?? 0,
    bytes: bytes ?? 0,
    deadLetters: deadLetters ?? 0,
    floor: floor ?? 0,
    end: end ?? 0,
  };
}
