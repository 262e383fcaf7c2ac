import { createApp } from '../app/createApp';
import { hostOf } from '../config/hostOf';
import type { HostConfig } from '../config/types/HostConfig';
import { handlersShape } from '../replay/handlerShapes';
import { checkOptions, shapes, type Shape } from '../runtime/checkArguments';
import type { Clock } from '../runtime/Clock';
import { silentLogger } from '../runtime/Logger';
import type { App } from '../app/App';
import type { Transport } from '../streams/transport/Transport';

/** What a stand-in of handlers is, and where it listens. */
export interface HandlerStandInOptions {
  /**
   * A host of a configuration, the entry of a settings file, or "IP:PORT"; port 0 gives a free one. Default
   * 127.0.0.1:0.
   */
  readonly listen?: HostConfig | string | { readonly IP: string; readonly Port: number };
  /** Adds what it answers with; what has no handler is answered null. */
  readonly handlers?: (app: App) => void | Promise<void>;
  /** Default: TCP sockets. */
  readonly transport?: Transport;
  readonly clock?: Clock;
}

/** A message that a stand-in was asked. */
export interface AskedMessage {
  readonly action: string;
  readonly value: unknown;
  /** The sender as ip:port. */
  readonly peer: string;
  /** The message-key, when it had one. */
  readonly key: string | undefined;
}

/** A stand-in that listens and remembers what it was asked. */
export interface HandlerStandIn {
  readonly ip: string;
  readonly port: number;
  /** What came so far, in its order. */
  readonly asked: readonly AskedMessage[];
  /** Stops listening and drops what is open; `asked` stays. */
  close(): Promise<void>;
}

/**
 * A peer for a test that answers by handlers and remembers what it was asked: for what is not recorded, or
 * not recorded yet. `toHaveBeenAsked` and `formatAsked` look at what came.
 *
 * @throws BadOption (ERR_BAD_OPTION), ConfigError (ERR_CONFIG) for an address that is none, ListenFailed
 * (ERR_LISTEN).
 * @example
 * const meter = await createHandlerStandIn({ handlers: (app) => app.handle('Read', () => 4.2) });
 * await measure(`127.0.0.1:${meter.port}`);
 * expect(meter).toHaveBeenAsked('Read');
 * await meter.close();
 */
export async function createHandlerStandIn(options: HandlerStandInOptions = {}): Promise<HandlerStandIn> {
  checkOptions('createHandlerStandIn', options, optionShapes);
  const { listen = '127.0.0.1:0', handlers, transport, clock } = options;
  const host = hostOf('createHandlerStandIn: listen', listen);
  const asked: AskedMessage[] = [];
  const app = createApp(
    { file: '', hosts: [host], clients: [], bigint: false, warnings: [] },
    {
      logger: silentLogger,
      ...(transport === undefined ? {} : { transport }),
      ...(clock === undefined ? {} : { clock }),
    },
  );
  app.messages$.subscribe(({ action, value, peer, key }) => asked.push({ action, value, peer, key }));
  await handlers?.(app);
  app.handle('*', () => undefined);
  await app.start();
  const { ip, port } = app.address;
  return {
    ip,
    port,
    asked,
    async close() {
      await app.stop({ graceMs: 0 });
    },
  };
}

const optionShapes = {
  // Its own reader tells more.
  listen: { expected: 'a host', fits: () => true },
  handlers: handlersShape,
  transport: shapes.transport,
  clock: shapes.clock,
} satisfies Readonly<Record<keyof HandlerStandInOptions, Shape>>;
