import { clientOf, hostOf } from '../../config/hostOf';
import { type Shape, checkOptions, shapes } from '../../runtime/checkArguments';
import { describeError, isInstance } from '../../runtime/describeError';
import { guarded } from '../../runtime/guards';
import type { ClientConfig } from '../../config/types/ClientConfig';
import type { HostConfig } from '../../config/types/HostConfig';
import type { Clock } from '../../runtime/Clock';
import { createNodeTransport } from '../../streams/transport/node/createNodeTransport';
import type { Link } from '../../streams/transport/Link';
import type { Transport } from '../../streams/transport/Transport';
import { ConversationWatcher } from './ConversationWatcher';
import type { EventSink } from './EventSink';
import type { FaultPlan } from '../../streams/transport/faults/FaultPlan';
import type { RecordedEnd } from '../RecordedEvent';
import { withFaults } from '../../streams/transport/faults/withFaults';

/** What a tap stands between, and where it writes. */
export interface TapOptions {
  /** Where clients connect instead of at the host. */
  readonly listen: HostConfig | string | { readonly IP: string; readonly Port: number };
  /** The host. */
  readonly to: ClientConfig | string | { readonly IP: string; readonly Port: number };
  /** Default: TCP sockets. */
  readonly transport?: Transport;
  /** Stays the caller's: it is not closed with the tap. */
  readonly writer: EventSink;
  /** What goes wrong on the way between the client and the tap. */
  readonly faults?: FaultPlan;
  /** For the delays of `faults`; default the machine's. */
  readonly clock?: Clock;
  /** Told when the host cannot be reached or the listener fails, and once when the writer throws. */
  readonly onError?: (error: Error) => void;
}

/** A tap that listens. */
export interface Tap {
  readonly ip: string;
  readonly port: number;
  /** Connections that are open now. */
  readonly open: number;
  /**
   * Stops listening and drops what is still open; resolves once all of that has ended and its end was given
   * to the writer.
   */
  close(): Promise<void>;
}

const optionShapes = {
  // Their own reader tells more.
  listen: { expected: 'a host', fits: () => true },
  to: { expected: 'a host', fits: () => true },
  transport: shapes.transport,
  writer: shapes.sink,
  faults: shapes.object,
  clock: shapes.clock,
  onError: shapes.callback,
} satisfies Readonly<Record<keyof TapOptions, Shape>>;

/**
 * Stands between two peers and records what they say. What passes is untouched, byte for byte and in order,
 * with half-closes and back-pressure; a reset of one side becomes a reset of the other. What cannot be read
 * passes too and is marked. The recording sees each connection as its host does (`side` host).
 *
 * @throws ListenFailed (ERR_LISTEN)
 * @example
 * const writer = new RecordingWriter('session.ndjson');
 * const tap = await createTap({ listen, to, writer });
 */
export async function createTap(options: TapOptions): Promise<Tap> {
  checkOptions('createTap', options, optionShapes, ['writer']);
  const listen = hostOf('createTap: listen', options.listen);
  const to = clientOf('createTap: to', options.to);
  const { transport = createNodeTransport(), faults, clock } = options;
  const onError = guarded(options.onError);
  let troubled = false;
  const onTrouble = (error: unknown): void => {
    if (troubled) return;
    troubled = true;
    onError(isInstance(error, Error) ? error : new Error(describeError(error), { cause: error }));
  };
  const pairs = new Set<TappedPair>();
  const stopped = new AbortController();
  let links = 0;
  const listener = await transport.listen(
    listen,
    (accepted) => {
      links += 1;
      const near = faults === undefined ? accepted : withFaults(accepted, faults, clock);
      const pair = new TappedPair(near, links, options.writer, onTrouble);
      pairs.add(pair);
      void pair.done.then(() => pairs.delete(pair));
      transport.connect(to, stopped.signal).then(
        (far) => pair.join(far),
        (error: unknown) => {
          pair.refuse();
          if (!stopped.signal.aborted) onError(error as Error);
        },
      );
    },
    onError,
  );
  return {
    ip: listener.ip,
    port: listener.port,
    get open() {
      return pairs.size;
    },
    async close() {
      stopped.abort();
      await listener.close();
      const open = [...pairs];
      for (const pair of open) pair.drop();
      await Promise.all(open.map(({ done }) => done));
    },
  };
}

/** The two links of one tapped connection: `client` to the tap, and the tap to `host`. */
class TappedPair {
  /** Resolves when both have closed. */
  readonly done: Promise<void>;
  readonly #links: Partial<Record<RecordedEnd, Link>>;
  readonly #watcher: ConversationWatcher;
  readonly #ended = new Set<RecordedEnd>();
  readonly #gone = new Set<RecordedEnd>();
  /**
   * What the client sent before the host was there; a link may still hand out what it had when it was paused.
   */
  #early: Uint8Array[] = [];
  #onDone: () => void = () => undefined;
  #dropped: RecordedEnd | undefined;
  #failure: Error | undefined;

  constructor(client: Link, number: number, writer: EventSink, onTrouble: (error: unknown) => void) {
    this.done = new Promise((resolve) => (this.#onDone = resolve));
    this.#links = { client };
    this.#watcher = new ConversationWatcher({
      writer,
      link: number,
      side: 'host',
      peer: client.peer,
      onTrouble,
    });
    this.#open('client', client);
    // Nothing can pass before the host is there.
    client.pause();
  }

  /** The connection to the host stands. */
  join(host: Link): void {
    this.#links.host = host;
    this.#open('host', host);
    if (this.#gone.has('client')) {
      host.reset();
      return;
    }
    for (const chunk of this.#early) host.write(chunk);
    this.#early = [];
    if (this.#ended.has('client')) host.end();
    this.#links.client?.resume();
  }

  /**
   * There is no host. A client that would have been refused is reset; so is one that has sent what nobody
   * read, whatever is done.
   */
  refuse(): void {
    this.#dropped ??= 'host';
    this.#gone.add('host');
    this.#links.client?.reset();
  }

  /** Drops both links. */
  drop(): void {
    if (this.#links.host === undefined) this.#gone.add('host');
    this.#links.client?.destroy();
    this.#links.host?.destroy();
  }

  #open(from: RecordedEnd, link: Link): void {
    const to = from === 'client' ? 'host' : 'client';
    link.open({
      data: (chunk) => {
        // First what passes, then what is recorded.
        const other = this.#links[to];
        if (other === undefined) this.#early.push(chunk);
        else if (!other.write(chunk)) link.pause();
        this.#watcher.data(from, chunk);
      },
      end: () => {
        this.#ended.add(from);
        this.#links[to]?.end();
        this.#watcher.end(from);
      },
      drain: () => this.#links[to]?.resume(),
      close: (error) => this.#closed(from, to, error),
    });
  }

  #closed(from: RecordedEnd, to: RecordedEnd, error: Error | undefined): void {
    this.#gone.add(from);
    // Without its FIN it was reset, and the other side must see the same.
    const orderly = error === undefined && this.#ended.has(from) && this.#ended.has(to);
    if (!orderly && !this.#gone.has(to)) {
      this.#dropped ??= from;
      this.#failure ??= error;
      this.#links[to]?.reset();
    }
    if (!this.#gone.has(to)) return;
    this.#watcher.close(this.#dropped, this.#failure);
    this.#onDone();
  }
}
