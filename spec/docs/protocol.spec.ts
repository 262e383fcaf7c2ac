import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createApp, parseConfig } from 'rxcomet';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { recordLink } from '../support/recordLink';

const root = path.join(__dirname, '..', '..');
const text = readFileSync(path.join(root, 'docs', 'protocol.md'), 'utf8');
const headings = [...text.matchAll(/^#{2,4} (.*)$/gm)].map(([, title = '']) => title.replaceAll('`', ''));

/** The rows of a hex dump after a marker: offset, up to 16 bytes, the same as ASCII. */
function dump(name: string): { readonly bytes: Buffer; readonly rows: readonly (readonly string[])[] } {
  const block = new RegExp(`<!-- dump: ${name} -->\\s+\`\`\`[a-z]*\\n([^]*?)\`\`\``).exec(text)?.[1] ?? '';
  const rows = [...block.matchAll(/^([0-9a-f]{4}) {2}([0-9a-f ]{48}) \|(.*)\|$/gm)].map(
    ([, offset = '', hex = '', ascii = '']) => [offset, hex.replaceAll(' ', ''), ascii],
  );
  return { bytes: Buffer.from(rows.map(([, hex = '']) => hex).join(''), 'hex'), rows };
}

/** As Python's json.dumps writes a frame. */
function pythonFrame(content: string): Buffer {
  const header = `{"byteorder": "little", "content-type": "text/json", "content-encoding": "utf-8", "content-length": ${content.length}}`;
  return Buffer.concat([
    Buffer.from([header.length >> 8, header.length & 255]),
    Buffer.from(header + content),
  ]);
}

describe('docs/protocol.md', () => {
  it.each(['request', 'reply'])('shows a %s whose rows agree with each other', (name) => {
    const { rows } = dump(name);
    expect(rows.length).toBeGreaterThan(5);
    rows.forEach(([offset = '', hex = '', ascii = ''], index) => {
      expect(parseInt(offset, 16)).toBe(index * 16);
      expect(ascii).toBe(
        Buffer.from(hex, 'hex')
          .toString('latin1')
          .replace(/[^ -~]/g, '.'),
      );
    });
  });

  it('shows the request as Python writes it', () => {
    const content = '{"action": "TelegramBot", "value": {"4711": "ping"}}';
    expect(dump('request').bytes).toEqual(pythonFrame(content));
  });

  // The frames name the byte order of the machine that writes them.
  (os.endianness() === 'LE' ? it : it.skip)(
    'shows the reply of a host to that request, byte for byte',
    async () => {
      const transport = createMemoryTransport();
      const app = createApp(
        parseConfig({
          Socket_connection: {
            Host: { IP: '127.0.0.1', Port: 1 },
            Client: { T: { IP: '127.0.0.1', Port: 1 } },
          },
        }),
        { transport },
      );
      app.handle('TelegramBot', () => 'pong');
      await app.start();
      const [client] = app.config.clients;
      if (client === undefined) throw new Error('no client');
      const link = await transport.connect(client, new AbortController().signal);
      const record = recordLink(link);
      link.write(dump('request').bytes);
      await record.until(({ events }) => events.includes('end'));
      link.end();
      await record.closed();
      await app.stop();
      expect(Buffer.from(record.text, 'latin1')).toEqual(dump('reply').bytes);
    },
  );

  it('has every clause that code, specs and documents cite', () => {
    const cited = new Set<string>();
    for (const folder of ['src', 'spec', 'docs']) {
      for (const entry of readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(ts|py|md)$/.test(entry.name)) continue;
        const source = readFileSync(path.join(entry.parentPath, entry.name), 'utf8');
        for (const [, numbers = ''] of source.matchAll(
          /\bprotocol (\d(?:\.\d)?(?:(?:, | and )\d(?:\.\d)?)*)/g,
        )) {
          for (const number of numbers.split(/, | and /)) cited.add(number);
        }
      }
    }
    expect([...cited].sort()).toEqual(['1.1', '1.2', '1.3', '1.4', '2', '3']);
    const numbered = headings.flatMap((title) => /^(\d(?:\.\d)?)\.? /.exec(title)?.[1] ?? []);
    expect([...cited].filter((number) => !numbered.includes(number))).toEqual([]);
  });

  it('has the parts of clause 2 that are cited by name', () => {
    for (const name of ['Violations', 'Replies to legacy peers', 'Finding out', 'Flow'])
      expect(headings).toContain(name);
  });

  it('names every key of a header that the code reads', () => {
    const source = readFileSync(path.join(root, 'src', 'streams', 'wire', 'readHeader.ts'), 'utf8');
    const keys = [...source.matchAll(/keys\['([a-z-]+)'\]/g)].map(([, key = '']) => key);
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((key) => !new RegExp(`^\\| .*\`${key}\``, 'm').test(text))).toEqual([]);
  });
});
