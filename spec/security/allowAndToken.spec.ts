import type { Logger } from '../../src/runtime/Logger';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import {
  createTestApp,
  openTestApp,
  stopNow,
  type TestApp,
  type TestAppOptions,
} from '../support/openTestApp';

const TOKEN = 's3cret-of-the-lab';
const BEARER = { authorization: `Bearer ${TOKEN}` };

let test: TestApp;

async function open(
  host: Readonly<Record<string, unknown>>,
  clientIp = '127.0.0.1',
  more: TestAppOptions = {},
): Promise<TestApp> {
  test = await openTestApp({ host, transport: createMemoryTransport({ clientIp }), ...more });
  test.app.handle('Status', () => 'fine');
  return test;
}

afterEach(async () => {
  await stopNow(test);
  expect(test.clock.pending).toBe(0);
});

describe('Allow', () => {
  it.each([
    ['10.1.2.3', ['10.0.0.0/8']],
    ['fd00::5', ['10.0.0.0/8', 'fd00::/8']],
    ['::ffff:10.1.2.3', ['10.0.0.0/8']],
  ])('lets %s in by %p', async (clientIp, Allow) => {
    const { clock, connect } = await open({ Allow }, clientIp);
    const peer = await connect();
    peer.ask('Status');
    await clock.settle();
    expect(peer.log).toEqual(['{"result": "fine"}']);
  });

  it('refuses others with one readable frame, before they have said anything', async () => {
    const { clock, connect, failures } = await open({ Allow: ['10.0.0.0/8'] }, '192.168.1.9');
    const peer = await connect();
    await clock.settle();
    expect(peer.log).toEqual(['error {"result": "Error: this address may not connect here (Allow)"}']);
    expect(peer.events).toEqual(['end']);
    expect(failures.map(({ code, peer: from }) => [code, from])).toEqual([
      ['ERR_PEER_NOT_ALLOWED', '192.168.1.9:50000'],
    ]);
    peer.link.end();
    await clock.settle();
    expect(peer.events).toEqual(['end', 'close']);
  });

  it('lets those it refuses take no place from others', async () => {
    const { clock, connect, codes } = await open(
      { Allow: ['10.0.0.0/8'], Limits: { Max_connections: 1 } },
      '192.168.1.9',
    );
    const refused = [await connect(), await connect(), await connect()];
    await clock.settle();
    expect(codes()).toEqual(['ERR_PEER_NOT_ALLOWED', 'ERR_PEER_NOT_ALLOWED', 'ERR_PEER_NOT_ALLOWED']);
    expect(refused.map(({ frames }) => frames.length)).toEqual([1, 1, 1]);
  });

  it('drops those it refuses without a word when too many are being told', async () => {
    const { clock, connect, codes } = await open({ Allow: ['10.0.0.0/8'] }, '192.168.1.9');
    const peers = [];
    for (let count = 0; count < 80; count += 1) peers.push(await connect());
    await clock.settle();
    expect(codes()).toHaveLength(80);
    expect(peers.filter(({ frames }) => frames.length === 1)).toHaveLength(64);
    expect(peers.at(-1)?.events[0]).toMatch(/^(end|close)/);
  });
});

