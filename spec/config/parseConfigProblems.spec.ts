import { ConfigError } from '../../src/errors/setUp';
import { parseConfig } from '../../src/config/parseConfig';

// Every key decodes here, whether or not its effect is built.
jest.mock('../../src/config/keysWithoutEffect', () => ({ keysWithoutEffect: { security: [], others: [] } }));

const EXAMPLE = 'Socket_connection: {Host: {IP: 127.0.0.1, Port: 65432}}';
const NAMED = 'Client: {Telegram: {IP: 127.0.0.4, Port: 65432}}';

/** The lines of the problem report of s.yml. */
const report = (source: unknown, env: Record<string, string> = {}): readonly string[] => {
  try {
    parseConfig(source, { file: 's.yml', env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
};

/**
 * Problems of the body of Socket_connection, without their common beginning; the body starts on line 2,
 * column 3.
 */
const inside = (body: string, env: Record<string, string> = {}): readonly string[] =>
  report(`Socket_connection:\n${body.replace(/^/gm, '  ')}\n`, env).map((line) =>
    line.replace(/^s\.yml:/, '').replace('Socket_connection.', ''),
  );

describe('the problem report', () => {
  it('names everything wrong at once, in the order of the file', () => {
    const text = `Socket_connection:
  Host: {IP: 127.0.0.256, Port: 65536}
  Clients:
    Telegram: {IP: 127.0.0.4}
  Client:
    Telegram:
      IP: 127.0.0.4
      Prot: 65432
      Queue: {Overflow: drop}
`;
    expect(report(text)).toEqual([
      's.yml:2:14: Socket_connection.Host.IP: expected an IPv4 or IPv6 address or a host name, got the text "127.0.0.256"; an IPv4 address is four numbers from 0 to 255',
      's.yml:2:33: Socket_connection.Host.Port: expected an integer from 0 to 65535, got 65536',
      's.yml:3:3: Socket_connection.Clients: is no key of Socket_connection; its keys are Host, Client, Metrics, Bigint',
      's.yml:8:7: Socket_connection.Client.Telegram.Prot: is no key of a client; did you mean Port?',
      's.yml:9:25: Socket_connection.Client.Telegram.Queue.Overflow: expected one of fail, drop-oldest, drop-newest, got the text "drop"',
    ]);
  });

  it('is there as data, too', () => {
    expect.assertions(2);
    try {
      parseConfig('Socket_connection:\n  Hots: {}\n  Client: {A: {IP: pc1, Port: 1}}\n', { file: 's.yml' });
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({
        code: 'ERR_CONFIG',
        problems: [
          {
            file: 's.yml',
            line: 2,
            column: 3,
            path: 'Socket_connection.Hots',
            message: 'is no key of Socket_connection',
            remedy: 'did you mean Host?',
          },
        ],
      });
    }
  });

  it('of an object names paths only, and of a text without a file line and column', () => {
    const messageOf = (source: unknown): string => {
      try {
        parseConfig(source, { env: {} });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(messageOf({ Socket_connection: { Host: [{ IP: '::1', Port: 1n }] } })).toBe(
      'Socket_connection.Host[0].Port: expected an integer from 0 to 65535, got a JavaScript bigint',
    );
    expect(messageOf({ Socket_connection: { Host: { IP: '::1', Port: true } } })).toBe(
      'Socket_connection.Host.Port: expected an integer from 0 to 65535, got true',
    );
    const text = 'Socket_connection: {Host: {IP: "::1", Port: -1}}';
    const problem = '1:45: Socket_connection.Host.Port: expected an integer from 0 to 65535, got -1';
    expect(messageOf(text)).toBe(problem);
    expect(messageOf(`\uFEFF${text}`)).toBe(problem);
  });

  it('stops printing at a hundred problems and counts the rest', () => {
    const names = Array.from({ length: 150 }, (_, index) => `p${index}: 1`).join('\n  ');
    const lines = inside(`Client:\n  ${names}`);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('and 50 more problems');
  });
});

describe('a text that is not a configuration', () => {
  it.each([
    ['an empty file', '', `s.yml: there is nothing in it; it needs at least ${EXAMPLE}`],
    ['comments only', '# later\n', `s.yml: there is nothing in it; it needs at least ${EXAMPLE}`],
    [
      'the name of a file',
      'settings.yml',
      's.yml:1:1: expected settings with Socket_connection, got a single value; loadConfig reads a file, parseConfig takes its content',
    ],
    [
      'a list',
      '- Host\n',
      `s.yml:1:1: expected settings with Socket_connection, got a list; for example ${EXAMPLE}`,
    ],
    [
      'a tab as indentation',
      'Socket_connection:\n\tHost: 1\n',
      's.yml:2:1: this line is indented with a tab; YAML takes spaces only',
    ],
    [
      'a tab behind spaces',
      'Socket_connection:\n  Host:\n  \tIP: 1\n',
      's.yml:3:3: this line is indented with a tab; YAML takes spaces only',
    ],
    [
      'two colons in a line',
      'Project: Tracker: outer\n',
      's.yml:1:17: ": " cannot stand here; align the line with its neighbours, and quote text that holds ": "',
    ],
    [
      'a quote that is not closed',
      'a: 1\nb: "x\n',
      's.yml:3:1: the text ends within quotes; is a quote above left open?',
    ],
    [
      'a variable without quotes inside { }',
      'Socket_connection: {Host: {Port: ${PORT}}}\n',
      's.yml:1:35: expected a comma or }, got {; is a bracket above left open? Inside { } and [ ] put ${…} in quotes: {Port: "${PORT}"}',
    ],
    [
      'a second document',
      'a: 1\n---\nb: 2\n',
      's.yml:3:1: a second YAML document starts here; keep one document in the file',
    ],
    [
      'an alias without an anchor, wherever it stands',
      'Devices: *smu\n',
      's.yml:1:10: the alias *smu has no anchor; write &smu before the value it stands for, above this line',
    ],
    [
      'an anchor given twice, wherever it stands',
      'Bias: &smu 1\nDevices: &smu 2\n',
      's.yml:2:10: the anchor &smu is given twice; give one of them another name',
    ],
    [
      'a colon at the start of a value inside { }',
      'Socket_connection: {Host: {IP: ::1}}\n',
      's.yml:1:32: expected a value, got a colon; inside { } and [ ] text that starts with a colon needs quotes: {IP: "::1"}',
    ],
    [
      'a date that is none, elsewhere',
      'Started: 2001-02-30\nSocket_connection: {Host: {IP: pc1, Port: 1}}\n',
      's.yml:1:10: 2001-02-30 looks like a date and is none; put it in quotes; PyYAML, which COMET reads the file with, stops here',
    ],
    [
      'a merge of a text, elsewhere',
      'Bias: {<<: 5}\nSocket_connection: {Host: {IP: pc1, Port: 1}}\n',
      's.yml:1:8: << takes a section or a list of them; write <<: *name, where &name stands before a section',
    ],
    [
      'a binary file',
      'MZ\u0000\u0003',
      's.yml:1:3: the character U+0000 is not allowed; is it a text file? Save it as UTF-8',
    ],
    ['no Socket_connection', 'a: 1\n', `s.yml: Socket_connection: is missing; for example ${EXAMPLE}`],
    [
      'a mistyped Socket_connection',
      'a: 1\nsocket_conection: {}\n',
      's.yml:2:1: Socket_connection: is missing; did you mean it by socket_conection?',
    ],
    [
      'Host without Socket_connection',
      'Host: {IP: pc1, Port: 1}\n',
      's.yml:1:1: Socket_connection: is missing; put Host under Socket_connection:',
    ],
    [
      'two sections, one under settings',
      'Socket_connection: {Host: {IP: "::1", Port: 1}}\nsettings: {Socket_connection: {}}\n',
      's.yml:2:12: settings.Socket_connection: stands at the top level, too; keep one of them',
    ],
    [
      'two sections at the top level',
      `${EXAMPLE}\n${EXAMPLE}\n`,
      's.yml:2:1: Socket_connection: is given twice, first on line 1; keep one of them',
    ],
  ])('%s', (_, text, expected) => {
    expect(report(text)).toEqual([expected]);
  });

  it('never shows the lines around a mistake, where a token may stand', () => {
    expect.assertions(2);
    try {
      parseConfig('Token: hunter2\n\tb: 1\n');
    } catch (error) {
      expect((error as Error).message).not.toContain('hunter2');
      expect((error as Error).cause).toBeUndefined();
    }
  });
});

describe('Host and Client', () => {
  const neither = `1:1: Socket_connection: has neither a Host to listen on nor a Client to send to; for example ${EXAMPLE}`;

  it('may not both be missing', () => {
    for (const text of [
      'Socket_connection:\n',
      'Socket_connection: {}\n',
      'Socket_connection: {Host: , Client: {}}',
    ]) {
      expect(report(text)).toEqual([`s.yml:${neither}`]);
    }
  });

  it('are told apart from Clients and Hosts', () => {
    expect(inside('Clients: {}')).toEqual(
      [
        '2:3: Clients: is no key of Socket_connection; did you mean Client?',
        `1:1: Socket_connection: has neither a Host to listen on nor a Client to send to; for example ${EXAMPLE}`,
      ].sort(),
    );
    expect(inside('Hosts: {}\nClient: {A: {IP: pc1, Port: 1}}')).toEqual([
      '2:3: Hosts: is no key of Socket_connection; did you mean Host?',
    ]);
  });

  it('a client may be named IP or Port', () => {
    expect(inside('Client: {IP: {IP: pc1, Port: 1}}')).toEqual([]);
  });

  it.each([
    ['Client: [a]', `2:3: Client: expected a name for each client, got a list; for example ${NAMED}`],
    [
      'Client: {"": {IP: pc1, Port: 1}}',
      `2:12: Client[""]: a client has an empty name; for example ${NAMED}`,
    ],
    [
      'Client: {A: {Port: 1}}',
      '2:12: Client.A.IP: is missing; add IP: an IPv4 or IPv6 address or a host name',
    ],
    ['Client: {A: {IP: pc1, Port: 0}}', '2:31: Client.A.Port: expected an integer from 1 to 65535, got 0'],
    ['Host: {IP: pc1}', '2:3: Host.Port: is missing; add Port: an integer from 0 to 65535'],
    ['Host: [{IP: pc1}]', '2:10: Host[0].Port: is missing; add Port: an integer from 0 to 65535'],
    [
      'Host: 65432',
      '2:9: Host: expected a host, got a number; its keys are IP, Port, Limits, Heartbeat_ms, Dedup, TLS, Allow, Token',
    ],
    [
      'Host: [{IP: pc1, Port: 1}, {IP: pc1, Port: 1}]',
      '2:3: Host: two hosts have the address pc1 port 1; change one Port',
    ],
    [
      'Client: {A: {IP: pc1, Port: 1, Outbox: {Path: box}}, B: {IP: pc1, Port: 2, Outbox: {Path: ./box}}}',
      '2:3: Client: two stores (Outbox, Dedup) have the path ./box; give each its own Path',
    ],
    [
      '{Host: {IP: pc1, Port: 1}, Metrics: {IP: pc1, Port: 1}}',
      '2:30: Metrics: a host has the address pc1 port 1 already; change one Port',
    ],
    [
      'Host: {IP: pc1, Port: 1, Port: 2}',
      '2:28: Host.Port: is given twice, first on line 2; keep one of them',
    ],
  ])('%s', (body, expected) => {
    expect(inside(body)).toEqual([expected]);
  });
});

describe('a value', () => {
  it.each([
    ['Port: "65432"', 'expected an integer from 0 to 65535, got the text "65432"; remove the quotes'],
    ['Port: 1.5', 'expected an integer from 0 to 65535, got 1.5'],
    ['Port: 0200000', 'expected an integer from 0 to 65535, got 0200000 (which YAML reads as 65536)'],
    ['Port: 0o17', 'expected an integer from 0 to 65535, got the text "0o17"'],
    ['Port: yes', 'expected an integer from 0 to 65535, got yes (which YAML reads as true)'],
    ['Port: .nan', 'expected an integer from 0 to 65535, got .nan (which YAML reads as NaN)'],
    ['Port: [1]', 'expected an integer from 0 to 65535, got a list'],
    ['Port:', 'is empty, expected an integer from 0 to 65535; give a value or remove the key'],
    ['IP: 127', 'expected an IPv4 or IPv6 address or a host name, got 127; put it in quotes'],
    [
      'IP: 127.0.0.1:80',
      'expected an IPv4 or IPv6 address or a host name, got the text "127.0.0.1:80"; the port has its own key: Port',
    ],
    ['Heartbeat_ms: -1', 'expected an integer from 0 to 2147483647, got -1'],
    ['Limits: {Max_nesting: 0}', 'expected an integer from 1 to 10000, got 0'],
    ['Limits: {Frame_timeout_ms: 0}', 'expected a positive integer up to 2147483647, got 0'],
    ['Limits: {Max_connections: many}', 'expected a positive integer, got the text "many"'],
    [
      'TLS: {Cert: a, Key: b, Require_client_cert: true}',
      'has no CA to check the certificates of peers with; add CA: a path',
    ],
    [
      'Allow: []',
      'expected a list of networks, got an empty list; write "- " and a network such as 10.0.0.0/8 or fd00::/8, a line each',
    ],
    ['Allow: [10.0.0.0/33]', 'expected a network such as 10.0.0.0/8 or fd00::/8, got the text "10.0.0.0/33"'],
    ['Dedup: {Window: 5}', 'is no key of the dedup of a host; did you mean Window_ms?'],
  ])('of a host: %s', (line, expected) => {
    const others = [
      ...(line.startsWith('IP') ? [] : ['IP: 127.0.0.1']),
      ...(line.startsWith('Port') ? [] : ['Port: 1']),
    ];
    const lines = inside(['Host:', ...[...others, line].map((key) => `  ${key}`)].join('\n'));
    expect(lines.map((text) => text.replace(/^\d+:\d+: [^ ]*: /, ''))).toEqual([expected]);
  });

  it.each([
    ['Dialect: Comet', 'expected one of auto, comet, native, got the text "Comet"; did you mean comet?'],
    ['Parallel: 0', 'expected a positive integer, got 0'],
    ['Reconnect: {Jitter: 1.5}', 'expected a number from 0 to 1, got 1.5'],
    ['Queue: {High_water: 0}', 'expected a number above 0, up to 1, got 0'],
    [
      'Reconnect: {Min_delay_ms: 20000}',
      'the first delay 20000 is more than the longest, 10000; lower it or raise Max_delay_ms',
    ],
    ['TLS: {Cert: a}', 'is of no use without Key; add Key: a path'],
    ['TLS: {Require_client_cert: true}', 'is no key of the TLS of a client; its keys are Cert, Key, CA'],
    ['Outbox: {}', 'is missing; add Path: a path'],
  ])('of a client: %s', (line, expected) => {
    const lines = inside(`Client:\n  A:\n    IP: 127.0.0.4\n    Port: 1\n    ${line}`);
    expect(lines.map((text) => text.replace(/^\d+:\d+: [^ ]*: /, ''))).toEqual([expected]);
  });

  it('that is a secret, or came from the environment, is never shown', () => {
    expect(inside('Host: {IP: pc1, Port: "${SECRET}", Token: 31337}', { SECRET: 'hunter2' })).toEqual([
      '2:25: Host.Port: expected an integer from 0 to 65535, got the value of ${SECRET}',
      '2:45: Host.Token: expected a text of 1 to 4096 characters without spaces, got a number; put it in quotes',
    ]);
    expect(inside('Host: {IP: pc1, Port: 1, Token: "hunter 2"}').join()).not.toContain('hunter');
    expect(inside('Host: {IP: pc1, Port: 1, Token:hunter2}')).toEqual([
      '2:28: Host.Token: needs a space after its colon in a host; write "Token: " and the value',
    ]);
    expect(inside('Host: {IP: pc1, Port: 1, Tokn: hunter2}')).toEqual([
      '2:28: Host.Tokn: is no key of a host; did you mean Token?',
    ]);
  });

  it('Token does not go with Dialect comet, told beside other problems', () => {
    expect(inside('Client: {A: {IP: pc1, Token: abc, Dialect: comet}}')).toEqual([
      '2:12: Client.A.Port: is missing; add Port: an integer from 1 to 65535',
      '2:25: Client.A.Token: cannot be sent in Dialect comet, which has no place for it; remove Token, or set Dialect to auto or native',
    ]);
  });
});

describe('environment variables', () => {
  const set = 'write ${NAME} or ${NAME:-default}, and $${ for a literal ${';

  it.each([
    ['${PORT}', 'the environment variable PORT is not set; set it, or give a default: ${PORT:-default}'],
    [
      '${toString}',
      'the environment variable toString is not set; set it, or give a default: ${toString:-default}',
    ],
    ['${}', `\${} is no variable; ${set}`],
    ['${1ST}', `\${1ST} is no variable; ${set}`],
    ['${PORT', `\${ is not closed; ${set}`],
    ['${EMPTY}', 'expected an integer from 0 to 65535, got the value of ${EMPTY}'],
  ])('%s', (written, expected) => {
    expect(inside(`Host: {IP: pc1, Port: "${written}"}`, { EMPTY: '' })).toEqual([
      `2:25: Host.Port: ${expected}`,
    ]);
  });
});

describe('tags, anchors and merges inside Socket_connection', () => {
  it.each([
    [
      'Host: {IP: !env IP, Port: 1}',
      '2:14: Host.IP: the tag !env is not known here; remove the tag; ${NAME} takes a value from the environment',
    ],
    [
      'Host: !include host.yml',
      '2:9: Host: the tag !include is not known here; remove the tag; ${NAME} takes a value from the environment',
    ],
    [
      'Host: !lab {IP: pc1}',
      '2:3: Host: the tag !lab is not known here; remove the tag; ${NAME} takes a value from the environment',
    ],
    [
      'Host: {IP: pc1, Port: !!int eighty}',
      '2:25: Host.Port: is tagged !!int but written as something else; remove the tag',
    ],
    [
      'Host: &host {IP: *host, Port: 1}',
      '2:16: Host.IP: contains itself through an alias; write the value out',
    ],
    [
      'Host: {<<: 5, IP: pc1, Port: 1}',
      '2:10: Host: << takes a section or a list of them; write <<: *name, where &name stands before a section',
    ],
    [
      'Host: &h {IP: pc1, Port: 1, <<: *h}',
      '2:31: Host: contains itself through an alias; write the value out',
    ],
    ['Host: {IP: pc1, Port: 1, [a]: 1}', '2:28: Host: a key must be text, not a list or section'],
  ])('%s', (body, expected) => {
    expect(inside(body)).toEqual([expected]);
  });

  it('end with a problem when aliases multiply without bound', () => {
    const levels = Array.from(
      { length: 40 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]`,
    );
    const text = `a0: &a0 x\n${levels.join('\n')}\nSocket_connection: {Host: *a40}\n`;
    expect(report(text)).toContainEqual(
      expect.stringMatching(
        /aliases and merges make more than 100000 values of this; write out what you need$/,
      ),
    );
  });

  it('end with a problem when merges multiply without bound', () => {
    const levels = Array.from(
      { length: 40 },
      (_, level) => `a${level + 1}: &a${level + 1} {<<: [${Array(10).fill(`*a${level}`).join(', ')}]}`,
    );
    const text = `a0: &a0 {IP: "::1", Port: 1}\n${levels.join('\n')}\nSocket_connection: {Host: *a40}\n`;
    expect(report(text)).toContainEqual(
      expect.stringMatching(
        /aliases and merges make more than 100000 values of this; write out what you need$/,
      ),
    );
  });

  it('may multiply outside without being looked at', () => {
    const levels = Array.from(
      { length: 40 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]`,
    );
    expect(report(`a0: &a0 x\n${levels.join('\n')}\n${EXAMPLE}\n`)).toEqual([]);
  });
});
