import { parseConfig } from '../../src/config/parseConfig';

// Fixed here, because the real table shrinks with every effect that is built.
jest.mock('../../src/config/keysWithoutEffect', () => ({
  keysWithoutEffect: {
    security: ['Host.Token', 'Client.*.TLS'],
    others: ['Host.Dedup', 'Client.*.Outbox', 'Metrics'],
  },
}));

describe('a key whose effect is not built', () => {
  it('refuses to start when it stands for security, wherever it is', () => {
    const text = `Socket_connection:
  Host:
    - {IP: pc1, Port: 1}
    - {IP: pc1, Port: 2, Token: abc}
  Client:
    Telegram: {IP: pc1, Port: 3, TLS: }
`;
    const why =
      'has no effect in this version, and starting without it would not be safe; remove it to start unprotected';
    expect(() => parseConfig(text)).toThrow(
      new RegExp(
        `^4:26: Socket_connection\\.Host\\[1\\]\\.Token: ${why}\n6:34: Socket_connection\\.Client\\.Telegram\\.TLS: ${why}$`,
      ),
    );
  });

  it('is named in one warning with all others otherwise', () => {
    const config = parseConfig({
      Socket_connection: {
        Host: { IP: '::1', Port: 1, Dedup: {} },
        Client: { 'lab 2': { IP: '::1', Port: 1, Outbox: { Path: 'out' } } },
        Metrics: { IP: '::1', Port: 9100 },
      },
    });
    expect(config.warnings).toEqual([
      'Keys without effect in this version: Socket_connection.Host.Dedup, Socket_connection.Client["lab 2"].Outbox, Socket_connection.Metrics.',
    ]);
  });

  it('that is not given is not mentioned', () => {
    expect(parseConfig({ Socket_connection: { Host: { IP: '::1', Port: 1 } } }).warnings).toEqual([]);
  });
});