describe('Token at a host', () => {
  it('is asked of a native peer once a connection', async () => {
    const { clock, connect, codes } = await open({ Token: TOKEN });
    const peer = await connect();
    peer.request(1, 'Status', 1, BEARER);
    peer.request(2, 'Status');
    await clock.settle();
    expect(peer.log).toEqual(['hello', '1 {"result":"fine"}', '2 {"result":"fine"}']);
    expect(codes()).toEqual([]);
  });

  it.each([
    ['none', {}, 'this host wants a Token and none was sent'],
    ['a wrong one', { authorization: 'Bearer wrong' }, 'the token is not the one of this host (Token)'],
    ['another type', { authorization: 7 }, 'the token is not the one of this host (Token)'],
  ])('refuses a native peer with %s, and handles nothing of it', async (_name, keys, message) => {
    const { app, clock, connect, failures } = await open({ Token: TOKEN });
    const actions: string[] = [];
    app.messages$.subscribe(({ action }) => actions.push(action));
    const peer = await connect();
    peer.request(1, 'Status', 1, keys);
    peer.request(2, 'Status', 1, BEARER);
    await clock.settle();
    expect(peer.log).toEqual([
      'hello',
      `error {"result": {"code":"ERR_UNAUTHORIZED","message":"${message}"}}`,
    ]);
    expect(peer.events).toEqual(['end']);
    expect(actions).toEqual([]);
    expect(failures.map(({ error }) => error.message)).toEqual([`${peerOf(failures)}: ${message}`]);
  });

  it('refuses legacy peers with a readable reply', async () => {
    const { clock, connect, codes } = await open({ Token: TOKEN });
    const peer = await connect();
    peer.ask('Status');
    await clock.settle();
    expect(peer.log).toEqual([
      'error {"result": "Error: this host wants a Token, which a legacy peer cannot send; its network can be let in by Allow: {Cidr, Legacy: true}"}',
    ]);
    expect(codes()).toEqual(['ERR_UNAUTHORIZED']);
  });

  it('does not take a foreign authorization key of a legacy peer for a token', async () => {
    const { clock, connect, codes } = await open({ Token: TOKEN });
    const peer = await connect();
    peer.send(BEARER, { action: 'Status', value: 1 });
    await clock.settle();
    expect(codes()).toEqual(['ERR_UNAUTHORIZED']);
  });

  it('lets legacy peers in from networks with Legacy: true only', async () => {
    const Allow = ['10.0.0.0/8', { Cidr: '10.5.0.0/16', Legacy: true }];
    const inside = await open({ Token: TOKEN, Allow }, '10.5.0.1');
    const peer = await inside.connect();
    peer.ask('Status');
    await inside.clock.settle();
    expect(peer.log).toEqual(['{"result": "fine"}']);
    await stopNow(inside);

    const outside = await open({ Token: TOKEN, Allow }, '10.6.0.1');
    const other = await outside.connect();
    other.ask('Status');
    await outside.clock.settle();
    expect(outside.codes()).toEqual(['ERR_UNAUTHORIZED']);
  });

  it('asks native peers for it from everywhere', async () => {
    const { clock, connect, codes } = await open({
      Token: TOKEN,
      Allow: [{ Cidr: '127.0.0.1', Legacy: true }],
    });
    (await connect()).request(1, 'Status');
    await clock.settle();
    expect(codes()).toEqual(['ERR_UNAUTHORIZED']);
  });

  it('never enters an error, not even when the header that holds it is broken', async () => {
    const { clock, connect, failures } = await open({ Token: TOKEN });
    const broken = [
      `{"authorization": "Bearer ${TOKEN}", "byteorder": }`,
      `{"authorization": "Bearer ${TOKEN}"}`,
      `"Bearer ${TOKEN}"`,
    ];
    for (const header of broken) {
      const peer = await connect();
      peer.link.write(Buffer.from([0, header.length]));
      peer.link.write(Buffer.from(header));
    }
    await clock.settle();
    expect(failures.length).toBe(broken.length);
    for (const { error } of failures) {
      expect(`${error.message} ${String(error.cause)} ${error.stack ?? ''}`).not.toContain('s3cret');
    }
  });
});

describe('Token at a client', () => {
  it('goes with the first request of each connection and no other', async () => {
    const seen: unknown[] = [];
    const { app, clock, codes } = await open({ Token: TOKEN }, '127.0.0.1', { client: { Token: TOKEN } });
    app.handle('Status', () => 'fine');
    const first = app.peer('Peer').ask('Status');
    await clock.settle();
    seen.push(await first);
    const second = app.peer('Peer').ask('Status');
    await clock.settle();
    seen.push(await second);
    expect(seen).toEqual(['fine', 'fine']);
    expect(codes()).toEqual([]);
  });

  it('that is wrong ends a send with the reason of the host', async () => {
    const { app, clock } = await open({ Token: TOKEN }, '127.0.0.1', { client: { Token: 'guess' } });
    const sent = app
      .peer('Peer')
      .ask('Status')
      .catch((error: unknown) => error);
    await clock.settle();
    expect(await sent).toMatchObject({
      code: 'ERR_REMOTE',
      remoteCode: 'ERR_UNAUTHORIZED',
      message: 'the token is not the one of this host (Token)',
    });
  });

  it('is refused in words also to a client with Dialect: native whose address is not allowed', async () => {
    const { app, clock } = await open({ Allow: ['10.0.0.0/8'] }, '127.0.0.1', {
      client: { Dialect: 'native' },
    });
    const sent = app
      .peer('Peer')
      .ask('Status')
      .catch((error: unknown) => error);
    await clock.settle();
    expect(await sent).toMatchObject({ message: 'this address may not connect here (Allow)' });
  });

  it.each([
    ['127.0.0.9', {}, 0],
    ['::1', {}, 0],
    ['localhost', {}, 0],
    ['10.0.0.9', {}, 1],
    ['stage.lab', {}, 1],
    ['stage.lab', { TLS: {} }, 0],
  ])('to %s with %p gives %d warnings', async (IP, keys, count) => {
    const warnings: string[] = [];
    const ignore = (): void => undefined;
    const logger: Logger = {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (_fields, text) => warnings.push(text),
    };
    test = createTestApp({ host: false, client: { IP, Token: TOKEN, ...keys }, logger });
    expect(warnings.filter((text) => text.includes('without encryption'))).toHaveLength(count);
    expect(warnings.join()).not.toContain(TOKEN);
  });
});

function peerOf(failures: TestApp['failures']): string {
  return failures[0]?.peer ?? '';
}
