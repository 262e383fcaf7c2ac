import { generate } from 'selfsigned';

/** A certificate and its key as PEM text. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says; a valid one for 127.0.0.1 and localhost by default. */
export interface CertificateOptions {
  /** IP addresses and DNS names it is for. */
  readonly names?: readonly string[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
  /** Encrypts the key. */
  readonly passphrase?: string;
}

/**
 * Makes an authority that signs certificates, itself valid from 2019 on; an intermediate one when another
 * signs it.
 */
export async function createAuthority(name: string, by?: Certificate): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(by === undefined ? {} : { ca: by }),
    notBeforeDate: new Date('2019-01-01T00:00:00Z'),
    notAfterDate: new Date('2100-01-01T00:00:00Z'),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** Has an authority sign a new certificate, or with none the certificate itself. */
export async function issueCertificate(
  authority: Certificate | undefined,
  options: CertificateOptions = {},
): Promise<Certificate> {
  const { names = ['127.0.0.1', 'localhost'], validTo, passphrase } = options;
  // A little earlier than now, since dates in certificates know no fractions of a second.
  const { validFrom = new Date(Date.now() - 60_000) } = options;
  const made = await generate([{ name: 'commonName', value: 'rxcomet spec' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(authority === undefined ? {} : { ca: authority }),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
        ),
      },
    ],
    notBeforeDate: validFrom,
    ...(validTo === undefined ? {} : { notAfterDate: validTo }),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  return { cert: made.cert, key: made.private };
}
