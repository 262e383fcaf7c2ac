import { BadOption } from '../../errors/setUp';
import { isRxcometError, type RxcometError } from '../../errors/RxcometError';
import { describeError, readProperty } from '../../runtime/describeError';
import { Unencodable } from '../../errors/sending';
import type { ActionContract } from '../messages/defineAction';
import { isMessageKey, isTraceparent } from '../wire/nativeKeys';

/** Options of one send. */
export interface SendOptions {
  /**
   * From now to the result, of `send` to the first and of `ask` to the last one, in ms; default the client's
   * `Ack_timeout_ms`. Above 0; Infinity waits.
   */
  readonly timeoutMs?: number;
  /**
   * message-key, 1..64 of [A-Za-z0-9_-], unique per message and the same in every repeat; a native host sees
   * it as `message.key`.
   */
  readonly key?: string;
  /** True: travels past the queue on a connection of its own. Default false. */
  readonly urgent?: boolean;
  /** Aborting it fails the send with SendAborted (ERR_SEND_ABORTED), and cancels it at a native peer. */
  readonly signal?: AbortSignal;
  /**
   * W3C traceparent to travel with, `message.trace` for instance. Default: that of the span of OpenTelemetry
   * that is active, if any.
   */
  readonly trace?: string;
}

/** Options of a detached send. */
export interface TellOptions extends SendOptions {
  /** False: no acknowledgement is asked for; fastest, but only local failures are known. Default true. */
  readonly confirm?: boolean;
}

/** Leaves room in a header of 65535 bytes for its other keys. */
const MAX_HEADER_ACTION_BYTES = 60_000;

export function contractOf(action: unknown): ActionContract | undefined {
  return typeof action === 'object' && action !== null ? (action as ActionContract) : undefined;
}

export function contentOf(action: string | ActionContract, value: unknown): unknown {
  const contract = contractOf(action);
  return contract === undefined ? value : contract.encodeValue(value);
}

export function nameOf(action: unknown): string {
  const name = typeof action === 'string' ? action : readProperty(action, 'action');
  return typeof name === 'string' ? name : '';
}

/** With raw content the action travels in the header, which has a largest size (protocol 1.1). */
export function checkHeaderAction(action: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(action));
  if (bytes > MAX_HEADER_ACTION_BYTES) {
    throw new Unencodable(
      `with raw content an action may take ${MAX_HEADER_ACTION_BYTES} bytes, and this one takes ${bytes}`,
    );
  }
}

export function checkArguments(action: unknown, { timeoutMs, key, trace }: SendOptions): void {
  if (typeof action !== 'string' && contractOf(action) === undefined) {
    throw new BadOption('the action must be a string or a contract of defineAction');
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new BadOption(`timeoutMs must be above 0 ms, not ${String(timeoutMs)}`);
  }
  if (key !== undefined && !isMessageKey(key)) {
    throw new BadOption('key must be 1 to 64 of the characters A-Z a-z 0-9 _ - (protocol 2, message-key)');
  }
  if (trace !== undefined && !isTraceparent(trace)) {
    throw new BadOption('trace must be a W3C traceparent such as 00-<32 hex digits>-<16 hex digits>-01');
  }
}

/** Errors of ours pass; a toJSON or a codec that throws is a value that cannot be written. */
export function notSent(error: unknown): RxcometError {
  if (isRxcometError(error)) return error;
  return new Unencodable(`the value cannot be written: ${describeError(error)}`, { cause: error });
}
