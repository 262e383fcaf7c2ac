import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';

/** The state of the process at one moment. */
export interface SoakSample {
  readonly seconds: number;
  readonly rssMib: number;
  readonly heapMib: number;
  /** Sockets, timers and the like that the process has open. */
  readonly handles: number;
  /** Messages answered so far. */
  readonly messages: number;
}

/** How long, and what becomes of the samples. */
export interface SoakOptions {
  readonly seconds: number;
  readonly sampleMs: number;
  readonly onSample: (sample: SoakSample) => void;
  /** Collects garbage before each sample, so that the heap shows what is really held. */
  readonly collect: () => void;
}

const CLIENTS = 8;
const IN_FLIGHT_PER_CLIENT = 16;
/** A value of every size class: in one segment, in several, in more than the system buffers. */
const VALUES = [1, 'x'.repeat(5_000), 'x'.repeat(300_000)];

/**
 * Clients of both dialects ask without pause over loopback sockets; the legacy ones open a connection for
 * each message. Resolves with the samples, the last one taken when everything is stopped.
 */
export async function soak(options: SoakOptions): Promise<SoakSample[]> {
  const { seconds, sampleMs, onSample, collect } = options;
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let messages = 0;
  const samples: SoakSample[] = [];
  const sample = (): void => {
    collect();
    const { rss, heapUsed } = process.memoryUsage();
    const handles = process.getActiveResourcesInfo().length;
    const taken = {
      seconds: elapsed(),
      rssMib: rss / 2 ** 20,
      heapMib: heapUsed / 2 ** 20,
      handles,
      messages,
    };
    samples.push(taken);
    onSample(taken);
  };

  sample();
  const host = createApp(parseConfig({ Socket_connection: { Host: { IP: '127.0.0.3', Port: 0 } } }), {
    logger: silentLogger,
  });
  host.handle('Echo', (value) => value);
  await host.start();
  const { ip, port } = host.address;
  const entries = Array.from({ length: CLIENTS }, (_, index) => [
    `Client${index}`,
    { IP: ip, Port: port, Dialect: index % 4 === 3 ? 'comet' : 'auto' },
  ]);
  const client = createApp(
    parseConfig({ Socket_connection: { Client: Object.fromEntries(entries) as object } }),
    { logger: silentLogger },
  );
  const timer = setInterval(sample, sampleMs);
  const askOn = async (name: string, turn: number): Promise<void> => {
    for (let count = turn; elapsed() < seconds; count += 1) {
      // Large ones are rare, as in a lab.
      const value = VALUES[count % 100 === 0 ? 2 : count % 10 === 0 ? 1 : 0];
      if ((await client.peer(name).ask('Echo', value)) !== value) throw new Error('another value came back');
      messages += 1;
    }
  };
  try {
    const names = client.config.clients.map(({ name }) => name);
    await Promise.all(
      names.flatMap((name) => Array.from({ length: IN_FLIGHT_PER_CLIENT }, (_, turn) => askOn(name, turn))),
    );
  } finally {
    clearInterval(timer);
    await client.stop();
    await host.stop();
  }
  sample();
  return samples;
}
