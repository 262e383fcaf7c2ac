import { isLevelEnabled } from '../runtime/isLevelEnabled';
import type { Logger } from '../runtime/Logger';
import type { ConnectionEvent } from '../streams/ConnectionEvent';

/** The life of an app in its log: where it listens, which peers come and go, how it stopped. Never throws. */
export class AppLog {
  readonly #logger: Logger;
  readonly #info: boolean;
  readonly #debug: boolean;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#info = isLevelEnabled(logger, 'info');
    this.#debug = isLevelEnabled(logger, 'debug');
  }

  /** The hosts are open. */
  listening(addresses: readonly { readonly ip: string; readonly port: number }[]): void {
    for (const { ip, port } of addresses) {
      const link = ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
      this.#write('info', { link }, `listening on ${link}`);
    }
  }

  /**
   * A connection was opened, showed its dialect, or is gone. At level info that is two lines for each that is kept; what belongs to a
   * connection that carries one message only (a peer of the comet dialect) is at level debug, where the messages are.
   */
  connection({ kind, side, name, peer, dialect, open }: ConnectionEvent): void {
    const kept = kind === 'close' ? dialect !== 'comet' : dialect === 'native';
    if (!(kept ? this.#info : this.#debug)) return;
    const fields = { side, link: name, peer, dialect, open };
    const way = side === 'host' ? `${peer} to ${name}` : `${name} to ${peer}`;
    const what =
      kind === 'dialect' ? `speaks ${dialect ?? 'no dialect'}` : `${kind === 'open' ? 'opened' : 'closed'}`;
    this.#write(kept ? 'info' : 'debug', fields, `connection from ${way} ${what}`);
  }

  /** The app has stopped. */
  stopped({
    finished,
    aborted,
    undelivered,
  }: {
    readonly finished: number;
    readonly aborted: number;
    readonly undelivered: number;
  }): void {
    const counts = `finished ${finished}, aborted ${aborted}, undelivered ${undelivered}`;
    this.#write('info', { finished, aborted, undelivered }, `stopped: ${counts}`);
  }

  #write(level: 'debug' | 'info', fields: Readonly<Record<string, unknown>>, text: string): void {
    try {
      this.#logger[level](fields, text);
    } catch {
      // A logger that throws must not end the app it tells of.
    }
  }
}
