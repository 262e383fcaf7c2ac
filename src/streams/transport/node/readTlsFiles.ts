import { describeError } from '../../../runtime/describeError';
import { type KeyObject, X509Certificate, createPrivateKey } from 'node:crypto';
import type { TlsConfig } from '../../../config/types/TlsConfig';
import { BadCertificate } from '../../../errors/setUp';
import { errorCode } from '../failures';

/** The contents of the PEM files of a `TLS` entry, checked. */
export interface TlsFiles {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs;

/** What `readTlsFiles` works with. */
interface TlsFilesOptions {
  /** Where the entry stands, for messages: `Host.TLS`, `Client.Telegram.TLS`. */
  readonly where: string;
  /** Gives the text of a file. */
  readonly readText: (path: string) => Promise<string>;
  /** Now, in ms since 1970. */
  readonly wallTime: number;
}

/**
 * Reads the PEM files of a `TLS` entry and checks them before OpenSSL sees them, so that a mistake is told
 * with the key of the configuration, the path and the remedy. Rejects with BadCertificate: a file is
 * unreadable or of the wrong kind, a certificate is expired or not valid yet, the key is encrypted or belongs
 * to another certificate.
 */
export async function readTlsFiles(tls: TlsConfig, options: TlsFilesOptions): Promise<TlsFiles> {
  const { where, readText, wallTime } = options;
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    const [given, missing] = tls.cert === undefined ? ['Key', 'Cert'] : ['Cert', 'Key'];
    throw new BadCertificate(
      `${where}.${given} needs ${where}.${missing}: set it to the path of its PEM file`,
    );
  }
  const files: { cert?: string; key?: string; ca?: string } = {};
  if (tls.cert !== undefined && tls.key !== undefined) {
    const cert = {
      name: `${where}.Cert: ${tls.cert}`,
      text: await read(tls.cert, `${where}.Cert`, readText),
    };
    const key = { name: `${where}.Key: ${tls.key}`, text: await read(tls.key, `${where}.Key`, readText) };
    // The first certificate is our own, those after it lead to the authority.
    const own = certificatesIn(cert)[0];
    if (own !== undefined) {
      checkValidity([own], cert.name, wallTime);
      if (!own.checkPrivateKey(privateKeyIn(key))) {
        throw new BadCertificate(
          `${key.name} belongs to another certificate than ${cert.name}; set them to a pair`,
        );
      }
    }
    files.cert = cert.text;
    files.key = key.text;
  }
  if (tls.ca !== undefined) {
    const ca = { name: `${where}.CA: ${tls.ca}`, text: await read(tls.ca, `${where}.CA`, readText) };
    checkValidity(certificatesIn(ca), ca.name, wallTime);
    files.ca = ca.text;
  }
  return files;
}

interface PemFile {
  /** Key of the configuration and path. */
  readonly name: string;
  readonly text: string;
}

async function read(path: string, key: string, readText: (path: string) => Promise<string>): Promise<string> {
  try {
    return await readText(path);
  } catch (cause) {
    const code = errorCode(cause);
    const reason =
      code === 'ENOENT'
        ? 'does not exist; check the path'
        : code === 'EACCES' || code === 'EPERM'
          ? 'may not be read by this user; give it the right to'
          : code === 'EISDIR'
            ? 'is a directory; name the PEM file in it'
            : `cannot be read: ${describeError(cause)}`;
    throw new BadCertificate(`${key}: ${path} ${reason}`, { cause });
  }
}

function certificatesIn(file: PemFile): X509Certificate[] {
  const blocks = file.text.match(CERTIFICATES) ?? [];
  if (blocks.length === 0) {
    const swapped = file.text.includes('PRIVATE KEY-----') ? ' but a private key' : '';
    throw new BadCertificate(
      `${file.name} holds no PEM certificate${swapped}; it should begin with -----BEGIN CERTIFICATE-----`,
    );
  }
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new BadCertificate(`${file.name} holds a damaged certificate; copy it anew`, { cause });
    }
  });
}

function privateKeyIn(file: PemFile): KeyObject {
  try {
    return createPrivateKey(file.text);
  } catch (cause) {
    const reason = file.text.includes('ENCRYPTED')
      ? 'is protected by a passphrase; store it without one, readable only by this user'
      : file.text.includes('-----BEGIN CERTIFICATE-----')
        ? 'holds no private key but a certificate; name the file of the key'
        : 'holds no PEM private key; it should begin with -----BEGIN PRIVATE KEY-----';
    throw new BadCertificate(`${file.name} ${reason}`, { cause });
  }
}

/** Of several authorities one that is valid suffices: bundles keep the old ones. */
function checkValidity(certificates: readonly X509Certificate[], name: string, wallTime: number): void {
  if (
    certificates.some((one) => Date.parse(one.validFrom) <= wallTime && wallTime <= Date.parse(one.validTo))
  )
    return;
  const first = certificates[0];
  if (first === undefined) return;
  throw new BadCertificate(
    Date.parse(first.validTo) < wallTime
      ? `${name} expired on ${dayOf(first.validTo)}; put a new certificate there`
      : `${name} is not valid before ${dayOf(first.validFrom)}; put another there, or set the clock of this machine`,
  );
}

function dayOf(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}
