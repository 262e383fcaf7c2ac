import { errorCode } from './errorCode';

/** Outcomes of the check of a certificate, as OpenSSL names them. */
const VERDICTS = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Whether an error of a socket comes from TLS and not from the connection below it. */
export function isTlsError(error: Error): boolean {
  const code = errorCode(error);
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || VERDICTS.has(code);
}
