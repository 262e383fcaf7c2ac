import {
  type MetricFamily,
  buckets,
  byCode,
  byOutcome,
  perClient,
  perDedup,
  perHost,
  perOutbox,
  single,
} from './MetricFamily';

const HANDLER_DURATION = 'rxcomet_handler_duration_seconds';
const SEND_DURATION = 'rxcomet_send_duration_seconds';

const messages: readonly MetricFamily[] = [
  single(
    'counter',
    'rxcomet_messages_received_total',
    'Requests that hosts accepted.',
    (stats) => stats.messages.received,
  ),
  {
    name: 'rxcomet_messages_handled_total',
    type: 'counter',
    help: 'Messages whose handlers have settled; outcome: ok, error (an error acknowledgement), cancelled.',
    labels: ['action', 'outcome'],
    samples: (stats) =>
      stats.messages.actions.flatMap(({ action, ok, failed, cancelled }) =>
        byOutcome({ action }, { ok, error: failed, cancelled }),
      ),
  },
  {
    name: 'rxcomet_message_errors_total',
    type: 'counter',
    help: 'Error acknowledgements.',
    labels: ['code'],
    samples: (stats) => byCode({}, stats.messages.errors),
  },
  {
    name: HANDLER_DURATION,
    type: 'histogram',
    help: 'From before the first handler of a message until all have settled.',
    labels: ['action'],
    samples: (stats) =>
      stats.messages.actions.flatMap(({ action, duration }) =>
        buckets(HANDLER_DURATION, { action }, duration),
      ),
  },
  perHost(
    'gauge',
    'rxcomet_messages_in_flight',
    'Messages whose handlers have not settled or not begun.',
    ({ inFlight }) => inFlight,
  ),
  perHost(
    'gauge',
    'rxcomet_handlers_stuck',
    'Calls of handlers that go on although their message was given up.',
    ({ stuckHandlers }) => stuckHandlers,
  ),
  perHost(
    'counter',
    'rxcomet_answers_dropped_total',
    'Answers that came after their message was answered, cancelled or timed out.',
    ({ droppedAnswers }) => droppedAnswers,
  ),
  perDedup('gauge', 'rxcomet_dedup_keys', 'Message keys that Dedup remembers.', ({ keys }) => keys),
  perDedup(
    'counter',
    'rxcomet_dedup_joined_total',
    'Repeats that joined a message whose handlers were still running.',
    ({ joined }) => joined,
  ),
  perDedup(
    'counter',
    'rxcomet_dedup_repeated_total',
    'Repeats that got the kept answer.',
    ({ repeated }) => repeated,
  ),
  perDedup(
    'counter',
    'rxcomet_dedup_forgotten_early_total',
    'Message keys that Dedup forgot before its window was over, because there were too many.',
    ({ forgottenEarly }) => forgottenEarly,
  ),
];

const sends: readonly MetricFamily[] = [
  {
    name: 'rxcomet_sends_total',
    type: 'counter',
    help: 'Sends that ended; outcome: ok, error, cancelled, unconfirmed (written without asking for an acknowledgement).',
    labels: ['client', 'outcome'],
    samples: ({ clients }) =>
      clients.flatMap(({ client, ok, failed, cancelled, unconfirmed }) =>
        byOutcome({ client }, { ok, error: failed, cancelled, unconfirmed }),
      ),
  },
  {
    name: 'rxcomet_send_errors_total',
    type: 'counter',
    help: 'Sends that failed; what the peer answered is ERR_REMOTE.',
    labels: ['client', 'code'],
    samples: ({ clients }) => clients.flatMap(({ client, errors }) => byCode({ client }, errors)),
  },
  {
    name: SEND_DURATION,
    type: 'histogram',
    help: 'From the send to its acknowledgement, queueing and connecting included.',
    labels: ['client'],
    samples: ({ clients }) =>
      clients.flatMap(({ client, duration }) => buckets(SEND_DURATION, { client }, duration)),
  },
  perClient('rxcomet_send_queue_messages', 'Messages in the queue, not yet written.', ({ queued }) => queued),
  perClient(
    'rxcomet_send_queue_bytes',
    'What the messages in the queue weigh.',
    ({ queuedBytes }) => queuedBytes,
  ),
  perClient(
    'rxcomet_sends_unanswered',
    'Messages written and not yet acknowledged.',
    ({ unanswered }) => unanswered,
  ),
  perOutbox(
    'rxcomet_outbox_messages',
    'Messages the Outbox keeps until they are acknowledged.',
    ({ depth }) => depth,
  ),
  perOutbox('rxcomet_outbox_bytes', 'Bytes of the contents the Outbox keeps.', ({ bytes }) => bytes),
  perOutbox(
    'rxcomet_outbox_oldest_age_seconds',
    'Age of the oldest message the Outbox keeps; 0 when there is none.',
    ({ oldestMs }) => oldestMs / 1000,
  ),
  perOutbox(
    'rxcomet_outbox_dead_letters',
    'Messages that the peer refused too often.',
    ({ deadLetters }) => deadLetters,
  ),
];

