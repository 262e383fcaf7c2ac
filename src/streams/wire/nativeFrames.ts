import type { FrameHeader } from './Frame';
import type { FrameWriter } from './FrameWriter';
import { isMessageId } from './nativeKeys';

/*
 * The frames of the native dialect (protocol 2), in one place. A reader switches on the kind and ends in
 * `unreachable`, so that a new kind stops the compiler at every reader that does not know it. Kinds are small
 * integers: one is made for each frame on the hot path.
 */

/** What a client sends on a native connection. */
export const FromClient = { request: 0, cancel: 1, ping: 2, pong: 3 } as const;
export type FromClient = (typeof FromClient)[keyof typeof FromClient];

/** What a host sends. `unknown`: a status that protocol 2 does not have. */
export const FromHost = {
  result: 0,
  next: 1,
  complete: 2,
  error: 3,
  hello: 4,
  goaway: 5,
  ping: 6,
  pong: 7,
  connectionError: 8,
  unknown: 9,
} as const;
export type FromHost = (typeof FromHost)[keyof typeof FromHost];

export function kindFromClient(header: FrameHeader): FromClient {
  if (header.cancel !== undefined) return FromClient.cancel;
  if (header.ping !== undefined) return FromClient.ping;
  if (header.pong !== undefined) return FromClient.pong;
  return FromClient.request;
}

export function kindFromHost(header: FrameHeader): FromHost {
  if (header.ping !== undefined) return FromHost.ping;
  if (header.pong !== undefined) return FromHost.pong;
  if (header.goaway !== undefined) return FromHost.goaway;
  switch (header.status) {
    case undefined:
      return FromHost.result;
    case 'next':
      return FromHost.next;
    case 'complete':
      return FromHost.complete;
    case 'error':
      return header.messageId === undefined ? FromHost.connectionError : FromHost.error;
    case 'hello':
      return isMessageId(header.native) ? FromHost.hello : FromHost.unknown;
    default:
      return FromHost.unknown;
  }
}

/** The end of a switch over kinds. */
export function unreachable(kind: never): never {
  throw new Error(`a frame of kind ${String(kind)} has no reader`);
}

/**
 * Whether the first request of a connection says that its client speaks the native dialect. A version that is
 * not known is answered with ours; anything else under `native` is a foreign key (protocol 2).
 */
export function saysNative(header: FrameHeader): boolean {
  return isMessageId(header.native) && isMessageId(header.messageId);
}

/** What a native host says of itself (protocol 2). */
export interface Hello {
  readonly maxInFlight: number;
  readonly maxContentBytes: number;
  /** 0 = it wants no heartbeat. */
  readonly heartbeatMs: number;
  readonly dedup: boolean;
}

export function writeHello(writer: FrameWriter, hello: Hello): void {
  const content = {
    'max-in-flight': hello.maxInFlight,
    'max-content-bytes': hello.maxContentBytes,
    'heartbeat-ms': hello.heartbeatMs,
    dedup: hello.dedup,
  };
  writer.frame({ status: 'hello', native: 1 }, JSON.stringify(content));
}

export function writePing(writer: FrameWriter): void {
  writer.frame({ ping: 1 }, '');
}

export function writePong(writer: FrameWriter): void {
  writer.frame({ pong: 1 }, '');
}

export function writeCancel(writer: FrameWriter, messageId: number): void {
  writer.frame({ cancel: messageId }, '');
}

/** Requests above `lastId` are not handled any more. */
export function writeGoaway(writer: FrameWriter, lastId: number): void {
  writer.frame({ goaway: lastId }, '');
}

/** A request whose keys do not fit the template of `FrameWriter.request`. */
export interface NativeRequest {
  readonly id: number;
  readonly confirm: boolean;
  readonly key: string | undefined;
  readonly trace: string | undefined;
  /** Of raw content, which has no room for it; '' = none. */
  readonly action: string;
}

/** The keys of a request; `first`: it is the one that finds out, and may carry a token. */
export function requestKeys(
  request: NativeRequest,
  first?: { readonly token: string | undefined },
): Record<string, string | number> {
  const keys: Record<string, string | number> = {};
  if (first !== undefined) keys['native'] = 1;
  keys['message-id'] = request.id;
  keys['connection'] = 'keep-alive';
  if (!request.confirm) keys['ack'] = 'none';
  if (request.key !== undefined) keys['message-key'] = request.key;
  if (request.trace !== undefined) keys['traceparent'] = request.trace;
  if (request.action !== '') keys['action'] = request.action;
  if (first?.token !== undefined) keys['authorization'] = `Bearer ${first.token}`;
  return keys;
}
