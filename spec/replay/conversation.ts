import type { App, CometConfig } from 'rxcomet';
import { parseConfig } from 'rxcomet';
import type { RecordedEvent } from 'rxcomet/testing';
import type { VirtualClock } from '../support/createVirtualClock';

/** The events of one connection, in the order given; `at` is told for each. */
export function linkEvents(
  link: number,
  dialect: 'native' | 'comet',
  ...events: readonly (readonly [at: number, event: object])[]
): RecordedEvent[] {
  return events.map(([at, event]) => ({ at, link, side: 'host', dialect, ...event }) as RecordedEvent);
}

export const open = { kind: 'open' };
export const ask = (id: number, value: unknown, action = 'Move'): object => ({
  kind: 'message',
  id,
  action,
  text: JSON.stringify(value),
});
export const answer = (id: number, result: unknown, status?: 'next' | 'error'): object => ({
  kind: 'ack',
  id,
  text: JSON.stringify(result),
  ...(status === undefined ? {} : { status }),
});
export const closed = (from: 'client' | 'host', how: 'fin' | 'reset' = 'fin'): object => ({
  kind: 'close',
  how,
  from,
});

/** Handlers that wait on a clock before they answer twice the value. */
export const doubleAfter =
  (clock: VirtualClock, ms: number) =>
  (app: App): void =>
    void app.handle('Move', async (value) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
      return Number(value) * 2;
    });

/** Moves the clock from timer to timer until the promise is settled, for at most so much of its time. */
export async function inVirtualTime<T>(
  clock: VirtualClock,
  promise: Promise<T>,
  limitMs = 3_600_000,
): Promise<T> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  promise.then(done, done);
  const giveUpAt = clock.now() + limitMs;
  await clock.settle();
  for (let step = 1; !settled; step = Math.min(step * 2, 1000)) {
    if (clock.now() >= giveUpAt) throw new Error(`not settled within ${limitMs} ms of virtual time`);
    await clock.advance(step);
  }
  return promise;
}

export function clientOf(
  address: { readonly IP: string; readonly Port: number },
  more: object = {},
): CometConfig['clients'][number] {
  const [client] = parseConfig({
    Socket_connection: { Client: { Peer: { ...address, Heartbeat_ms: 0, ...more } } },
  }).clients;
  if (client === undefined) throw new Error('no client');
  return client;
}

export function hostOf(address: {
  readonly IP: string;
  readonly Port: number;
}): CometConfig['hosts'][number] {
  const [host] = parseConfig({ Socket_connection: { Host: address } }).hosts;
  if (host === undefined) throw new Error('no host');
  return host;
}
