import { describeError } from '../../runtime/describeError';
import * as t from 'io-ts';
import type { ParseJsonOptions } from '../json/readJson';
import { parseJson } from '../json/parseJson';
import { BadReply, type Delivered, RemoteError, type SendError } from '../../errors/sending';
import { ReplayNotRecorded } from '../../errors/recordings';
import type { ClientContext } from './ClientContext';
import { type Send, failureFields } from './Send';
import type { Frame } from '../wire/Frame';
import type { Hello } from '../wire/nativeFrames';
import { ProtocolViolation } from '../../errors/connections';

const START = '{"result":';

/**
 * The result in the JSON of a reply (protocol 1.2); undefined when it is no object with "result".
 *
 * Our own spelling is parsed without its wrapper, which saves an object: what stands between `{"result":` and
 * `}` is a JSON value by itself exactly when the whole is an object with this one key. Anything else goes
 * through the parser whole.
 */
export function readResult(text: string, options: ParseJsonOptions): unknown {
  if (text.slice(0, START.length) === START && text.endsWith('}')) {
    try {
      const { bigint, maxNesting, peer } = options;
      return parseJson(text.slice(START.length, -1), { bigint, maxNesting: maxNesting - 1, peer });
    } catch {
      // Told below, with positions in the whole text.
    }
  }
  const reply = parseJson(text, options);
  if (typeof reply === 'object' && reply !== null && Object.hasOwn(reply, 'result')) {
    return (reply as { readonly result: unknown }).result;
  }
  return undefined;
}

/** Reads what a peer answered (protocol 1.2 and 2). */
export class ReplyReader {
  readonly #context: ClientContext;
  readonly #peer: string;

  constructor(context: ClientContext, peer: string) {
    this.#context = context;
    this.#peer = peer;
  }

  /** The result; throws BadReply. */
  result(frame: Frame, send: Send): unknown {
    if (frame.bytes !== undefined) return frame.bytes;
    const { bigint, maxNesting, config } = this.#context;
    let result: unknown;
    try {
      result = readResult(frame.text ?? '', { bigint, maxNesting, peer: this.#peer });
    } catch (error) {
      const text = describeError(error);
      throw new BadReply(text, { ...failureFields(config.name, send, 'yes'), cause: error });
    }
    if (result !== undefined) return result;
    const text = 'the reply is JSON without "result"; protocol 1.2';
    throw new BadReply(text, failureFields(config.name, send, 'yes'));
  }

  /**
   * The error of an error acknowledgement. `delivered`: 'unknown' when it is for the whole connection
   * (protocol 2, Violations).
   */
  error(frame: Frame, send: Send, delivered: Delivered = 'yes'): SendError {
    const fields = failureFields(this.#context.config.name, send, delivered);
    let result: unknown;
    try {
      result = this.result(frame, send);
    } catch (error) {
      if (error instanceof BadReply) return error;
      throw error;
    }
    if (typeof result === 'object' && result !== null) {
      const { code, message } = result as { readonly code?: unknown; readonly message?: unknown };
      const remoteCode = typeof code === 'string' ? code : '';
      const text = typeof message === 'string' ? message : 'the peer answered with an error';
      // A stand-in says so: the peer of the recording would have answered.
      const notRecorded = remoteCode === 'ERR_NOT_RECORDED';
      return new (notRecorded ? ReplayNotRecorded : RemoteError)(text, { ...fields, remoteCode });
    }
    const text =
      typeof result === 'string' ? result.replace(/^Error: /, '') : 'the peer answered with an error';
    // A host that does not know yet how its peer speaks names the code in the header.
    const { code } = frame.header;
    return new RemoteError(text, { ...fields, remoteCode: typeof code === 'string' ? code : '' });
  }
}

/**
 * How COMET's server words a request it could not serve (protocol 1.4); any other string, also one that
 * starts with "Error:", is a result.
 */
const failurePrefixes = [
  'Error: invalid action and or value',
  'No responder function defined for TCP/IP server',
] as const;

/** The text of a legacy reply that is a failure, else undefined. */
export function legacyFailure(result: unknown): string | undefined {
  if (typeof result !== 'string') return undefined;
  return failurePrefixes.some((prefix) => result.startsWith(prefix)) ? result : undefined;
}

const HelloContent = t.type({
  'max-in-flight': t.number,
  'max-content-bytes': t.number,
  'heartbeat-ms': t.number,
  dedup: t.boolean,
});

/** Reads the content of a hello; throws ProtocolViolation. */
export function readHello(frame: Frame, peer: string): Hello {
  const content = parseJson(frame.text ?? 'null', { bigint: false, maxNesting: 8, peer });
  if (!HelloContent.is(content) || content['max-in-flight'] < 1 || content['heartbeat-ms'] < 0) {
    const text = 'hello must hold max-in-flight, max-content-bytes, heartbeat-ms and dedup; protocol 2';
    throw new ProtocolViolation(text, { peer });
  }
  return {
    maxInFlight: content['max-in-flight'],
    maxContentBytes: content['max-content-bytes'],
    heartbeatMs: content['heartbeat-ms'],
    dedup: content.dedup,
  };
}
