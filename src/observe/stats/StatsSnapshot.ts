import type { DedupCounts } from '../../streams/dedup/DedupStore';
import type { OutboxState } from '../../streams/client/OutboxPort';

/** What the app can tell about itself; asked when a snapshot is made, and nothing of it is counted before. */
export interface StatsSource {
  /**
   * True when some handler was added for this very action, '*' not counted. Asked for each message of an
   * action until it was true.
   */
  isRegistered(action: string): boolean;
  hosts(): readonly HostGauges[];
  /** Every client of the configuration. */
  clients(): readonly ClientGauges[];
  connections(): ConnectionStats;
  mailboxes(): MailboxGauges;
  bytes(): StatsSnapshot['bytes'];
}

/**
 * What `app.stats$` emits: what the app has done since counting began, and how it stands now. A plain object,
 * good for JSON.
 *
 * Numbers that only grow are called by what they count; the difference of two snapshots is a rate.
 */
export interface StatsSnapshot {
  /** Wall-clock time of this snapshot, ms since 1970. */
  readonly time: number;
  /**
   * Wall-clock time at which counting began, ms since 1970: the first subscription, or `start()` with
   * `Metrics`.
   */
  readonly countingSince: number;
  readonly messages: MessageStats;
  /** In the order of the configuration. */
  readonly clients: readonly ClientStats[];
  /** Hosts that listen, in the order of the configuration. */
  readonly hosts: readonly HostGauges[];
  readonly connections: ConnectionStats;
  /** What went to `failures$`, or to the logger while nobody subscribed, by code. */
  readonly failures: readonly CodeCount[];
  readonly mailboxes: MailboxGauges;
  /** Bytes of frames read from and handed to sockets, since the app was made. */
  readonly bytes: { readonly received: number; readonly sent: number };
  readonly eventLoopDelay: EventLoopDelayStats;
  readonly memory: MemoryStats;
}

/** Requests that hosts accepted. */
export interface MessageStats {
  /** Counted before their first handler; repeats that `Dedup` answers itself are in `hosts`. */
  readonly received: number;
  /**
   * By action, those whose handlers have settled: actions that had a handler of their own when one of their
   * messages ended, at most 50; all others together are `other`.
   */
  readonly actions: readonly ActionStats[];
  /** Error acknowledgements by code; at most 128 codes, the rest as `other`. */
  readonly errors: readonly CodeCount[];
}

/** Messages of one action whose handlers have settled. */
export interface ActionStats {
  readonly action: string;
  /** Acknowledged with a result, or without one because the peer asked for none. */
  readonly ok: number;
  /** Acknowledged with an error. */
  readonly failed: number;
  /** Not acknowledged: cancelled by the peer, or the peer was gone. */
  readonly cancelled: number;
  /** From before the first handler until all have settled. */
  readonly duration: DurationStats;
}

/** Sends of one client. */
export interface ClientStats extends ClientGauges {
  /** Acknowledged with a result. */
  readonly ok: number;
  /** Ended with an error, that of the peer included. */
  readonly failed: number;
  /** Unsubscribed before the end. */
  readonly cancelled: number;
  /** Written without asking for an acknowledgement (`confirm: false`). */
  readonly unconfirmed: number;
  /** Failed sends by the code of their error; what the peer answered is ERR_REMOTE. */
  readonly errors: readonly CodeCount[];
  /**
   * From the send to its acknowledgement, queueing and connecting included; sends without one are not in it.
   */
  readonly duration: DurationStats;
}

/** How one client stands. */
export interface ClientGauges {
  readonly client: string;
  /** Messages in its queue, not yet written. */
  readonly queued: number;
  /** What they weigh, bytes. */
  readonly queuedBytes: number;
  /** Messages written and not yet acknowledged. */
  readonly unanswered: number;
  /** undefined without an `Outbox`. */
  readonly outbox: OutboxState | undefined;
}

/** How one host stands. */
export interface HostGauges {
  /** ip:port it listens on. */
  readonly host: string;
  /** Messages whose handlers have not settled or not begun. */
  readonly inFlight: number;
  /**
   * Calls of handlers that go on although their message was given up `Abort_grace_ms` ago or longer; they
   * hold no slot.
   */
  readonly stuckHandlers: number;
  /** Answers that came after their message was answered, cancelled or timed out; since the app was made. */
  readonly droppedAnswers: number;
  /** undefined without `Dedup`. */
  readonly dedup: DedupCounts | undefined;
}

/** Connections of hosts and clients. */
export interface ConnectionStats {
  /** Open now; combinations without any are left out. */
  readonly open: readonly ConnectionGauge[];
  /** Opened since the app was made. */
  readonly opened: { readonly host: number; readonly client: number };
}

/** Open connections of one side and dialect. */
export interface ConnectionGauge {
  readonly side: 'host' | 'client';
  /** `unknown`: the other side has not shown it yet. */
  readonly dialect: 'native' | 'comet' | 'unknown';
  readonly open: number;
}

/** The actors of the app, as `app.actors.tree()` shows them. */
export interface MailboxGauges {
  readonly actors: number;
  /** Messages that wait in all their mailboxes. */
  readonly depth: number;
}

/** A number for each error code. */
export interface CodeCount {
  readonly code: string;
  readonly count: number;
}

/** Durations by size. */
export interface DurationStats {
  /** Upper bounds of the buckets in seconds, inclusive, growing. */
  readonly boundsSeconds: readonly number[];
  /** Durations within each bucket alone; one more than there are bounds, for what is longer than the last. */
  readonly counts: readonly number[];
  /** All of them. */
  readonly count: number;
  readonly sumSeconds: number;
}

/**
 * How late the event loop was, seconds, since the previous snapshot of the same subscription; all 0 in the
 * first. Work that blocks it shows here.
 */
export interface EventLoopDelayStats {
  readonly meanSeconds: number;
  readonly p99Seconds: number;
  readonly maxSeconds: number;
}

/** Memory of the process, bytes, as `process.memoryUsage()` tells. */
export interface MemoryStats {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
}
