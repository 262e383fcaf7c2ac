import type { TLSSocket } from 'node:tls';
import { TlsFailed } from '../../../errors/connections';
import { errorCode } from '../failures';
import { explainTls, type TlsSide } from './toTlsFailed';

/** Alerts that end a handshake over our certificate or its absence. */
const REFUSALS = /_ALERT_(?:\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR)$/;

/**
 * Under TLS 1.3 a client may write before the host has judged its certificate, so a refusal comes when the
 * connection looks open. What is returned tells of the end of a connection without data whether it was one:
 * then the host has handled nothing. undefined under TLS 1.2, where the handshake itself fails.
 *
 * An alert says so. Node's hosts send none for a certificate they don't trust, but whatever accepts one sends
 * session tickets first: a host that asked for a certificate and ends without them has refused it.
 */
export function findRefusal(
  socket: TLSSocket,
  side: TlsSide,
): ((error: Error | undefined) => TlsFailed | undefined) | undefined {
  if (socket.getProtocol() !== 'TLSv1.3') return undefined;
  // Filled by the host's request for a certificate.
  const wasAsked = socket.getSharedSigalgs().length > 0;
  let accepted = false;
  socket.once('session', () => {
    accepted = true;
  });
  return (cause) => {
    if (accepted) return undefined;
    const code = cause === undefined ? '' : errorCode(cause);
    const isAlert = REFUSALS.test(code);
    const isEnd = cause === undefined || code === 'ECONNRESET' || code === 'EPIPE';
    if (!isAlert && !(isEnd && wasAsked)) return undefined;
    const text = isAlert && cause !== undefined ? explainTls(cause, side) : notAccepted(side);
    return new TlsFailed(text, { peer: side.peer, refused: true, ...(cause === undefined ? {} : { cause }) });
  };
}

function notAccepted({ where }: TlsSide): string {
  return `the peer asks for a certificate and does not accept ours; set ${where}.Cert and ${where}.Key to one that its CA signed`;
}
