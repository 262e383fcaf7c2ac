import { configShape, handlersShape } from '../replay/handlerShapes';
import { type Shape, checkOptions, shapes } from '../runtime/checkArguments';
import type { App } from '../app/App';
import type { AppOptions } from '../app/AppOptions';
import { createApp } from '../app/createApp';
import type { CometConfig } from '../config/types/CometConfig';
import { parseConfig } from '../config/parseConfig';
import { silentLogger } from '../runtime/Logger';
import type { Peer } from '../streams/client/Peer';
import type { Transport } from '../streams/transport/Transport';
import { createMemoryTransport } from '../streams/transport/memory/createMemoryTransport';

/** What a test app is made with. */
export interface TestAppOptions extends Omit<AppOptions, 'transport'> {
  /** Default: one host. */
  readonly config?: CometConfig;
  /** Adds the handlers under test. */
  readonly handlers?: (app: App) => void | Promise<void>;
}

/** An app without sockets, and a peer to talk to it. */
export interface TestApp {
  readonly app: App;
  /** Sends to the app's first host, as any peer does. */
  readonly peer: Peer;
  /** The network in memory, for further peers. */
  readonly transport: Transport;
  /** Stops both sides. */
  stop(): Promise<void>;
}

/**
 * Starts an app on a network in memory: the same handlers, frames, limits and errors as over TCP, and no
 * socket. Says nothing unless a logger is given.
 *
 * @example
 * const { peer, stop } = await createTestApp({ handlers: (app) => app.handle('Double', (n) => Number(n) * 2) });
 * console.log(await peer.ask('Double', 21)); // 42
 * await stop();
 */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  checkOptions('createTestApp', options, optionShapes);
  const { config = oneHost(), handlers, ...rest } = options;
  const transport = createMemoryTransport();
  const appOptions = { logger: silentLogger, ...rest, transport };
  const app = createApp(config, appOptions);
  await handlers?.(app);
  await app.start();
  const { ip, port } = app.address;
  const peerConfig = parseConfig({ Socket_connection: { Client: { App: { IP: ip, Port: port } } } });
  const outside = createApp(peerConfig, appOptions);
  return {
    app,
    peer: outside.peer('App'),
    transport,
    async stop() {
      await outside.stop({ graceMs: 0 });
      await app.stop({ graceMs: 0 });
    },
  };
}

const optionShapes = {
  config: configShape,
  handlers: handlersShape,
  logger: shapes.logger,
  clock: shapes.clock,
  random: shapes.callback,
} satisfies Readonly<Record<keyof TestAppOptions, Shape>>;

const oneHost = (): CometConfig => parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } });
