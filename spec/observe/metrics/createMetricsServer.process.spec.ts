import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { AcceptFailed, ListenFailed, MissingPackage } from '../../../src/errors/setUp';
import { MetricsPage } from '../../../src/observe/metrics/MetricsPage';
import { loadOptional } from '../../../src/runtime/loadOptional';
import { createTestStats } from '../createTestStats';
import { ask, METRICS_IP, openMetrics, type TestMetrics } from '../openMetrics';

jest.mock('../../../src/runtime/loadOptional', () => {
  const actual = jest.requireActual<{ loadOptional: typeof loadOptional }>(
    '../../../src/runtime/loadOptional',
  );
  return { loadOptional: jest.fn(actual.loadOptional) };
});
jest.mock('node:http', () => {
  const actual = jest.requireActual<{ createServer: typeof createServer }>('node:http');
  return { ...actual, createServer: jest.fn(actual.createServer) };
});

const opened: TestMetrics[] = [];
const sockets: Socket[] = [];

beforeEach(() => jest.mocked(createServer).mockClear());

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map(({ server }) => server.close()));
});

function open(ip?: string, port?: number): TestMetrics {
  const metrics = openMetrics(createTestStats(), ip, port);
  opened.push(metrics);
  return metrics;
}

/** A connection that says nothing; resolves once it stands. */
function connectTo(port: number): Promise<Socket> {
  const socket = connect({ host: METRICS_IP, port });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** What a connection got until it was closed. One that ran into a limit of time gets 408. */
function closed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => socket.on('close', () => resolve(text)));
}

/** The server of node:http behind the endpoint that listens. */
function lastServer(): Server {
  return jest.mocked(createServer).mock.results.at(-1)?.value as Server;
}

