import { take } from 'rxjs';
import { createTestStats } from '../createTestStats';

describe('Stats', () => {
  it('begins to count with the first reader, once, and tells so', () => {
    const { stats, clock, begun } = createTestStats();
    expect(begun()).toBe(0);
    clock.jump(2500);
    const reader = stats.open();
    expect(begun()).toBe(1);
    const subscription = stats.stats$.subscribe();
    expect(begun()).toBe(1);
    clock.jump(500);
    const { time, countingSince } = reader.snapshot();
    expect(countingSince).toBe(clock.wallTime() - 500);
    expect(time).toBe(clock.wallTime());
    reader.close();
    subscription.unsubscribe();
  });

  it('counts messages by action and outcome, their errors by code, and how long they took', () => {
    const { stats, handle } = createTestStats();
    const reader = stats.open();
    handle('Move', 0);
    handle('Move', 40, 'ERR_HANDLER_FAILED');
    handle('Status', 5, 'cancelled');
    stats.messageBegan();
    const { messages } = reader.snapshot();
    reader.close();
    expect(messages.received).toBe(4);
    expect(messages.errors).toEqual([{ code: 'ERR_HANDLER_FAILED', count: 1 }]);
    expect(messages.actions).toMatchObject([
      { action: 'Move', ok: 1, failed: 1, cancelled: 0, duration: { count: 2, sumSeconds: 0.04 } },
      { action: 'Status', ok: 0, failed: 0, cancelled: 1, duration: { count: 1, sumSeconds: 0.005 } },
    ]);
  });

  it('has no label for what a peer made up', () => {
    const { stats, handle } = createTestStats();
    const reader = stats.open();
    for (let index = 0; index < 1000; index += 1) handle(`made up ${index}`, 0, `E_${index}`);
    handle('Move', 0, 'a "code" with\nlines');
    const { messages } = reader.snapshot();
    reader.close();
    expect(messages.actions.map(({ action, failed }) => [action, failed])).toEqual([
      ['other', 1000],
      ['Move', 1],
    ]);
    expect(messages.errors).toHaveLength(129);
    expect(messages.errors.at(-1)).toEqual({ code: 'other', count: 1000 - 128 + 1 });
  });

  it('keeps fifty registered actions apart, the rest is other, also when that came first', () => {
    const { stats, handle } = createTestStats({ isRegistered: (action) => action !== 'unknown' });
    const reader = stats.open();
    handle('unknown', 0);
    for (let index = 0; index < 60; index += 1) handle(`Action${index}`, 0);
    handle('Action0', 0);
    const { actions } = reader.snapshot().messages;
    reader.close();
    expect(actions).toHaveLength(51);
    expect(actions[0]).toMatchObject({ action: 'other', ok: 11 });
    expect(actions[1]).toMatchObject({ action: 'Action0', ok: 2 });
    expect(actions[50]).toMatchObject({ action: 'Action49', ok: 1 });
  });

  it('shows a registered action that is called other with the others, once', () => {
    const { stats, handle } = createTestStats({ isRegistered: (action) => action === 'other' });
    const reader = stats.open();
    handle('other', 0);
    handle('unknown', 0);
    const { actions } = reader.snapshot().messages;
    reader.close();
    expect(actions).toMatchObject([{ action: 'other', ok: 2 }]);
  });

  it('counts sends by client and outcome, and times those that were acknowledged', () => {
    const { stats, send } = createTestStats();
    const reader = stats.open();
    send(10);
    send(20, 'ERR_REMOTE');
    send(5000, 'ERR_ACK_TIMEOUT');
    send(1, 'cancelled');
    stats.sentUnconfirmed('Peer');
    send(1, 'ok', 'Plain');
    const [peer, plain] = reader.snapshot().clients;
    reader.close();
    expect(peer).toMatchObject({ client: 'Peer', ok: 1, failed: 2, cancelled: 1, unconfirmed: 1 });
    expect(peer?.errors).toEqual([
      { code: 'ERR_REMOTE', count: 1 },
      { code: 'ERR_ACK_TIMEOUT', count: 1 },
    ]);
    expect(peer?.duration).toMatchObject({ count: 2, sumSeconds: 0.03 });
    expect(plain).toMatchObject({ client: 'Plain', ok: 1, failed: 0, errors: [] });
  });

  it('asks its source when a snapshot is made, and not before', () => {
    let asked = 0;
    const { stats, handle, send } = createTestStats({
      mailboxes: () => ({ actors: 1, depth: (asked += 1) }),
    });
    const reader = stats.open();
    handle('Move', 1);
    send(1);
    expect(asked).toBe(0);
    expect(reader.snapshot()).toMatchObject({
      hosts: [{ host: '127.0.0.2:65432', inFlight: 3, droppedAnswers: 1, dedup: { keys: 40 } }],
      clients: [
        { client: 'Peer', queued: 7, queuedBytes: 700, unanswered: 2, outbox: { depth: 9 }, ok: 1 },
        { client: 'Plain', outbox: undefined },
      ],
      connections: { open: [{ side: 'host', dialect: 'native', open: 4 }], opened: { host: 11, client: 12 } },
      mailboxes: { actors: 1, depth: 1 },
      bytes: { received: 15, sent: 16 },
    });
    reader.close();
  });

  it('counts failures once counting has begun', () => {
    const { stats } = createTestStats();
    stats.failed('ERR_QUEUE_FULL');
    const reader = stats.open();
    stats.failed('ERR_QUEUE_FULL');
    stats.failed('ERR_QUEUE_FULL', 300);
    expect(reader.snapshot().failures).toEqual([{ code: 'ERR_QUEUE_FULL', count: 301 }]);
    reader.close();
  });

  it('tells of the process itself', () => {
    const { stats } = createTestStats();
    const reader = stats.open();
    const { memory, eventLoopDelay } = reader.snapshot();
    reader.close();
    for (const bytes of Object.values(memory)) expect(bytes).toBeGreaterThan(0);
    expect(eventLoopDelay).toEqual({ meanSeconds: 0, p99Seconds: 0, maxSeconds: 0 });
  });

  it('gives snapshots that stay as they are', () => {
    const { stats, handle } = createTestStats();
    const reader = stats.open();
    handle('Move', 1);
    const before = reader.snapshot();
    const copy = JSON.stringify(before);
    handle('Move', 1, 'ERR_X');
    expect(JSON.stringify(before)).toBe(copy);
    reader.close();
  });
});

