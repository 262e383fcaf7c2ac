import type { ActorSystem } from '../actors/ActorSystem';
import type { RxcometError } from '../errors/RxcometError';
import type { Clock } from '../runtime/Clock';
import type { Host } from '../streams/host/Host';
import type { Peer } from '../streams/client/Peer';
import type { AppHandlers } from './AppHandlers';
import type { DetachedStreams } from './DetachedStreams';

/** What a stop came to. */
export interface StopResult {
  /** Messages whose handlers ended within the grace time. */
  readonly finished: number;
  /** Messages whose handlers were cut off. */
  readonly aborted: number;
  /** Sends that were given up. Not those an `Outbox` keeps: they go out at the next start. */
  readonly undelivered: number;
}

/** What an app has running. */
interface RunningParts {
  readonly clock: Clock;
  readonly hosts: readonly Host[];
  readonly peers: readonly Peer[];
  readonly handlers: AppHandlers;
  readonly detached: DetachedStreams;
  readonly actors: Pick<ActorSystem, 'stop'>;
  readonly stores: readonly OpenStore[];
  /** Called with each failure that comes of stopping. */
  readonly report: (error: RxcometError) => void;
}

/** A store that is closed last. */
export interface OpenStore {
  close(): Promise<void>;
  /** What is wrong when that takes longer than `withinMs`. */
  stuck(withinMs: number): RxcometError;
}

/** After the grace time the disk has so long to take what is still to be written. */
const DISK_MS = 1000;

/** Stops in phases: what can end by itself has `graceMs` for it, what is left is cut off. Resolves when everything is gone. */
export async function stopParts(parts: RunningParts, graceMs: number): Promise<StopResult> {
  const { clock, hosts, peers, handlers, detached, actors } = parts;
  const unfinished = hosts.reduce((sum, host) => sum + host.unfinished, 0);
  await within(graceMs, clock, finish(parts));
  let aborted = 0;
  for (const host of hosts) aborted += host.abort();
  handlers.close();
  detached.unsubscribeAll();
  let undelivered = 0;
  for (const peer of peers) undelivered += peer.abort();
  // What was dropped is gone when its close was told.
  await Promise.all(hosts.map((host) => host.emptied()));
  await Promise.all(peers.map((peer) => peer.allClosed()));
  // Last, so that what was acknowledged until now is not sent again at the next start.
  await Promise.all(parts.stores.map((store) => closeInTime(parts, store)));
  await actors.stop({ graceMs: 0 });
  return { finished: Math.max(0, unfinished - aborted), aborted, undelivered };
}

/** A store on a disk that does not answer is left behind: nothing can be done for it, and what was confirmed is safe. */
async function closeInTime({ clock, report }: RunningParts, store: OpenStore): Promise<void> {
  let closed = false;
  const closing = store.close().finally(() => (closed = true));
  await within(DISK_MS, clock, closing);
  if (!closed) report(store.stuck(DISK_MS));
}

/** Everything that can still end by itself: hosts first, since their handlers may send. */
async function finish({ hosts, peers, detached }: RunningParts): Promise<void> {
  await Promise.all(hosts.map((host) => host.close()));
  await Promise.all(hosts.map((host) => host.emptied()));
  await detached.done();
  await Promise.all(peers.map((peer) => peer.outboxSent()));
  for (const peer of peers) peer.close();
  await Promise.all(peers.map((peer) => peer.idle()));
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
