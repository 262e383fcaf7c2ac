import type { ActorSystem } from '../actors/ActorSystem';
import type { RxcometError } from '../errors/RxcometError';
import type { Clock } from '../runtime/Clock';
import type { ReportThrown } from '../runtime/guards';
import type { Host } from '../streams/host/Host';
import type { Client } from '../streams/client/Client';
import type { AppHandlers } from './AppHandlers';
import type { DetachedStreams } from './DetachedStreams';

/** What a stop came to. */
export interface StopResult {
  /** Messages whose handlers ended within the grace time. */
  readonly finished: number;
  /**
   * Messages whose handlers were cut off, by the end of the grace time or since their peer left within it.
   */
  readonly aborted: number;
  /** Sends that were given up. Not those an `Outbox` keeps: they go out at the next start. */
  readonly undelivered: number;
}

/** What an app has running. */
interface RunningParts {
  readonly clock: Clock;
  readonly hosts: readonly Host[];
  readonly clients: readonly Client[];
  readonly handlers: AppHandlers;
  readonly detached: DetachedStreams;
  readonly actors: Pick<ActorSystem, 'stop'>;
  readonly stores: readonly OpenStore[];
  /** Called with each failure that comes of stopping. */
  readonly report: (error: RxcometError) => void;
  /** Is told what one of them throws. */
  readonly thrown: ReportThrown;
}

/** A store that is closed last. */
export interface OpenStore {
  close(): Promise<void>;
  /** What is wrong when that takes longer than `withinMs`. */
  stuck(withinMs: number): RxcometError;
}

/** After the grace time the disk has so long to take what is still to be written. */
const DISK_MS = 1000;

/**
 * Stops in phases: what can end by itself has `graceMs` for it, what is left is cut off. Resolves when
 * everything is gone.
 */
export async function stopParts(parts: RunningParts, graceMs: number): Promise<StopResult> {
  const { clock, hosts, clients, handlers, detached, actors, thrown } = parts;
  const unfinished = total(hosts, (host) => host.unfinished);
  const lostBefore = total(hosts, (host) => host.lost);
  await within(graceMs, clock, finish(parts));
  let aborted = total(hosts, (host) => host.lost) - lostBefore;
  for (const host of hosts) aborted += tried(() => host.abort(), 0, thrown);
  tried(() => handlers.close(), undefined, thrown);
  tried(() => detached.unsubscribeAll(), undefined, thrown);
  let undelivered = 0;
  for (const client of clients) undelivered += tried(() => client.abort(), 0, thrown);
  // What was dropped is gone when its close was told.
  await allTried(hosts, (host) => host.emptied(), thrown);
  await allTried(clients, (client) => client.allClosed(), thrown);
  // Last, so that what was acknowledged until now is not sent again at the next start.
  await allTried(parts.stores, (store) => closeInTime(parts, store), thrown);
  await allTried([actors], (system) => system.stop({ graceMs: 0 }), thrown);
  return { finished: Math.max(0, unfinished - aborted), aborted, undelivered };
}

/**
 * A store on a disk that does not answer is left behind: nothing can be done for it, and what was confirmed
 * is safe.
 */
async function closeInTime({ clock, report }: RunningParts, store: OpenStore): Promise<void> {
  let closed = false;
  const closing = store.close().finally(() => (closed = true));
  await within(DISK_MS, clock, closing);
  if (!closed) report(store.stuck(DISK_MS));
}

/** Everything that can still end by itself: hosts first, since their handlers may send. */
async function finish({ hosts, clients, detached, thrown }: RunningParts): Promise<void> {
  await allTried(hosts, (host) => host.close(), thrown);
  await allTried(hosts, (host) => host.emptied(), thrown);
  await detached.done();
  await allTried(clients, (client) => client.outboxSent(), thrown);
  for (const client of clients) tried(() => client.close(), undefined, thrown);
  await allTried(clients, (client) => client.idle(), thrown);
}

/** Whatever one part throws, the others are stopped too. */
function tried<T>(work: () => T, otherwise: T, thrown: ReportThrown): T {
  try {
    return work();
  } catch (error) {
    thrown(error);
    return otherwise;
  }
}

async function allTried<P>(
  parts: readonly P[],
  end: (part: P) => Promise<unknown>,
  thrown: ReportThrown,
): Promise<void> {
  const ending = parts.map(async (part) => {
    await end(part);
  });
  for (const result of await Promise.allSettled(ending)) {
    if (result.status === 'rejected') thrown(result.reason);
  }
}

/** Resolves when the work has ended, well or not, or the time is over. */
export async function within(timeMs: number, clock: Clock, work: Promise<void>): Promise<void> {
  let timer: unknown;
  const over = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, timeMs, { ref: true });
  });
  await Promise.race([work.catch(() => undefined), over]);
  clock.clearTimeout(timer);
}

function total<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0);
}
