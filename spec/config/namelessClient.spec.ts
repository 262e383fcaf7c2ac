import { ConfigError, parseConfig } from 'rxcomet';

/**
 * As settings files that COMET ships have it: a document of one indented mapping, and a client without a
 * name.
 */
const SHIPPED = `--- # Block of dict entries

    # Critical parameters
    Settings_name: settings
    TelegramBot:
        Ada: 4711

    Socket_connection: # between processes
        Host:
          IP: 127.0.0.2
          Port: 65432

        Client:
          IP: 127.0.0.4
          Port: 65432

`;

const clientsIn = (text: string) =>
  parseConfig(text).clients.map(({ name, ip, port, ackTimeoutMs }) => ({ name, ip, port, ackTimeoutMs }));
const reportOf = (text: string): string => {
  try {
    parseConfig(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'fine';
};

describe('A client whose IP and Port stand directly under Client', () => {
  it('is read as a client of the name Client, with one warning; the host is served', () => {
    const { hosts, warnings } = parseConfig(SHIPPED);
    expect(clientsIn(SHIPPED)).toEqual([
      { name: 'Client', ip: '127.0.0.4', port: 65432, ackTimeoutMs: 5000 },
    ]);
    expect(hosts).toMatchObject([{ ip: '127.0.0.2', port: 65432 }]);
    expect(warnings).toEqual([
      'Socket_connection.Client has IP and Port directly under it, so this client is called "Client"; put a name of your choice in between: Client: {Telegram: {IP: 127.0.0.4, Port: 65432}}.',
    ]);
  });

  it('may have every key of a client', () => {
    const text =
      'Socket_connection: {Client: {IP: 127.0.0.4, Port: 5, Ack_timeout_ms: 7, Queue: {Capacity: 3}, Reconnect: {Jitter: 0}}}';
    expect(parseConfig(text).clients).toMatchObject([
      { name: 'Client', ackTimeoutMs: 7, queue: { capacity: 3 }, reconnect: { jitter: 0 } },
    ]);
  });

  it.each<[string, string, string]>([
    ['IP alone', '{IP: 127.0.0.4}', 'Client.Port: is missing; add Port'],
    ['Port alone', '{Port: 5}', 'Client.IP: is missing; add IP'],
    ['a bad Port', '{IP: 127.0.0.4, Port: 70000}', 'Client.Port: expected an integer from 1 to 65535'],
    ['a mistyped key', '{IP: 127.0.0.4, Port: 5, Ack_timout_ms: 7}', 'did you mean Ack_timeout_ms?'],
  ])('with %s is refused with the place', (_, client, expected) => {
    expect(reportOf(`Socket_connection: {Client: ${client}}`)).toContain(expected);
  });

  it('beside clients with a name is refused, because it would be read in two ways', () => {
    const text =
      'Socket_connection:\n  Client:\n    IP: 127.0.0.4\n    Port: 5\n    Telegram: {IP: 127.0.0.5, Port: 6}\n';
    expect(reportOf(text)).toBe(
      '2:3: Socket_connection.Client: some clients have a name and one has none: IP and Port stand directly under Client; put a name in between: Client: {Telegram: {IP: 127.0.0.4, Port: 65432}}',
    );
  });

  it('is not what a client of the name IP or Port is', () => {
    const text =
      'Socket_connection: {Client: {IP: {IP: 127.0.0.4, Port: 5}, Port: {IP: 127.0.0.5, Port: 6}}}';
    expect(clientsIn(text).map(({ name }) => name)).toEqual(['IP', 'Port']);
    expect(parseConfig(text).warnings).toEqual([]);
  });
});
