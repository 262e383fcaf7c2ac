import type { ActorSystem } from '../actors/ActorSystem';
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
}

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
  await Promise.all(hosts.map((host) => host.closeStore()));
  // Last, so that what was acknowledged until now is not sent again at the next start.
  await Promise.all(peers.map((peer) => peer.closeOutbox()));
  await actors.stop({ graceMs: 0 });
  return { finished: Math.max(0, unfinished - aborted), aborted, undelivered };
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
async function within(timeMs: number, clock: Clock, work: Promise<void>): Promise<void> {
  let timer: unknown;
  const over = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, timeMs, { ref: true });
  });
  await Promise.race([work.catch(() => undefined), over]);
  clock.clearTimeout(timer);
}
