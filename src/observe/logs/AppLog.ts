import { formatEndpoint } from '../../runtime/endpoint';
import { type Logger, isLevelEnabled } from '../../runtime/Logger';
import type { ConnectionEvent } from '../../streams/messages/ConnectionEvent';

const happened = { open: 'opened', close: 'closed' } as const;

/** Messages by how they ended when an app stopped. */
interface Stopped {
  readonly finished: number;
  readonly aborted: number;
  readonly undelivered: number;
}

interface Listening {
  readonly ip: string;
  readonly port: number;
}

/** The life of an app in its log: where it listens, which peers come and go, how it stopped. */
export class AppLog {
  readonly #logger: Logger;
  readonly #info: boolean;
  readonly #debug: boolean;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#info = isLevelEnabled(logger, 'info');
    this.#debug = isLevelEnabled(logger, 'debug');
  }

  /** The hosts are open, and the endpoint for Prometheus, where there is one. */
  listening(hosts: readonly Listening[], metrics: Listening | undefined): void {
    for (const host of hosts) {
      const link = formatEndpoint(host.ip, host.port);
      this.#logger.info({ link }, `listening on ${link}`);
    }
    if (metrics === undefined) return;
    const url = `http://${formatEndpoint(metrics.ip, metrics.port)}/metrics`;
    this.#logger.info({ url }, `metrics at ${url}`);
  }

  /**
   * A connection was opened, showed its dialect, or is gone. At level info only with a native peer, whose
   * connection is kept; others carry one message each, or none (a port scan), and are told where messages
   * are, at level debug.
   */
  connection({ kind, side, name, peer, dialect, open }: ConnectionEvent): void {
    const level = dialect === 'native' ? 'info' : 'debug';
    if (!(level === 'info' ? this.#info : this.#debug)) return;
    const way = side === 'host' ? `${peer} to ${name}` : `${name} to ${peer}`;
    const what = kind === 'dialect' ? `speaks ${dialect ?? 'no known dialect'}` : happened[kind];
    this.#logger[level]({ side, link: name, peer, dialect, open }, `connection from ${way} ${what}`);
  }

  /** The app has stopped. */
  stopped(result: Stopped): void {
    const { finished, aborted, undelivered } = result;
    const counts = `finished ${finished}, aborted ${aborted}, undelivered ${undelivered}`;
    this.#logger.info({ finished, aborted, undelivered }, `stopped: ${counts}`);
  }
}
