import type { KeptAnswer } from '../../streams/dedup/DedupStore';
import type { EncodedResult } from '../../streams/dispatch/encodeResult';
import type { StoreFormat } from '../LevelStore';

/*
 * A key is stored as `k` + message-key with this value, numbers big-endian:
 *
 *   state: 1 byte | at: float64, ms since 1970 | answer, when state is `inline`
 *
 * and a larger answer as `a` + message-key:
 *
 *   streamed: 1 byte | { raw: 1 byte | length: uint32 | bytes } for each result
 *
 * Each write says besides how many keys the store holds with it, in JSON.
 */
export const format: StoreFormat = {
  name: 'store of Dedup',
  purpose: 'Dedup.Path',
  key: '!rxcomet',
  text: 'dedup 2',
  before: 'dedup 1',
  confirmsUnsynced: true,
};

export const encodeHeld = (keys: number): string => JSON.stringify({ keys });

/** undefined: nothing says how many keys there were. */
export function decodeHeld(text: string | undefined): number | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as { readonly keys: number }).keys;
}

/** What the first byte says. */
export const KeyState = { entered: 0, inline: 1, apart: 2, notKept: 3 } as const;

const START_BYTES = 9;

/** What a stored key says. */
export interface KeyRecord {
  readonly state: (typeof KeyState)[keyof typeof KeyState];
  readonly at: number;
  /** Empty unless state is `inline`. */
  readonly answer: Uint8Array;
}

const nothing: Uint8Array = new Uint8Array(0);
const states: readonly number[] = Object.values(KeyState);

export function encodeKeyRecord(state: KeyRecord['state'], at: number, answer = nothing): Uint8Array {
  const bytes = Buffer.alloc(START_BYTES + answer.length);
  bytes.writeUInt8(state, 0);
  bytes.writeDoubleBE(at, 1);
  bytes.set(answer, START_BYTES);
  return bytes;
}

/** Undefined: it was not written by `encodeKeyRecord`. */
export function decodeKeyRecord(bytes: Uint8Array): KeyRecord | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const state = view[0];
  if (view.length < START_BYTES || state === undefined || !states.includes(state)) return undefined;
  return {
    state: state as KeyRecord['state'],
    at: view.readDoubleBE(1),
    answer: view.subarray(START_BYTES),
  };
}

export function encodeAnswer({ streamed, results }: KeptAnswer): Uint8Array {
  const pieces: Uint8Array[] = [Uint8Array.of(streamed ? 1 : 0)];
  for (const result of results) {
    const raw = typeof result !== 'string';
    const content = raw ? result : Buffer.from(result);
    const start = Buffer.alloc(5);
    start.writeUInt8(raw ? 1 : 0, 0);
    start.writeUInt32BE(content.length, 1);
    pieces.push(start, content);
  }
  return Buffer.concat(pieces);
}

/** Undefined: it was not written by `encodeAnswer`. */
export function decodeAnswer(bytes: Uint8Array): KeptAnswer | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const results: EncodedResult[] = [];
  let at = 1;
  while (at + 5 <= view.length) {
    const end = at + 5 + view.readUInt32BE(at + 1);
    if (end > view.length) return undefined;
    const content = view.subarray(at + 5, end);
    results.push(view[at] === 1 ? content : content.toString());
    at = end;
  }
  return at === view.length ? { streamed: view[0] === 1, results } : undefined;
}
