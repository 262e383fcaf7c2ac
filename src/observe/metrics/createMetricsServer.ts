import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AcceptFailed, ListenFailed } from '../../errors/setUp';
import type { RxcometError } from '../../errors/RxcometError';
import type { Clock } from '../../runtime/Clock';
import { type Bound, listenAtAll } from '../../runtime/listenAtAll';
import { formatEndpoint } from '../../runtime/endpoint';
import { type LookUp, systemLookUp } from '../../runtime/lookUp';
import { Scrapers } from './Scrapers';
import { MetricsPage } from './MetricsPage';
import type { Stats } from '../stats/Stats';

/** Limits of requests; a scrape takes milliseconds. */
const limits = {
  headersTimeout: 5000,
  requestTimeout: 5000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 8192,
} as const;
/** A connection on which nothing moves for so long is cut off. */
const SILENCE_MS = 10_000;
const MAX_REQUESTS_PER_SOCKET = 1000;

/** What a metrics server is made of. */
export interface MetricsServerOptions {
  /** `Metrics` of the configuration; port 0 = any free port. */
  readonly address: { readonly ip: string; readonly port: number };
  readonly stats: Stats;
  readonly clock: Clock;
  /** Is told of what goes wrong after it listens. */
  readonly report: (error: RxcometError) => void;
  /** Default asks the system. */
  readonly lookUp?: LookUp;
}

/** The endpoint a Prometheus scrapes. */
export interface MetricsServer {
  /**
   * Resolves with the address in use once it can be scraped; counting begins. Rejects with MissingPackage
   * (ERR_MISSING_PACKAGE) without prom-client, with ListenFailed (ERR_LISTEN) when the address is taken or
   * not ours.
   */
  listen(): Promise<{ readonly ip: string; readonly port: number }>;
  /** Cuts scrapers off; resolves when nothing is open, also when it never listened. */
  close(): Promise<void>;
}

/**
 * Makes the server of `Metrics: {IP, Port}`: `GET /metrics`, and nothing else. Nothing is opened or loaded
 * before `listen`.
 */
export function createMetricsServer({
  address,
  stats,
  clock,
  report,
  lookUp = systemLookUp,
}: MetricsServerOptions): MetricsServer {
  let servers: readonly Bound[] = [];
  let page: MetricsPage | undefined;

  const close = async (): Promise<void> => {
    const closing = servers;
    servers = [];
    page?.close();
    page = undefined;
    await Promise.all(closing.map((server) => server.close()));
  };

  return {
    close,
    async listen() {
      const { ip: name, port } = address;
      const opened = new MetricsPage(stats, clock);
      page = opened;
      const scrapers = new Scrapers(clock, report);
      try {
        const bound = await listenAtAll(await lookUp(name), port, (ip, free) =>
          open(createScrapeServer(opened, scrapers), ip, free, report),
        );
        servers = bound;
        return { ip: bound[0].ip, port: bound[0].port };
      } catch (error) {
        await close();
        throw toListenFailed(error as Error, name, port);
      }
    },
  };
}

function createScrapeServer(page: MetricsPage, scrapers: Scrapers): Server {
  const server = createServer(limits, (request, response) => {
    if (scrapers.begin(request.socket, response)) answer(request, response, page);
  });
  server.on('connection', (socket: IncomingMessage['socket']) => scrapers.add(socket));
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  return server;
}

function open(
  server: Server,
  host: string,
  free: number,
  report: MetricsServerOptions['report'],
): Promise<Bound> {
  server.setTimeout(SILENCE_MS, (socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen({ host, port: free }, () => {
      server.off('error', reject);
      server.on('error', (cause) =>
        report(new AcceptFailed(`Metrics could not accept a connection: ${cause.message}`, { cause })),
      );
      const bound = server.address();
      const { address: ip, port } =
        typeof bound === 'object' && bound !== null ? bound : { address: host, port: free };
      resolve({ ip, port, close: () => closeServer(server) });
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function answer({ method, url = '' }: IncomingMessage, response: ServerResponse, page: MetricsPage): void {
  if (url.split('?', 1)[0] !== '/metrics') refuse(response, 404, 'only /metrics is here\n');
  else if (method !== 'GET') refuse(response, 405, 'only GET is answered\n');
  else {
    page.text().then(
      (text) => response.writeHead(200, { 'Content-Type': page.contentType }).end(text),
      // Nothing in it fails that is known; a scraper sees a failed scrape and not a hanging one.
      () => refuse(response, 500, 'the metrics could not be made\n'),
    );
  }
}

/** Whatever it sent along is not read, so its connection ends here. */
function refuse(response: ServerResponse, status: number, text: string): void {
  const allow = status === 405 ? { Allow: 'GET' } : {};
  response.writeHead(status, { 'Content-Type': 'text/plain', Connection: 'close', ...allow }).end(text);
}

function toListenFailed(cause: Error, ip: string, port: number): ListenFailed {
  const where = formatEndpoint(ip, port);
  return new ListenFailed(explain((cause as { code?: unknown }).code, where, cause), { cause });
}

function explain(code: unknown, where: string, cause: Error): string {
  switch (code) {
    case 'EADDRINUSE':
      return `${where} of Metrics is taken, by another program or by a Host of this one; set Metrics.Port to another port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${where} of Metrics is not on this machine; set Metrics.IP to one of its addresses`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to listen on ${where}; set Metrics.Port to 1024 or above`;
    default:
      return `Metrics cannot listen on ${where}: ${cause.message}`;
  }
}
