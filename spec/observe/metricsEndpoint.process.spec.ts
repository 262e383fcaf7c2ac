import { metricFamilies } from '../../src/observe/metrics/metricFamilies';
import { createTestStats, type TestStats } from './createTestStats';
import { ask, find, openMetrics, type TestMetrics } from './openMetrics';
import type { Sample } from './parseExposition';

const opened: TestMetrics[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ server }) => server.close()));
});

function open(test: TestStats): TestMetrics {
  const metrics = openMetrics(test);
  opened.push(metrics);
  return metrics;
}

/** The labels that tell one histogram of a family from another. */
function ownLabel({ labels: { le: _, ...rest } }: Sample): string {
  return JSON.stringify(rest);
}

describe('GET /metrics', () => {
  it('shows every family with HELP and TYPE, by the conventions of names', async () => {
    const families = await open(createTestStats()).scrape();
    expect(families.map(({ name, type, help }) => ({ name, type, help }))).toEqual(
      metricFamilies.map(({ name, type, help }) => ({ name, type, help })),
    );
    for (const { name, type } of families) {
      expect(name).toMatch(/^rxcomet_[a-z0-9]+(_[a-z0-9]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|kb|kilobytes|count|sum|bucket)\b/);
    }
  });

  it('answers in the text format that Prometheus expects', async () => {
    const { status, headers } = await ask(await open(createTestStats()).listen());
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('shows what was counted, in base units', async () => {
    const test = createTestStats();
    const { listen, scrape } = open(test);
    await listen();
    test.handle('Move', 40);
    test.handle('Move', 1, 'ERR_HANDLER_FAILED');
    test.send(250);
    test.send(5000, 'ERR_ACK_TIMEOUT');
    test.stats.failed('ERR_FRAME_TIMEOUT');
    const page = await scrape();
    const expected: [string, Sample['labels'], number][] = [
      ['rxcomet_messages_received_total', {}, 2],
      ['rxcomet_messages_handled_total', { action: 'Move', outcome: 'ok' }, 1],
      ['rxcomet_messages_handled_total', { action: 'Move', outcome: 'error' }, 1],
      ['rxcomet_message_errors_total', { code: 'ERR_HANDLER_FAILED' }, 1],
      ['rxcomet_handler_duration_seconds_sum', { action: 'Move' }, 0.041],
      ['rxcomet_messages_in_flight', { host: '127.0.0.2:65432' }, 3],
      ['rxcomet_handlers_stuck', { host: '127.0.0.2:65432' }, 2],
      ['rxcomet_answers_dropped_total', { host: '127.0.0.2:65432' }, 1],
      ['rxcomet_dedup_keys', { host: '127.0.0.2:65432' }, 40],
      ['rxcomet_dedup_joined_total', {}, 5],
      ['rxcomet_dedup_repeated_total', {}, 6],
      ['rxcomet_dedup_forgotten_early_total', {}, 7],
      ['rxcomet_sends_total', { client: 'Peer', outcome: 'ok' }, 1],
      ['rxcomet_sends_total', { client: 'Plain', outcome: 'unconfirmed' }, 0],
      ['rxcomet_send_errors_total', { client: 'Peer', code: 'ERR_ACK_TIMEOUT' }, 1],
      ['rxcomet_send_duration_seconds_sum', { client: 'Peer' }, 0.25],
      ['rxcomet_send_queue_messages', { client: 'Peer' }, 7],
      ['rxcomet_send_queue_bytes', { client: 'Peer' }, 700],
      ['rxcomet_sends_unanswered', { client: 'Peer' }, 2],
      ['rxcomet_outbox_messages', { client: 'Peer' }, 9],
      ['rxcomet_outbox_bytes', { client: 'Peer' }, 900],
      ['rxcomet_outbox_oldest_age_seconds', { client: 'Peer' }, 1.5],
      ['rxcomet_outbox_dead_letters', { client: 'Peer' }, 1],
      ['rxcomet_failures_total', { code: 'ERR_FRAME_TIMEOUT' }, 1],
      ['rxcomet_connections_open', { side: 'host', dialect: 'native' }, 4],
      ['rxcomet_connections_opened_total', { side: 'client' }, 12],
      ['rxcomet_received_bytes_total', {}, 15],
      ['rxcomet_sent_bytes_total', {}, 16],
      ['rxcomet_actors', {}, 13],
      ['rxcomet_mailbox_messages', {}, 14],
    ];
    expect(expected.map(([name, labels]) => [name, labels, find(page, name, labels)])).toEqual(expected);
    expect(find(page, 'rxcomet_outbox_messages', { client: 'Plain' })).toBeUndefined();
    expect(find(page, 'rxcomet_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('shows histograms whose buckets hold the smaller ones too, the last all of them', async () => {
    const test = createTestStats();
    const { listen, scrape } = open(test);
    await listen();
    for (const durationMs of [0, 3, 3, 700, 60_000]) test.handle('Move', durationMs);
    test.handle('Status', 3);
    const page = await scrape();
    const bucket = (le: string): number | undefined =>
      find(page, 'rxcomet_handler_duration_seconds_bucket', { action: 'Move', le });
    expect(['0.0001', '0.0025', '0.005', '0.5', '1', '30', '+Inf'].map(bucket)).toEqual([
      1, 1, 3, 3, 4, 4, 5,
    ]);
    let histograms = 0;
    for (const { name, type, samples } of page) {
      if (type !== 'histogram') continue;
      for (const label of new Set(samples.map(ownLabel))) {
        histograms += 1;
        const parts = samples.filter((sample) => ownLabel(sample) === label);
        const counts = parts.filter((part) => part.name === `${name}_bucket`);
        expect(counts.map(({ value }) => value)).toEqual(
          counts.map(({ value }) => value).sort((a, b) => a - b),
        );
        expect(counts.at(-1)?.labels.le).toBe('+Inf');
        expect(counts.at(-1)?.value).toBe(parts.find((part) => part.name === `${name}_count`)?.value);
        expect(parts.filter((part) => part.name === `${name}_sum`)).toHaveLength(1);
      }
    }
    expect(histograms).toBe(4);
  });

  it('keeps the page legal whatever names and codes are', async () => {
    const nasty = 'a"b\\c\nd{}=,é💥';
    const test = createTestStats({
      isRegistered: () => true,
      clients: () => [{ client: nasty, queued: 1, queuedBytes: 1, unanswered: 0, outbox: undefined }],
    });
    const { listen, scrape } = open(test);
    await listen();
    test.handle(nasty, 1, nasty);
    test.handle('__proto__', 1, '__proto__');
    const page = await scrape();
    expect(find(page, 'rxcomet_messages_handled_total', { action: nasty, outcome: 'error' })).toBe(1);
    expect(find(page, 'rxcomet_messages_handled_total', { action: '__proto__', outcome: 'error' })).toBe(1);
    expect(find(page, 'rxcomet_send_queue_messages', { client: nasty })).toBe(1);
    expect(find(page, 'rxcomet_message_errors_total', { code: 'other' })).toBe(2);
  });

  it('makes the page once a second at most, however often it is scraped', async () => {
    let snapshots = 0;
    const test = createTestStats({ mailboxes: () => ({ actors: 0, depth: (snapshots += 1) }) });
    const { listen, scrape } = open(test);
    await listen();
    const port = await listen();
    const pages = await Promise.all(Array.from({ length: 20 }, () => ask(port)));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    test.clock.jump(999);
    expect(find(await scrape(), 'rxcomet_mailbox_messages')).toBe(1);
    test.clock.jump(1);
    expect(find(await scrape(), 'rxcomet_mailbox_messages')).toBe(2);
    expect(snapshots).toBe(2);
  });
});
