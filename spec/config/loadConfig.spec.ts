import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/loadConfig';

const TEXT = 'Socket_connection:\n  Host: {IP: 127.0.0.1, Port: 65432}\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rxcomet-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
};

describe('loadConfig', () => {
  it('reads a file and remembers its name', async () => {
    const file = await write('settings.yml', TEXT);
    expect(await loadConfig(file)).toMatchObject({ file, hosts: [{ ip: '127.0.0.1', port: 65432 }] });
  });

  it('takes variables from the environment of the process', async () => {
    process.env['RXCOMET_SPEC_IP'] = '::1';
    try {
      const file = await write('variable.yml', TEXT.replace('127.0.0.1', '"${RXCOMET_SPEC_IP}"'));
      expect((await loadConfig(file)).hosts[0]?.ip).toBe('::1');
    } finally {
      delete process.env['RXCOMET_SPEC_IP'];
    }
  });

  it('lets relative paths start at the folder of the file, not where the program was started', async () => {
    const file = await write(
      'paths.yml',
      `Socket_connection:
  Host: {IP: 127.0.0.1, Port: 1, Dedup: {Path: seen}, TLS: {Cert: a.pem, Key: /etc/b.pem, CA: ca.pem}}
  Client:
    A: {IP: 127.0.0.1, Port: 1, Outbox: {Path: ../outbox}, TLS: {Cert: a.pem, Key: b.pem}}
    B: {IP: 127.0.0.1, Port: 1, TLS: {CA: ca.pem}}
    C: {IP: 127.0.0.1, Port: 1}
`,
    );
    const { hosts, clients } = await loadConfig(file);
    expect(hosts[0]).toMatchObject({
      dedup: { path: join(folder, 'seen') },
      tls: { cert: join(folder, 'a.pem'), key: '/etc/b.pem', ca: join(folder, 'ca.pem') },
    });
    expect(clients[0]).toMatchObject({
      outbox: { path: join(folder, '..', 'outbox') },
      tls: { cert: join(folder, 'a.pem'), key: join(folder, 'b.pem') },
    });
    expect(clients[1]?.tls).toEqual({ ca: join(folder, 'ca.pem'), requireClientCert: false });
    expect(clients[2]).not.toHaveProperty('outbox');
  });

  it('reads UTF-8 and UTF-16 with a byte order mark', async () => {
    const marked = `\uFEFF# Zürich\n${TEXT}`;
    const littleEndian = Buffer.from(marked, 'utf16le');
    const encoded = {
      'utf-8.yml': Buffer.from(marked),
      'utf-16le.yml': littleEndian,
      'utf-16be.yml': Buffer.from(littleEndian).swap16(),
    };
    for (const [name, bytes] of Object.entries(encoded)) {
      expect((await loadConfig(await write(name, bytes))).hosts).toHaveLength(1);
    }
  });

  it('names the place of bytes that are no UTF-8', async () => {
    const file = await write('latin-1.yml', Buffer.from(`a: 1\nCity: Zürich\n${TEXT}`, 'latin1'));
    await expect(loadConfig(file)).rejects.toThrow(`${file}:2:8: is not UTF-8 here; save the file as UTF-8`);
  });

  it('says that a file is missing, with the cause', async () => {
    const file = join(folder, 'nowhere.yml');
    await expect(loadConfig(file)).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: `${file}: there is no such file; check the path, which starts at the current folder`,
      cause: { code: 'ENOENT' },
    });
  });

  it('says that a path is a folder', async () => {
    await expect(loadConfig(folder)).rejects.toThrow(`${folder}: is a folder; name the settings file in it`);
  });

  it('says that a path leads through a file', async () => {
    const file = join(await write('settings.yml', TEXT), 'more.yml');
    await expect(loadConfig(file)).rejects.toThrow(
      `${file}: there is no such file; a part of the path is a file, not a folder`,
    );
  });

  it('places problems in the file', async () => {
    const file = await write('wrong.yml', TEXT.replace('65432', 'none'));
    await expect(loadConfig(file)).rejects.toThrow(
      `${file}:2:31: Socket_connection.Host.Port: expected an integer from 0 to 65535, got the text "none"`,
    );
  });

  it('says that a file is empty', async () => {
    const file = await write('empty.yml', '');
    await expect(loadConfig(file)).rejects.toThrow(`${file}: there is nothing in it; it needs at least `);
  });
});
