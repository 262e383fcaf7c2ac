import type { ClientConfig } from '../../src/config/types/ClientConfig';
import type { HostConfig } from '../../src/config/types/HostConfig';
import type { Listener, Transport } from '../../src/streams/transport/Transport';
import { recordLink, type LinkRecord } from './recordLink';

/** A host on 127.0.0.1 with a free port and the default limits. */
export function hostConfig(changes: Partial<HostConfig> = {}): HostConfig {
  return {
    ip: '127.0.0.1',
    port: 0,
    heartbeatMs: 15_000,
    limits: {
      maxContentBytes: 16_777_216,
      maxNesting: 128,
      maxConnections: 1024,
      memoryBudgetBytes: 268_435_456,
      maxUnsentBytes: 16_777_216,
      maxInFlight: 256,
      frameTimeoutMs: 30_000,
      minRateBytesPerS: 16_384,
      writeTimeoutMs: 30_000,
      idleTimeoutMs: 0,
      lingerMs: 2_000,
      handlerTimeoutMs: 30_000,
      streamIdleMs: 0,
      abortGraceMs: 1000,
    },
    ...changes,
  };
}

/** A client `Peer` of that address. */
export function clientConfig(
  address: { ip: string; port: number },
  changes: Partial<ClientConfig> = {},
): ClientConfig {
  return {
    name: 'Peer',
    ip: address.ip,
    port: address.port,
    ackTimeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    dialect: 'auto',
    parallel: 1,
    heartbeatMs: 15_000,
    reconnect: { minDelayMs: 100, maxDelayMs: 10_000, jitter: 0.2 },
    queue: { capacity: 10_000, maxBytes: 67_108_864, highWater: 0.8, overflow: 'fail', ttlMs: 0 },
    ...changes,
  };
}

/** A listening host whose links and errors are kept. */
export interface RecordedHost {
  readonly listener: Listener;
  readonly links: LinkRecord[];
  readonly errors: Error[];
  /** The link of that number, from 0, as soon as it was accepted. */
  accepted(index: number): Promise<LinkRecord>;
  /** The error of that number, from 0, as soon as it was told. */
  failed(index: number): Promise<Error>;
}

export async function openHost(transport: Transport, config = hostConfig()): Promise<RecordedHost> {
  const links: LinkRecord[] = [];
  const errors: Error[] = [];
  const waiting = new Set<() => void>();
  const nth = <T>(items: readonly T[], index: number): Promise<T> =>
    new Promise((resolve) => {
      const check = (): void => {
        const item = items[index];
        if (item === undefined) return;
        waiting.delete(check);
        resolve(item);
      };
      waiting.add(check);
      check();
    });
  const listener = await transport.listen(
    config,
    (link) => {
      links.push(recordLink(link));
      for (const check of waiting) check();
    },
    (error) => {
      errors.push(error);
      for (const check of waiting) check();
    },
  );
  return {
    listener,
    links,
    errors,
    accepted: (index) => nth(links, index),
    failed: (index) => nth(errors, index),
  };
}

/** A signal that never aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