const app: readonly MetricFamily[] = [
  {
    name: 'rxcomet_failures_total',
    type: 'counter',
    help: 'Failures that nobody waited for: what goes to failures$ or to the log.',
    labels: ['code'],
    samples: ({ failures }) => byCode({}, failures),
  },
  {
    name: 'rxcomet_connections_open',
    type: 'gauge',
    help: 'Open connections; dialect: native, comet, unknown (the other side has not shown it yet).',
    labels: ['side', 'dialect'],
    samples: ({ connections }) =>
      connections.open.map(({ side, dialect, open }) => ({ labels: { side, dialect }, value: open })),
  },
  {
    name: 'rxcomet_connections_opened_total',
    type: 'counter',
    help: 'Connections opened.',
    labels: ['side'],
    samples: ({ connections: { opened } }) => [
      { labels: { side: 'host' }, value: opened.host },
      { labels: { side: 'client' }, value: opened.client },
    ],
  },
  single(
    'counter',
    'rxcomet_received_bytes_total',
    'Bytes read from connections.',
    ({ bytes }) => bytes.received,
  ),
  single('counter', 'rxcomet_sent_bytes_total', 'Bytes handed to connections.', ({ bytes }) => bytes.sent),
  single('gauge', 'rxcomet_actors', 'Actors of the app.', ({ mailboxes }) => mailboxes.actors),
  single(
    'gauge',
    'rxcomet_mailbox_messages',
    'Messages that wait in the mailboxes of all actors.',
    ({ mailboxes }) => mailboxes.depth,
  ),
];

const runtime: readonly MetricFamily[] = [
  single(
    'gauge',
    'rxcomet_event_loop_delay_mean_seconds',
    'How late the event loop was since the last scrape, on average.',
    ({ eventLoopDelay }) => eventLoopDelay.meanSeconds,
  ),
  single(
    'gauge',
    'rxcomet_event_loop_delay_p99_seconds',
    'How late the event loop was since the last scrape, 99th percentile.',
    ({ eventLoopDelay }) => eventLoopDelay.p99Seconds,
  ),
  single(
    'gauge',
    'rxcomet_event_loop_delay_max_seconds',
    'How late the event loop was since the last scrape, at most.',
    ({ eventLoopDelay }) => eventLoopDelay.maxSeconds,
  ),
  single(
    'gauge',
    'rxcomet_resident_memory_bytes',
    'Resident memory of the process.',
    ({ memory }) => memory.residentBytes,
  ),
  single('gauge', 'rxcomet_heap_used_bytes', 'Heap in use.', ({ memory }) => memory.heapUsedBytes),
  single('gauge', 'rxcomet_heap_total_bytes', 'Heap reserved.', ({ memory }) => memory.heapTotalBytes),
  single(
    'gauge',
    'rxcomet_external_memory_bytes',
    'Memory of buffers outside the heap.',
    ({ memory }) => memory.externalBytes,
  ),
];

/** Everything the endpoint shows, in its order. docs/observability.md has the same table. */
export const metricFamilies: readonly MetricFamily[] = [...messages, ...sends, ...app, ...runtime];
