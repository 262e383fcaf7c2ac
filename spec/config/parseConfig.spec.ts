import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { parseConfig } from '../../src/config/parseConfig';
import { Secret } from '../../src/config/types/Secret';

// Every key decodes here, whether or not its effect is built.
jest.mock('../../src/config/keysWithoutEffect', () => ({ keysWithoutEffect: { security: [], others: [] } }));

const MINIMAL = { Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } };

/** Reads the body of Socket_connection, written in YAML. */
const parse = (body: string, env: Record<string, string> = {}) =>
  parseConfig(`Socket_connection:\n${body.replace(/^/gm, '  ')}`, { env });

const hostWith = (keys: string, env: Record<string, string> = {}) => {
  const [host] = parse(`Host: {IP: 127.0.0.1, Port: 1, ${keys}}`, env).hosts;
  if (host === undefined) throw new Error('no host');
  return host;
};

const clientWith = (keys: string, env: Record<string, string> = {}) => {
  const [client] = parse(`Client: {T: {IP: 127.0.0.4, Port: 1, ${keys}}}`, env).clients;
  if (client === undefined) throw new Error('no client');
  return client;
};

describe('a configuration', () => {
  it("of COMET's own kind is valid as it is, with every default filled in", () => {
    const body =
      'Host:\n  IP: 127.0.0.2\n  Port: 65432\nClient:\n  Telegram:\n    IP: 127.0.0.4\n    Port: 65432';
    expect(parse(body)).toEqual({
      file: '',
      hosts: [
        {
          ip: '127.0.0.2',
          port: 65432,
          limits: {
            maxContentBytes: 16777216,
            maxNesting: 128,
            maxConnections: 1024,
            memoryBudgetBytes: 268435456,
            maxUnsentBytes: 16777216,
            maxInFlight: 256,
            frameTimeoutMs: 30000,
            minRateBytesPerS: 16384,
            writeTimeoutMs: 30000,
            idleTimeoutMs: 0,
            lingerMs: 2000,
            handlerTimeoutMs: 30000,
            streamIdleMs: 0,
            abortGraceMs: 1000,
          },
          heartbeatMs: 15000,
        },
      ],
      clients: [
        {
          name: 'Telegram',
          ip: '127.0.0.4',
          port: 65432,
          ackTimeoutMs: 5000,
          connectTimeoutMs: 5000,
          dialect: 'auto',
          parallel: 1,
          heartbeatMs: 15000,
          reconnect: { minDelayMs: 100, maxDelayMs: 10000, jitter: 0.2 },
          queue: { capacity: 10000, maxBytes: 67108864, highWater: 0.8, overflow: 'fail', ttlMs: 0 },
        },
      ],
      bigint: false,
      warnings: [],
    });
  });

  it('is found among the other settings of a lab, whose tags, merges, loops and duplicates are left alone', () => {
    const file = join(__dirname, 'fixtures', 'comet-settings.yml');
    const text = readFileSync(file, 'utf8');
    expect(text.match(/^\S.*:( |$)/gm)?.length).toBeGreaterThan(60);
    const config = parseConfig(text, { file, env: {} });
    expect(config.hosts.map(({ ip, port }) => ({ ip, port }))).toEqual([{ ip: '127.0.0.2', port: 65432 }]);
    expect(config.clients.map(({ name, ip, port }) => ({ name, ip, port }))).toEqual([
      { name: 'Telegram', ip: '127.0.0.4', port: 65432 },
    ]);
    expect(config.warnings).toEqual([]);
  });

  it('is found under settings', () => {
    const config = parseConfig('settings:\n  Socket_connection:\n    Host: {IP: localhost, Port: 5}\n');
    expect(config.hosts[0]).toMatchObject({ ip: 'localhost', port: 5 });
  });

  it('may be an object of the same shape', () => {
    expect(parseConfig(MINIMAL)).toEqual(parse('Host: {IP: 127.0.0.1, Port: 0}'));
  });

  it('leaves the object it came from as it was', () => {
    const source = structuredClone(MINIMAL);
    parseConfig(source);
    expect(source).toEqual(MINIMAL);
    expect(Object.isFrozen(source.Socket_connection)).toBe(false);
  });

  it('is frozen down to its leaves', () => {
    const config = parse(
      'Host: {IP: 127.0.0.1, Port: 1, Allow: [10.0.0.0/8]}\nClient: {T: {IP: pc1, Port: 2}}',
    );
    for (const part of [
      config,
      config.hosts,
      config.hosts[0],
      config.hosts[0]?.limits,
      config.hosts[0]?.allow,
      config.hosts[0]?.allow?.[0],
      config.clients[0]?.queue,
      config.warnings,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('may have several hosts, or only clients', () => {
    const hosts = parse('Host:\n  - {IP: 127.0.0.1, Port: 1}\n  - {IP: "::1", Port: 1}').hosts;
    expect(hosts.map(({ ip }) => ip)).toEqual(['127.0.0.1', '::1']);
    expect(parse('Host:\nClient: {T: {IP: 127.0.0.4, Port: 1}}')).toMatchObject({ hosts: [] });
  });

  it('keeps the clients in the order of the file, whatever their names', () => {
    const names = ['zeta', '2', '1', '__proto__', 'constructor', 'on', 'lab 7'];
    const body = names.map((name) => `${name}: {IP: 127.0.0.4, Port: 1}`).join('\n  ');
    expect(parse(`Client:\n  ${body}`).clients.map(({ name }) => name)).toEqual(names);
  });

  it('takes a section with everything commented out as one with defaults', () => {
    expect(hostWith('Limits: ').limits.maxNesting).toBe(128);
    expect(clientWith('Queue: ').queue.capacity).toBe(10000);
  });

  it('reads every key', () => {
    const [host] = parse(
      `Host:
  IP: fe80::1%eth0
  Port: 0
  Heartbeat_ms: 0
  Limits: {Max_nesting: 9, Linger_ms: 0}
  Dedup: {Path: ./seen}
  TLS: {Cert: a.pem, Key: b.pem, CA: c.pem, Require_client_cert: yes}
  Allow: [10.0.0.0/8, {Cidr: "fd00::/8", Legacy: true}, 192.168.0.7]
  Token: secret`,
    ).hosts;
    expect(host).toMatchObject({
      ip: 'fe80::1%eth0',
      heartbeatMs: 0,
      limits: { maxNesting: 9, lingerMs: 0, maxConnections: 1024 },
      dedup: { windowMs: 86400000, maxKeys: 1000000, path: './seen' },
      tls: { cert: 'a.pem', key: 'b.pem', ca: 'c.pem', requireClientCert: true },
      allow: [
        { cidr: '10.0.0.0/8', legacy: false },
        { cidr: 'fd00::/8', legacy: true },
        { cidr: '192.168.0.7', legacy: false },
      ],
    });
    expect(host?.token?.reveal()).toBe('secret');
    const config = parse(
      `Bigint: true
Metrics: {IP: 127.0.0.1, Port: 9100}
Client:
  T:
    IP: stage.lab
    Port: 1
    Ack_timeout_ms: 1
    Connect_timeout_ms: 2
    Dialect: native
    Parallel: 3
    Heartbeat_ms: 4
    Reconnect: {Min_delay_ms: 5, Max_delay_ms: 6, Jitter: 0}
    Queue: {Capacity: 7, Max_bytes: 8, High_water: 1, Overflow: drop-oldest, Ttl_ms: 9}
    Outbox: {Path: ./out}
    TLS: {CA: c.pem}
    Token: secret`,
    );
    expect(config).toMatchObject({ bigint: true, metrics: { ip: '127.0.0.1', port: 9100 } });
    expect(config.clients[0]).toEqual({
      name: 'T',
      ip: 'stage.lab',
      port: 1,
      ackTimeoutMs: 1,
      connectTimeoutMs: 2,
      dialect: 'native',
      parallel: 3,
      heartbeatMs: 4,
      reconnect: { minDelayMs: 5, maxDelayMs: 6, jitter: 0 },
      queue: { capacity: 7, maxBytes: 8, highWater: 1, overflow: 'drop-oldest', ttlMs: 9 },
      outbox: { path: './out' },
      tls: { ca: 'c.pem', requireClientCert: false },
      token: expect.any(Secret) as Secret,
    });
  });
});

describe('YAML inside Socket_connection', () => {
  it('is read as YAML 1.1: octal, hex, sexagesimal and underscores are numbers, yes is true', () => {
    expect(hostWith('Heartbeat_ms: 017').heartbeatMs).toBe(15);
    expect(hostWith('Heartbeat_ms: 0x1F').heartbeatMs).toBe(31);
    expect(hostWith('Heartbeat_ms: 1:30').heartbeatMs).toBe(90);
    expect(hostWith('Heartbeat_ms: 15_000').heartbeatMs).toBe(15000);
    expect(parse('Host: {IP: localhost, Port: 1}\nBigint: yes').bigint).toBe(true);
  });

  it('honours standard tags', () => {
    expect(hostWith('Heartbeat_ms: !!int "7", Token: !!str 123')).toMatchObject({ heartbeatMs: 7 });
  });

  it('resolves aliases and merges, also from outside the section', () => {
    const config = parseConfig(
      `defaults: &defaults {IP: 127.0.0.4, Port: 65432, Parallel: 2}
port: &port 7
Socket_connection:
  Client:
    A: *defaults
    B: {<<: *defaults, Port: *port}
    C: {Port: 9, <<: [{Parallel: 3}, *defaults]}
`,
    );
    expect(config.clients.map(({ name, ip, port, parallel }) => [name, ip, port, parallel])).toEqual([
      ['A', '127.0.0.4', 65432, 2],
      ['B', '127.0.0.4', 7, 2],
      ['C', '127.0.0.4', 9, 3],
    ]);
  });

  it('may come whole through a merge at the top level', () => {
    const text = 'base: &base {Socket_connection: {Host: {IP: pc1, Port: 1}}}\n<<: *base\n';
    expect(parseConfig(text).hosts[0]).toMatchObject({ ip: 'pc1' });
  });

  it('may start with a byte order mark and end its lines the Windows way', () => {
    const text = '\uFEFFSocket_connection:\r\n  Host:\r\n    IP: 127.0.0.1\r\n    Port: 1\r\n';
    expect(parseConfig(text).hosts[0]).toMatchObject({ ip: '127.0.0.1', port: 1 });
  });
});

describe('environment variables', () => {
  it('are put into texts, and make numbers where numbers are wanted', () => {
    expect(hostWith('Heartbeat_ms: "${BEAT}"', { BEAT: '250' }).heartbeatMs).toBe(250);
    expect(
      parse('Host:\n  IP: 10.0.${NET}.1\n  Port: ${PORT}', { NET: '7', PORT: '80' }).hosts[0],
    ).toMatchObject({ ip: '10.0.7.1', port: 80 });
  });

  it('stay text where text is wanted, whatever they look like', () => {
    for (const token of ['0123', '1e3', 'yes', '1.10']) {
      expect(clientWith('Token: "${TOKEN}"', { TOKEN: token }).token?.reveal()).toBe(token);
    }
  });

  it('may have a default, used when the variable is unset or empty', () => {
    expect(hostWith('Heartbeat_ms: "${BEAT:-7}"').heartbeatMs).toBe(7);
    expect(hostWith('Heartbeat_ms: "${BEAT:-7}"', { BEAT: '' }).heartbeatMs).toBe(7);
    expect(hostWith('Heartbeat_ms: "${BEAT:-7}"', { BEAT: '8' }).heartbeatMs).toBe(8);
  });

  it('are not looked for after $${, which is a literal ${', () => {
    expect(clientWith('Token: "$${TOKEN}"').token?.reveal()).toBe('${TOKEN}');
  });

  it('work in objects, too', () => {
    const source = { Socket_connection: { Host: { IP: '${IP}', Port: '${PORT}' } } };
    expect(parseConfig(source, { env: { IP: '::1', PORT: '5' } }).hosts[0]).toMatchObject({
      ip: '::1',
      port: 5,
    });
  });

  it('come from the process by default', () => {
    process.env['RXCOMET_SPEC_PORT'] = '4321';
    try {
      const source = { Socket_connection: { Host: { IP: '::1', Port: '${RXCOMET_SPEC_PORT}' } } };
      expect(parseConfig(source).hosts[0]?.port).toBe(4321);
    } finally {
      delete process.env['RXCOMET_SPEC_PORT'];
    }
  });
});

describe('secrets', () => {
  it('are shown as a placeholder by everything that prints', () => {
    const client = clientWith('Token: hunter2');
    for (const printed of [
      inspect(client, { depth: 9, showHidden: true }),
      JSON.stringify(client),
      String(client.token),
    ]) {
      expect(printed).toContain('[secret]');
      expect(printed).not.toContain('hunter2');
    }
  });
});

describe('a host that listens on all addresses', () => {
  const open =
    'which listens on all addresses without TLS, Token or Allow. Set one of them, or a narrower IP.';

  it('without TLS, Token or Allow is warned of, once for all hosts', () => {
    const config = parse(
      'Host:\n  - {IP: 0.0.0.0, Port: 1}\n  - {IP: "0::0", Port: 2}\n  - {IP: 127.0.0.1, Port: 3}',
    );
    expect(config.warnings).toEqual([
      `Anyone who reaches this machine may send to 0.0.0.0:1, [0::0]:2, ${open}`,
    ]);
  });

  it('with one of them is not', () => {
    for (const guard of ['Token: secret', 'Allow: [10.0.0.0/8]', 'TLS: {Cert: a, Key: b}']) {
      expect(parse(`Host: {IP: 0.0.0.0, Port: 1, ${guard}}`).warnings).toEqual([]);
    }
  });
});

describe('metrics that are served on all addresses', () => {
  it('are warned of, and not those on one address', () => {
    const warnings = (ip: string): readonly string[] =>
      parse(`Host: {IP: 127.0.0.1, Port: 1}\nMetrics: {IP: "${ip}", Port: 9464}`).warnings;
    const rest =
      'which listens on all addresses. Set Metrics.IP to 127.0.0.1, or to an address that only the scraper reaches.';
    expect(warnings('0.0.0.0')).toEqual([
      `Anyone who reaches this machine may read the metrics at 0.0.0.0:9464, ${rest}`,
    ]);
    expect(warnings('0::')).toEqual([
      `Anyone who reaches this machine may read the metrics at [0::]:9464, ${rest}`,
    ]);
    expect(warnings('127.0.0.1')).toEqual([]);
  });
});
