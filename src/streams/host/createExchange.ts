import { Exchange, type ReplyPort } from '../dispatch/Exchange';
import type { Frame } from '../wire/Frame';
import type { HostContext } from './HostContext';
import { isTraceparent } from '../wire/nativeKeys';
import { Message } from '../messages/Message';

/**
 * The message that a whole frame holds, and what becomes of it. `replyId` is 0 for a one-shot peer, for whom
 * the keys of protocol 2 mean nothing. Throws when the content is no request (protocol 1.2).
 */
export function createExchange(
  port: ReplyPort,
  context: HostContext,
  peer: string,
  frame: Frame,
  replyId: number,
  noAck: boolean,
): Exchange {
  const { header } = frame;
  const native = replyId !== 0;
  let action = '';
  let value: unknown = frame.bytes;
  if (frame.text !== undefined) {
    const request = context.requests.read(frame.text, peer);
    action = request.action;
    value = request.value;
  } else if (native && typeof header.action === 'string') action = header.action;
  const exchange = new Exchange(port, context.chain);
  exchange.replyId = replyId;
  exchange.noAck = noAck;
  exchange.wireBytes = frame.wireBytes;
  exchange.message = new Message<unknown, unknown>(
    {
      action,
      value,
      peer,
      host: context.name,
      id: native ? replyId : undefined,
      // Checked before, where they have a meaning.
      key: native ? (header.messageKey as string | undefined) : undefined,
      redelivered: false,
      receivedAt: context.clock.wallTime(),
      dialect: native ? 'native' : 'comet',
      trace: native ? traceOf(header.traceparent) : undefined,
    },
    exchange,
  );
  return exchange;
}

/**
 * As W3C Trace Context wants it, one that is malformed counts as none: tracing is no reason to refuse a
 * message.
 */
function traceOf(traceparent: unknown): string | undefined {
  return typeof traceparent === 'string' && isTraceparent(traceparent) ? traceparent : undefined;
}