describe('stats$', () => {
  it('emits when subscribed and then every second, and leaves no timer behind', async () => {
    const { stats, clock, handle } = createTestStats();
    const seen: [number, number][] = [];
    expect(clock.pending).toBe(0);
    const subscription = stats.stats$.subscribe(({ time, messages }) =>
      seen.push([time - Date.UTC(2024, 0, 1), messages.received]),
    );
    expect(seen).toEqual([[0, 0]]);
    handle('Move', 0);
    await clock.advance(2000);
    expect(seen).toEqual([
      [0, 0],
      [1000, 1],
      [2000, 1],
    ]);
    subscription.unsubscribe();
    expect(clock.pending).toBe(0);
  });

  it('goes on counting while nobody is subscribed, so that totals have no gaps', () => {
    const { stats, handle, begun } = createTestStats();
    stats.stats$.subscribe().unsubscribe();
    handle('Move', 0);
    let received = 0;
    stats.stats$.subscribe(({ messages }) => (received = messages.received)).unsubscribe();
    expect(received).toBe(1);
    expect(begun()).toBe(1);
  });

  it('may be left within its first value', () => {
    const { stats, clock } = createTestStats();
    let values = 0;
    stats.stats$.pipe(take(1)).subscribe(() => (values += 1));
    expect(values).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('ends with a last snapshot for each subscriber; later ones complete at once', () => {
    const { stats, clock, handle } = createTestStats();
    const seen: (number | string)[] = [];
    const look = (): void => {
      stats.stats$.subscribe({
        next: ({ messages }) => seen.push(messages.received),
        complete: () => seen.push('complete'),
      });
    };
    look();
    handle('Move', 0);
    stats.complete();
    look();
    expect(seen).toEqual([0, 1, 'complete', 'complete']);
    expect(clock.pending).toBe(0);
  });
});
