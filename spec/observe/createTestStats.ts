import { Stats } from '../../src/observe/stats/Stats';
import type { StatsSource } from '../../src/observe/stats/StatsSnapshot';
import { Message } from '../../src/streams/messages/Message';
import type { SentMessage } from '../../src/streams/messages/TrafficObserver';
import { createVirtualClock, type VirtualClock } from '../support/createVirtualClock';

/** Stats over a source that stands still, in virtual time. */
export interface TestStats {
  readonly stats: Stats;
  readonly clock: VirtualClock;
  /** How often counting began. */
  begun(): number;
  /** A message that takes so long and ends so. */
  handle(action: string, durationMs: number, outcome?: string): void;
  /** A send of the client `Peer`, or another one, that takes so long and ends so. */
  send(durationMs: number, outcome?: string, client?: string): void;
}

/** Actions `Move` and `Status` have handlers. One host, the clients `Peer` (with an outbox) and `Plain`. */
export function createTestStats(changes: Partial<StatsSource> = {}): TestStats {
  const clock = createVirtualClock();
  let begun = 0;
  const source: StatsSource = {
    isRegistered: (action) => action === 'Move' || action === 'Status',
    hosts: () => [
      {
        host: '127.0.0.2:65432',
        inFlight: 3,
        stuckHandlers: 2,
        droppedAnswers: 1,
        dedup: { keys: 40, joined: 5, repeated: 6, forgottenEarly: 7 },
      },
    ],
    clients: () => [
      {
        client: 'Peer',
        queued: 7,
        queuedBytes: 700,
        unanswered: 2,
        outbox: { depth: 9, bytes: 900, oldestMs: 1500, deadLetters: 1 },
      },
      { client: 'Plain', queued: 0, queuedBytes: 0, unanswered: 0, outbox: undefined },
    ],
    connections: () => ({
      open: [{ side: 'host', dialect: 'native', open: 4 }],
      opened: { host: 11, client: 12 },
    }),
    mailboxes: () => ({ actors: 13, depth: 14 }),
    bytes: () => ({ received: 15, sent: 16 }),
    ...changes,
  };
  const stats = new Stats({ clock, source, onBegin: () => (begun += 1) });
  return {
    stats,
    clock,
    begun: () => begun,
    handle(action, durationMs, outcome = 'ok') {
      const token = stats.messageBegan();
      clock.jump(durationMs);
      stats.messageEnded(createMessage(action), token, outcome);
    },
    send(durationMs, outcome = 'ok', client = 'Peer') {
      const sent: SentMessage = {
        client,
        action: 'Status',
        kind: 'ask',
        confirm: true,
        key: undefined,
        trace: undefined,
      };
      const token = stats.sendBegan();
      clock.jump(durationMs);
      stats.sendEnded(sent, token, outcome);
    },
  };
}

function createMessage(action: string): Message {
  const never = (): never => {
    throw new Error('stats only look at a message');
  };
  const fields = {
    action,
    value: 1,
    peer: '127.0.0.3:50000',
    host: '127.0.0.2:65432',
    id: 1,
    key: undefined,
    redelivered: false,
    receivedAt: 0,
    dialect: 'native' as const,
    trace: undefined,
  };
  return new Message(fields, { signal: never, acknowledge: never, fail: never, onReleased: never });
}
