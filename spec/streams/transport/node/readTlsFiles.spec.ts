import { readTlsFiles } from '../../../../src/streams/transport/node/readTlsFiles';
import { createAuthority, issueCertificate, type Certificate } from '../../../support/certificates';

describe('readTlsFiles', () => {
  const now = Date.now();
  const day = 86_400_000;
  const files = new Map<string, string>();
  let authority: Certificate;

  beforeAll(async () => {
    authority = await createAuthority('Lab CA');
    const own = await issueCertificate(authority);
    const other = await issueCertificate(authority);
    const expired = await issueCertificate(authority, {
      validFrom: new Date('2020-01-01T00:00:00Z'),
      validTo: new Date('2021-02-03T00:00:00Z'),
    });
    const future = await issueCertificate(authority, {
      validFrom: new Date('2099-01-02T00:00:00Z'),
      validTo: new Date('2100-01-01T00:00:00Z'),
    });
    const encrypted = await issueCertificate(authority, { passphrase: 'open sesame' });
    for (const [path, text] of Object.entries({
      'ca.pem': authority.cert,
      'own.crt': own.cert,
      'own.key': own.key,
      'other.key': other.key,
      'expired.crt': expired.cert,
      'expired.key': expired.key,
      'future.crt': future.cert,
      'future.key': future.key,
      'encrypted.crt': encrypted.cert,
      'encrypted.key': encrypted.key,
      'noise.pem': 'no certificate at all',
      'damaged.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      'bundle.pem': `${expired.cert}\n${authority.cert}`,
      'old-bundle.pem': `${expired.cert}\n${expired.cert}`,
    })) {
      files.set(path, text);
    }
  });

  const read = (tls: { cert?: string; key?: string; ca?: string }, wallTime = now) =>
    readTlsFiles(
      { ...tls, requireClientCert: false },
      {
        where: 'Host.TLS',
        wallTime,
        readText(path) {
          const text = files.get(path);
          if (text !== undefined) return Promise.resolve(text);
          const code = { 'locked.pem': 'EACCES', folder: 'EISDIR', 'bad-disk.pem': 'EIO' }[path] ?? 'ENOENT';
          return Promise.reject(Object.assign(new Error(`${code}: ${path}`), { code }));
        },
      },
    );

  it('gives the texts of what is configured and nothing else', async () => {
    expect(await read({})).toEqual({});
    expect(await read({ ca: 'ca.pem' })).toEqual({ ca: authority.cert });
    expect(await read({ cert: 'own.crt', key: 'own.key', ca: 'ca.pem' })).toEqual({
      cert: files.get('own.crt'),
      key: files.get('own.key'),
      ca: authority.cert,
    });
  });

  it('accepts a bundle of authorities while one of them is valid', async () => {
    expect(await read({ ca: 'bundle.pem' })).toEqual({ ca: files.get('bundle.pem') });
  });

  it.each([
    [{ cert: 'own.crt' }, 'Host.TLS.Cert needs Host.TLS.Key: set it to the path of its PEM file'],
    [{ key: 'own.key' }, 'Host.TLS.Key needs Host.TLS.Cert: set it to the path of its PEM file'],
    [{ cert: 'gone.crt', key: 'own.key' }, 'Host.TLS.Cert: gone.crt does not exist; check the path'],
    [{ cert: 'own.crt', key: 'gone.key' }, 'Host.TLS.Key: gone.key does not exist; check the path'],
    [{ ca: 'locked.pem' }, 'Host.TLS.CA: locked.pem may not be read by this user; give it the right to'],
    [{ ca: 'folder' }, 'Host.TLS.CA: folder is a directory; name the PEM file in it'],
    [{ ca: 'bad-disk.pem' }, 'Host.TLS.CA: bad-disk.pem cannot be read: EIO: bad-disk.pem'],
    [
      { ca: 'noise.pem' },
      'Host.TLS.CA: noise.pem holds no PEM certificate; it should begin with -----BEGIN CERTIFICATE-----',
    ],
    [{ ca: 'damaged.pem' }, 'Host.TLS.CA: damaged.pem holds a damaged certificate; copy it anew'],
    [
      { ca: 'old-bundle.pem' },
      'Host.TLS.CA: old-bundle.pem expired on 2021-02-03; put a new certificate there',
    ],
    [
      { cert: 'own.key', key: 'own.key' },
      'Host.TLS.Cert: own.key holds no PEM certificate but a private key; it should begin with -----BEGIN CERTIFICATE-----',
    ],
    [
      { cert: 'own.crt', key: 'own.crt' },
      'Host.TLS.Key: own.crt holds no private key but a certificate; name the file of the key',
    ],
    [
      { cert: 'own.crt', key: 'noise.pem' },
      'Host.TLS.Key: noise.pem holds no PEM private key; it should begin with -----BEGIN PRIVATE KEY-----',
    ],
    [
      { cert: 'encrypted.crt', key: 'encrypted.key' },
      'Host.TLS.Key: encrypted.key is protected by a passphrase; store it without one, readable only by this user',
    ],
    [
      { cert: 'own.crt', key: 'other.key' },
      'Host.TLS.Key: other.key belongs to another certificate than Host.TLS.Cert: own.crt; set them to a pair',
    ],
    [
      { cert: 'expired.crt', key: 'expired.key' },
      'Host.TLS.Cert: expired.crt expired on 2021-02-03; put a new certificate there',
    ],
    [
      { cert: 'future.crt', key: 'future.key' },
      'Host.TLS.Cert: future.crt is not valid before 2099-01-02; put another there, or set the clock of this machine',
    ],
  ])('refuses %j with the key, the path and the remedy', async (tls, message) => {
    expect(await read(tls).catch(String)).toBe(`BadCertificate: ${message}`);
  });

  it('judges dates by the clock it is given', async () => {
    const tls = { cert: 'own.crt', key: 'own.key' };
    await expect(read(tls, now + 364 * day)).resolves.toHaveProperty('cert');
    await expect(read(tls, now + 366 * day)).rejects.toMatchObject({ code: 'ERR_CERTIFICATE' });
  });
});
