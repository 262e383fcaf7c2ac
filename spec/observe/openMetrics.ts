import { request, type IncomingHttpHeaders } from 'node:http';
import type { RxcometError } from '../../src/errors/RxcometError';
import { createMetricsServer, type MetricsServer } from '../../src/observe/metrics/createMetricsServer';
import type { LookUp } from '../../src/runtime/lookUp';
import type { TestStats } from './createTestStats';
import { parseExposition, type Family, type Sample } from './parseExposition';

/** Where the endpoints of specs listen. */
export const METRICS_IP = '127.0.0.9';

/** What an endpoint answered. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** An endpoint of a spec. */
export interface TestMetrics {
  readonly server: MetricsServer;
  readonly reported: RxcometError[];
  /** Listens and gives the port. */
  listen(): Promise<number>;
  /** Listens when it does not yet, scrapes and reads the page. */
  scrape(): Promise<readonly Family[]>;
}

/** Makes an endpoint; nothing is open yet. Close its server afterwards. */
export function openMetrics(
  { stats, clock }: TestStats,
  ip = METRICS_IP,
  port = 0,
  lookUp?: LookUp,
): TestMetrics {
  const reported: RxcometError[] = [];
  const server = createMetricsServer({
    address: { ip, port },
    stats,
    clock,
    report: (error) => reported.push(error),
    ...(lookUp === undefined ? {} : { lookUp }),
  });
  let listening: Promise<number> | undefined;
  const listen = (): Promise<number> => (listening ??= server.listen().then((address) => address.port));
  return {
    server,
    reported,
    listen,
    scrape: async () => parseExposition((await ask(await listen())).text),
  };
}

/** One request on a connection of its own. */
export function ask(port: number, path = '/metrics', method = 'GET', body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request({ host: METRICS_IP, port, path, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** The first number of that name with those labels. */
export function find(
  families: readonly Family[],
  name: string,
  labels: Sample['labels'] = {},
): number | undefined {
  const samples = families.flatMap((family) => family.samples).filter((sample) => sample.name === name);
  return samples.find((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}
