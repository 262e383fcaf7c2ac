import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/parseConfig';

// Every key decodes here, whether or not its effect is built.
jest.mock('../../src/config/keysWithoutEffect', () => ({ keysWithoutEffect: { security: [], others: [] } }));

const text = readFileSync(join(__dirname, '../../docs/configuration.md'), 'utf8');

/** Rows of the tables of keys: path and default. */
const rows = [...text.matchAll(/^\| `([A-Z][\w.*]*)` +\|[^|]*\| ([^|]*?) +\|/gm)].map(
  ([, path = '', fallback = '']) => ({ path, fallback }),
);
const documented = new Set(rows.map(({ path }) => path));

const REQUIRED: Readonly<Record<string, unknown>> = {
  Host: { IP: '::1', Port: 1 },
  'Client.*': { IP: '::1', Port: 1 },
};

/** Socket_connection with a value at a path such as Client.*.Queue.Capacity. */
const withKey = (path: string, value: unknown): unknown => {
  const steps = path.split('.');
  const nest = (index: number): unknown => {
    if (index === steps.length) return value;
    const above = REQUIRED[steps.slice(0, index).join('.')] ?? {};
    const key = steps[index] === '*' ? 'T' : (steps[index] ?? '');
    return { ...above, [key]: nest(index + 1) };
  };
  const fallback = path.startsWith('Host') ? {} : { Host: REQUIRED['Host'] };
  return { Socket_connection: { ...fallback, ...(nest(0) as object) } };
};

/** The keys a section knows, from what it says of one that it doesn't. */
const keysOf = (section: string): readonly string[] => {
  try {
    parseConfig(withKey(section === '' ? 'zzzzzzzzzz' : `${section}.zzzzzzzzzz`, 1));
    return [];
  } catch (error) {
    return (
      /zzzzzzzzzz: is no key.*; its keys are (.*)/.exec((error as Error).message)?.[1]?.split(', ') ?? []
    );
  }
};

const SECTIONS = ['Limits', 'Dedup', 'TLS', 'Reconnect', 'Queue', 'Outbox', 'Metrics'];

describe('docs/configuration.md', () => {
  it('lists every key', () => {
    const missing = ['', 'Host', 'Client.*'].flatMap((section) => {
      const prefix = section === '' ? '' : `${section}.`;
      const keys = keysOf(section);
      expect(keys.length).toBeGreaterThan(3);
      return keys.flatMap((key) => {
        const paths = SECTIONS.includes(key)
          ? keysOf(prefix + key).map((below) => `${prefix + key}.${below}`)
          : [prefix + key];
        expect(paths).not.toEqual([]);
        return paths.filter((path) => !documented.has(path));
      });
    });
    expect(missing).toEqual([]);
  });

  const withDefaults = rows.filter(({ fallback }) => /^(?:\d|auto|fail|false)/.test(fallback));

  it('gives many defaults', () => {
    expect(withDefaults.length).toBeGreaterThan(30);
  });

  it.each(withDefaults.filter(({ path }) => !/TLS|Allow\./.test(path)))(
    'gives the default of $path, $fallback',
    ({ path, fallback }) => {
      const value = /^[\d.]+$/.test(fallback) ? Number(fallback) : fallback === 'false' ? false : fallback;
      // An empty section may switch something on, so it is compared with the section and nothing in it.
      const above = path.split('.').slice(0, -1).join('.');
      const bare = /Limits|Dedup|Reconnect|Queue/.test(above) ? withKey(above, {}) : withKey(path, undefined);
      expect(parseConfig(withKey(path, value))).toEqual(parseConfig(bare));
    },
  );

  it('shows YAML that is valid as it is', () => {
    const blocks = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, block]) => block ?? '');
    expect(blocks).toHaveLength(4);
    for (const block of blocks) {
      expect(() => parseConfig(block, { env: { LAB_PORT: '1' } })).not.toThrow();
    }
  });
});
