import { of } from 'rxjs';
import type { App } from '../../src/app/App';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import type { SendError } from '../../src/errors/sending';
import { silentLogger } from '../../src/runtime/Logger';
import type { Transport } from '../../src/streams/transport/Transport';
import { createNodeTransport } from '../../src/streams/transport/node/createNodeTransport';
import type { FaultPlan } from '../../src/streams/transport/faults/FaultPlan';
import { withFaults } from '../../src/streams/transport/faults/withFaults';
import { ChaosAccount, type ChaosTotals } from './ChaosAccount';
import { createRandom, type Random } from './createRandom';

/** How much chaos. */
export interface ChaosOptions {
  readonly seed: number;
  /** A quarter of them speak the legacy dialect, a connection for each message. */
  readonly clients: number;
  /** The host is started anew after each so many sends that are over. */
  readonly restartEvery: number;
  /** Asked before each send: whether there is to be another. */
  readonly goesOn: (begun: number) => boolean;
}

export interface ChaosReport extends ChaosTotals {
  readonly restarts: number;
  /** Connections that were damaged, by fault. */
  readonly faults: Readonly<Record<string, number>>;
}

/** A host address of its own, so that no client can be given the port while the host is down. */
const HOST_IP = '127.0.0.3';
const IN_FLIGHT_PER_CLIENT = 4;
const CANCELLED = 0.03;

/**
 * Clients send over loopback sockets while connections are reset, cut in mid-frame and half-closed, and the
 * host is started anew. Resolves when every send is over and everything is stopped; rejects with the seed
 * when the account does not balance.
 */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, clients, restartEvery, goesOn } = options;
  const random = createRandom(seed);
  const account = new ChaosAccount();
  const faults: Record<string, number> = {};
  let host = await openHost(account, 0);
  const { port } = host.address;
  let restarts = 0;
  let restarting: Promise<void> | undefined;
  const client = createClient(clients, port, faultyTransport(random, faults));

  const restart = async (): Promise<void> => {
    await host.stop({ graceMs: random.pick([0, 0, 20]) });
    host = await openHost(account, port);
    restarts += 1;
    restarting = undefined;
  };

  const sendUntilDone = async (name: string): Promise<void> => {
    while (goesOn(account.begun)) {
      await sendOne(client, name, account, random);
      if (account.over >= (restarts + 1) * restartEvery) await (restarting ??= restart());
    }
  };

  try {
    const names = client.config.clients.map(({ name }) => name);
    await Promise.all(
      names.flatMap((name) => Array.from({ length: IN_FLIGHT_PER_CLIENT }, () => sendUntilDone(name))),
    );
  } finally {
    await client.stop({ graceMs: 1000 });
    await host.stop({ graceMs: 1000 });
  }
  try {
    return { ...account.balance(), restarts, faults };
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function openHost(account: ChaosAccount, port: number): Promise<App> {
  const config = parseConfig({
    Socket_connection: { Host: { IP: HOST_IP, Port: port, Limits: { Linger_ms: 100 } } },
  });
  const app = createApp(config, { logger: silentLogger });
  const book = (value: unknown): unknown => {
    account.handled((value as { id: number }).id);
    return (value as { id: number }).id;
  };
  app.handle('Now', book);
  app.handle('Later', async (value) => {
    await new Promise((resolve) => setImmediate(resolve));
    return book(value);
  });
  app.handle('Stream', (value) => of(book(value)));
  await app.start();
  return app;
}

function createClient(clients: number, port: number, transport: Transport): App {
  const entries = Array.from({ length: clients }, (_, index) => [
    `Client${index}`,
    {
      IP: HOST_IP,
      Port: port,
      Dialect: index % 4 === 3 ? 'comet' : 'auto',
      Reconnect: { Min_delay_ms: 5, Max_delay_ms: 50 },
    },
  ]);
  const config = parseConfig({ Socket_connection: { Client: Object.fromEntries(entries) as object } });
  return createApp(config, { logger: silentLogger, transport });
}

/** Resolves when the send is over, however. */
function sendOne(client: App, name: string, account: ChaosAccount, random: Random): Promise<void> {
  const id = account.begin();
  const action = random.pick(['Now', 'Later', 'Stream']);
  // Some fill more than one segment, so that cuts fall into frames.
  const value = { id, filling: random.chance(0.1) ? 'x'.repeat(random.below(50_000)) : '' };
  const legacy = client.config.clients.find((config) => config.name === name)?.dialect === 'comet';
  return new Promise((resolve) => {
    let over = false;
    const end = (outcome: 'acknowledged' | 'cancelled' | SendError): void => {
      over = true;
      account.end(id, outcome);
      resolve();
    };
    const subscription = client
      .peer(name)
      .send(action, value)
      .subscribe({
        // A legacy peer gets a stream of results as one array.
        next: (result) =>
          account.result(id, legacy && action === 'Stream' ? (result as unknown[])[0] : result),
        complete: () => end('acknowledged'),
        error: (error: SendError) => end(error),
      });
    if (random.chance(CANCELLED)) {
      setImmediate(() => {
        if (over) return;
        subscription.unsubscribe();
        end('cancelled');
      });
    }
  });
}

/** Sockets of which a third go wrong somewhere. */
function faultyTransport(random: Random, faults: Record<string, number>): Transport {
  const transport = createNodeTransport();
  return {
    ...transport,
    async connect(config, signal) {
      const link = await transport.connect(config, signal);
      if (!random.chance(0.3)) return link;
      const fault = random.pick(['cut', 'reset', 'half-close'] as const);
      faults[fault] = (faults[fault] ?? 0) + 1;
      const plan: FaultPlan = {
        direction: random.pick(['in', 'out']),
        after: { bytes: 1 + random.below(random.pick([300, 30_000])), fault },
      };
      return withFaults(link, plan);
    },
  };
}