describe('The metrics server', () => {
  it('answers 500 when the figures cannot be had, and the next time asks anew', async () => {
    let broken = true;
    const stats = createTestStats({
      mailboxes: () => {
        if (broken) throw new Error('no tree');
        return { actors: 13, depth: 14 };
      },
    });
    const metrics = openMetrics(stats);
    opened.push(metrics);
    const port = await metrics.listen();
    expect(await ask(port)).toMatchObject({ status: 500, text: 'the metrics could not be made\n' });
    broken = false;
    stats.clock.jump(1000);
    expect((await ask(port)).status).toBe(200);
  });

  it('answers GET /metrics and nothing else', async () => {
    const port = await open().listen();
    const status = async (path: string, method = 'GET'): Promise<number> =>
      (await ask(port, path, method, method === 'POST' ? 'x'.repeat(1000) : '')).status;
    expect(await status('/metrics?name=x')).toBe(200);
    for (const path of ['/', '/metrics/', '/Metrics', '/favicon.ico', '//metrics', '/metrics%2f..']) {
      expect([path, await status(path)]).toEqual([path, 404]);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
      expect([method, await status('/metrics', method)]).toEqual([method, 405]);
    }
    const refused = await ask(port, '/metrics', 'POST');
    expect([refused.headers.allow, refused.headers.connection]).toEqual(['GET', 'close']);
  });

  it('tells the address in use, and opens nothing before it listens', async () => {
    const { server } = open();
    expect(createServer).not.toHaveBeenCalled();
    const { ip, port } = await server.listen();
    expect(ip).toBe(METRICS_IP);
    expect(port).toBeGreaterThan(0);
  });

  it('has finite limits of time for whoever is slow', async () => {
    await open().listen();
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = lastServer();
    for (const ms of [headersTimeout, requestTimeout, keepAliveTimeout, timeout]) {
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThanOrEqual(10_000);
    }
  });

  it('takes 32 connections and drops the next', async () => {
    const port = await open().listen();
    const idle = await Promise.all(Array.from({ length: 32 }, () => connectTo(port)));
    expect(await closed(await connectTo(port))).toBe('');
    expect(idle.filter((socket) => socket.readyState !== 'open')).toEqual([]);
  });

  it('gives the place of the one that has waited longest to the next, once it has waited for a second', async () => {
    const stats = createTestStats();
    const metrics = openMetrics(stats);
    opened.push(metrics);
    const port = await metrics.listen();
    const deaf = await Promise.all(Array.from({ length: 32 }, () => connectTo(port)));
    const first = closed(deaf[0] as Socket);
    stats.clock.jump(1000);
    expect((await ask(port)).status).toBe(200);
    await first;
    expect(metrics.reported).toMatchObject([{ code: 'ERR_TOO_MANY_CONNECTIONS' }]);
    expect(metrics.reported[0]?.message).toMatch(/^127\.0\.0\.\d+:\d+: Metrics takes 32 scrapers at once/);
  });

  it('takes no request before the answer to the last one was read', async () => {
    const page = jest.spyOn(MetricsPage.prototype, 'text').mockResolvedValue('x'.repeat(1_000_000));
    try {
      const metrics = open();
      const port = await metrics.listen();
      const greedy = await connectTo(port);
      greedy.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2000));
      await closed(greedy);
      expect(page).toHaveBeenCalledTimes(1);
      expect(metrics.reported).toMatchObject([{ code: 'ERR_PROTOCOL_VIOLATION' }]);
      expect((await ask(port)).status).toBe(200);
    } finally {
      page.mockRestore();
    }
  });

  it('cuts off who does not read its answer within 10 s, and keeps one that reads each', async () => {
    const page = jest.spyOn(MetricsPage.prototype, 'text').mockResolvedValue('x'.repeat(50_000_000));
    try {
      const stats = createTestStats();
      const metrics = openMetrics(stats);
      opened.push(metrics);
      const port = await metrics.listen();
      const deaf = await connectTo(port);
      deaf.pause();
      deaf.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
      while (stats.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
      await stats.clock.advance(9999);
      expect(metrics.reported).toEqual([]);
      await stats.clock.advance(1);
      expect(metrics.reported).toMatchObject([{ code: 'ERR_WRITE_TIMEOUT' }]);
      page.mockResolvedValue('short');
      expect((await ask(port)).text).toBe('short');
      while (stats.clock.pending > 0) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      page.mockRestore();
    }
  });

  it('cuts off who sends no HTTP, or a header without end', async () => {
    const port = await open().listen();
    const garbage = await connectTo(port);
    garbage.write('\x00\x01 rxcomet\r\n\r\n');
    const endless = await connectTo(port);
    endless.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(10_000)}`);
    expect(await closed(garbage)).toMatch(/^HTTP\/1.1 400 /);
    expect(await closed(endless)).toMatch(/^HTTP\/1.1 431 /);
    expect((await ask(port)).status).toBe(200);
  });

  it('tells what is in the way when the address is taken, and leaves nothing open', async () => {
    const port = await open().listen();
    const second = open(METRICS_IP, port);
    const error = await second.listen().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ListenFailed);
    expect(error).toMatchObject({ code: 'ERR_LISTEN', cause: { code: 'EADDRINUSE' } });
    expect((error as Error).message).toBe(
      `127.0.0.9:${port} of Metrics is taken, by another program or by a Host of this one; set Metrics.Port to another port`,
    );
    await second.server.close();
    expect((await ask(port)).status).toBe(200);
  });

  it('tells an address that is not of this machine', async () => {
    await expect(open('203.0.113.9', 9464).listen()).rejects.toThrow(
      '203.0.113.9:9464 of Metrics is not on this machine; set Metrics.IP to one of its addresses',
    );
  });

  it('listens at each address of a name with one port, and is called by IPv4', async () => {
    const { listen, server } = openMetrics(createTestStats(), 'both.example', 0, () =>
      Promise.resolve(['::1', METRICS_IP]),
    );
    const port = await listen();
    expect((await ask(port)).status).toBe(200);
    const onIPv6 = connect({ host: '::1', port });
    await once(onIPv6, 'connect');
    onIPv6.destroy();
    await server.close();
    await expect(connectTo(port)).rejects.toThrow('ECONNREFUSED');
  });

  it('names the line that installs prom-client when it is missing', async () => {
    jest.mocked(loadOptional).mockImplementationOnce((name, purpose) => {
      throw new MissingPackage(`${purpose} needs the package ${name}: npm i ${name}`);
    });
    const { server } = open();
    await expect(server.listen()).rejects.toThrow('Metrics needs the package prom-client: npm i prom-client');
    expect(createServer).not.toHaveBeenCalled();
    await server.close();
  });

  it('reports that it could not accept a connection, and listens on', async () => {
    const metrics = open();
    const port = await metrics.listen();
    lastServer().emit('error', new Error('too many open files'));
    expect(metrics.reported).toEqual([expect.any(AcceptFailed)]);
    expect((await ask(port)).status).toBe(200);
  });

  it('closes at once with scrapers connected, and may be closed again or without having listened', async () => {
    const { server, listen } = open();
    const port = await listen();
    const idle = await connectTo(port);
    const half = await connectTo(port);
    half.write('GET /metrics HTTP/1.1\r\nHo');
    const gone = Promise.all([closed(idle), closed(half)]);
    await server.close();
    await server.close();
    expect(await gone).toEqual(['', '']);
    expect(lastServer().listening).toBe(false);
    expect(await promisify(lastServer().getConnections.bind(lastServer()))()).toBe(0);
    await expect(connectTo(port)).rejects.toThrow('ECONNREFUSED');
    await open().server.close();
  }, 3000);
});
