import { BadReply, type Delivered, RemoteError, type SendError } from '../errors/sending';
import { ReplayNotRecorded } from '../errors/recordings';
import type { ClientContext } from './ClientContext';
import { failureFields } from './failureFields';
import type { Frame } from './wire/Frame';
import { readResult } from './readResult';
import type { Send } from './Send';

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
      const text = error instanceof Error ? error.message : String(error);
      throw new BadReply(text, { ...failureFields(config.name, send, 'yes'), cause: error });
    }
    if (result !== undefined) return result;
    const text = 'the reply is JSON without "result"; protocol 1.2';
    throw new BadReply(text, failureFields(config.name, send, 'yes'));
  }

  /** The error of an error acknowledgement. `delivered`: 'unknown' when it is for the whole connection (protocol 2, Violations). */
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
