import { errorCode } from '../failures';
import { TlsFailed } from '../../../errors/connections';

/**
 * Outcomes of the check of a certificate, as OpenSSL names them, each with what is wrong with the certificate
 * of the peer and what to change. `ca` is our key for the authorities.
 */
const verdicts: Readonly<Record<string, (ca: string) => string>> = {
  CERT_CHAIN_TOO_LONG: () => 'has too many authorities above it; shorten the chain in its Cert',
  CERT_HAS_EXPIRED: () => 'has expired; put a new one into its TLS entry, or set the clock of this machine',
  CERT_NOT_YET_VALID: () =>
    'is not valid yet; put another into its TLS entry, or set the clock of this machine',
  CERT_REJECTED: (ca) => `is rejected for this use by the authority in ${ca}; ask it for another`,
  CERT_REVOKED: () => 'was revoked by its authority; put a new one into its TLS entry',
  CERT_SIGNATURE_FAILURE: (ca) =>
    `has a signature that does not fit the authority of that name; set ${ca} to the PEM file of the present one, or renew the certificate`,
  CERT_UNTRUSTED: (ca) =>
    `is signed by an authority that may not be trusted for this use; set ${ca} to another`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (ca) =>
    `is signed by itself; set ${ca} to the PEM file of that certificate, or give the peer one of an authority`,
  INVALID_CA: () =>
    'is signed by a certificate that may sign none (it lacks CA:TRUE); have an authority sign it',
  INVALID_PURPOSE: () =>
    'is not made for this use (its key usage); ask its authority for one for TLS servers or clients',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: (ca) =>
    `leads to an intermediate authority in ${ca} without the one above it; add the certificate of the root authority to that file`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (ca) =>
    `is not signed by an authority we trust, and the peer sent no certificate that leads to one; where an intermediate authority signed it, append the certificate of that one to the Cert of the peer, else set ${ca} to the PEM file of the authority that did`,
};

function untrusted(ca: string): string {
  return `is not signed by an authority we trust; set ${ca} to the PEM file of the one that signed it`;
}

/** Whether an error of a socket comes from TLS and not from the connection below it. */
export function isTlsError(error: Error): boolean {
  const code = errorCode(error);
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || Object.hasOwn(verdicts, code);
}

/** Whose certificate is spoken of, and where its user can change something. */
export interface TlsSide {
  /** The other side as ip:port. */
  readonly peer: string;
  /** Our part in the handshake. */
  readonly side: 'host' | 'client';
  /** Our own entry of the configuration: `Host.TLS`, `Client.Telegram.TLS`. */
  readonly where: string;
}

/** What went wrong with TLS, and what to change where. `cause` stays the error of OpenSSL or Node. */
export function toTlsFailed(cause: Error, side: TlsSide): TlsFailed {
  return new TlsFailed(explainTls(cause, side), { peer: side.peer, cause });
}

/** The same in words. */
export function explainTls(error: Error, { side, where }: TlsSide): string {
  const code = errorCode(error);
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
  if (Object.hasOwn(verdicts, code)) {
    return `the certificate of the peer ${verdicts[code]?.(`${where}.CA`) ?? ''} (${code})`;
  }
  switch (code) {
    case 'ERR_SSL_HTTP_REQUEST':
      return 'an HTTP request came to a port that speaks TLS; it serves COMET peers, no browsers';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_RECORD_LAYER_FAILURE':
      return side === 'host'
        ? `the peer does not speak TLS (${reason}): a COMET program without TLS, or noise; give it TLS, or take ${where} out`
        : `the peer does not speak TLS (${reason}); give its Host a TLS entry, or take ${where} out`;
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
    case 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION':
    case 'ERR_SSL_NO_SHARED_CIPHER':
      return `the peer has no TLS version or cipher in common with us (${reason}); it needs TLS 1.2 or 1.3`;
    case 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE':
      return `the peer showed no certificate and ${where}.Require_client_cert asks for one; set Cert and Key in its TLS entry`;
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
      return side === 'client'
        ? `the peer asks for a certificate (${reason}); set ${where}.Cert and ${where}.Key to one that its CA signed`
        : `the peer broke the handshake off (${reason})`;
    case 'ERR_TLS_HANDSHAKE_TIMEOUT':
      return 'the TLS handshake was not finished in time';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of the peer is for another name (${reason.trim()}); use one that names it, or set IP to a name in it`;
    case 'ECONNRESET':
    case 'EPIPE':
      return side === 'host'
        ? 'the peer closed the connection during the TLS handshake; a client that does not trust our certificate does so'
        : 'the peer closed the connection during the TLS handshake; does it speak TLS?';
    default:
      if (code.includes('_ALERT_')) {
        return `the peer refused our certificate (${reason}); it must trust the authority that signed ${where}.Cert, and that file must hold the intermediate certificates behind our own`;
      }
      return `TLS failed: ${reason}`;
  }
}
