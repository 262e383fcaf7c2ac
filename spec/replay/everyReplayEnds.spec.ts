import {
  createMemoryTransport,
  formatVerdict,
  replayRecording,
  replayToHost,
  type RecordedEvent,
} from 'rxcomet/testing';
import { createVirtualClock } from '../support/createVirtualClock';
import {
  answer,
  ask,
  clientOf,
  closed,
  doubleAfter,
  hostOf,
  inVirtualTime,
  linkEvents,
  open,
} from './conversation';

const address = { IP: '127.0.0.2', Port: 7 };

/** A host that accepts and says nothing. */
async function silentHost() {
  const transport = createMemoryTransport();
  await transport.listen(
    hostOf(address),
    (link) =>
      link.open({
        data: () => undefined,
        end: () => undefined,
        drain: () => undefined,
        close: () => undefined,
      }),
    () => undefined,
  );
  return transport;
}

const oneShot = (link: number, at: number): RecordedEvent[] =>
  linkEvents(
    link,
    'comet',
    [at, open],
    [at + 1, ask(1, link)],
    [at + 2, answer(1, link)],
    [at + 3, closed('host')],
  );

describe('a replay to a host that gives no answer', () => {
  it.each([1, 'max'] as const)('ends after Ack_timeout_ms and tells so (speed %s)', async (speed) => {
    const clock = createVirtualClock();
    const to = clientOf(address, { Ack_timeout_ms: 2000 });
    const replay = replayToHost(oneShot(1, 0), { to, transport: await silentHost(), clock, speed });
    const { verdict } = await inVirtualTime(clock, replay);
    expect(verdict).toMatchObject({
      passed: false,
      differences: [{ kind: 'unanswered', action: 'Move', link: 1, id: 1 }],
    });
    expect(formatVerdict(verdict)).toContain('unanswered: Move, link 1, message 1');
    expect(clock.now()).toBeLessThan(5000);
  });

  it('waits longer where the recorded host took longer', async () => {
    const recording = linkEvents(1, 'native', [0, open], [0, ask(1, 1)], [20_000, answer(1, 1)]);
    const clock = createVirtualClock();
    const to = clientOf(address, { Ack_timeout_ms: 2000 });
    await inVirtualTime(clock, replayToHost(recording, { to, transport: await silentHost(), clock }));
    expect(clock.now()).toBeGreaterThanOrEqual(22_000);
  });

  it('gives up after three messages in a row and tells how many were not sent', async () => {
    const recording = Array.from({ length: 1000 }, (_, index) => oneShot(index + 1, index * 10)).flat();
    const clock = createVirtualClock();
    const to = clientOf(address, { Ack_timeout_ms: 2000 });
    const { verdict } = await inVirtualTime(
      clock,
      replayToHost(recording, { to, transport: await silentHost(), clock }),
    );
    expect(verdict.differences.map(({ kind }) => kind)).toEqual(['unanswered', 'unanswered', 'unanswered']);
    expect(verdict.notCompared).toBe(997);
    expect(verdict.remarks).toEqual([expect.stringContaining('997 messages were not sent')]);
    expect(clock.now()).toBeLessThan(20_000);
  });

  it('ends also when a connection is never accepted', async () => {
    const clock = createVirtualClock();
    const never = { ...createMemoryTransport(), connect: () => new Promise<never>(() => undefined) };
    const to = clientOf(address, { Ack_timeout_ms: 2000 });
    const { verdict } = await inVirtualTime(
      clock,
      replayToHost(oneShot(1, 0), { to, transport: never, clock }),
    );
    expect(verdict.differences).toMatchObject([{ kind: 'unanswered', link: 1, id: 1 }]);
    expect(clock.now()).toBeLessThan(10_000);
  });

  it('waits as long as it is told', async () => {
    const clock = createVirtualClock();
    const to = clientOf(address);
    await inVirtualTime(
      clock,
      replayToHost(oneShot(1, 0), { to, transport: await silentHost(), clock, answerMs: 100 }),
    );
    expect(clock.now()).toBeLessThan(1000);
  });
});

describe('a replay of a recording with holes', () => {
  const lines = linkEvents(
    1,
    'comet',
    [0, open],
    [1, ask(1, 1)],
    [2, answer(1, 1)],
    [3, closed('host')],
  ).concat(
    linkEvents(
      2,
      'native',
      [4, open],
      [5, ask(1, 1)],
      [6, answer(1, 1)],
      [7, ask(2, 2)],
      [8, answer(2, 2)],
      [9, closed('client')],
    ),
  );
  const echo = {
    handlers: (app: Parameters<Parameters<typeof replayRecording>[1]['handlers']>[0]) =>
      void app.handle('Move', (value) => value),
  };

  it.each(lines.map((event, index) => [`${event.kind} of link ${event.link}`, index] as const))(
    'ends at once without its line %s',
    async (_name, index) => {
      const clock = createVirtualClock();
      const recording = lines.filter((_, at) => at !== index);
      await inVirtualTime(clock, replayRecording(recording, { ...echo, clock }));
      // The end of a connection is waited for no longer than a second.
      expect(clock.now()).toBeLessThanOrEqual(1100);
    },
  );

  it('compares no acknowledgement whose message it does not hold', async () => {
    const recording = lines.filter(({ kind, link }) => kind !== 'message' || link === 2);
    const { verdict } = await replayRecording(recording, echo);
    expect(verdict).toMatchObject({ passed: true, compared: 2, notCompared: 1 });
  });
});

describe('a replay into handlers that never answer', () => {
  it('ends, also where the recorded message had no answer', async () => {
    const recording = linkEvents(1, 'native', [0, open], [1, ask(1, 1)], [50, { kind: 'cancel', id: 9 }]);
    const clock = createVirtualClock();
    const replay = replayRecording(recording, {
      clock,
      handlers: (app) => void app.handle('Move', () => new Promise(() => undefined)),
    });
    await inVirtualTime(clock, replay);
    expect(clock.now()).toBeLessThan(10_000);
  });

  it('names a set-up of handlers that does not end', async () => {
    const clock = createVirtualClock();
    const replay = replayRecording(oneShot(1, 0), {
      clock,
      answerMs: 1000,
      handlers: () => new Promise(() => undefined),
    });
    await expect(inVirtualTime(clock, replay)).rejects.toThrow('the option handlers');
  });
});

describe('a replay whose times are fractions of a millisecond', () => {
  // Only where the recorded app had clients does a replay wait for quiet at the end.
  it.each([7, 100, 333])('ends at speed %s', async (speed) => {
    for (let at = 1; at < 100; at += 1) {
      const clock = createVirtualClock();
      const recording = [
        ...linkEvents(1, 'native', [0, open], [at, ask(1, 1)], [at + 13, answer(1, 2)]),
        ...linkEvents(2, 'native', [at + 14, open]).map((event) => ({ ...event, side: 'Printer' })),
      ];
      const replay = replayRecording(recording, { clock, speed, handlers: doubleAfter(clock, at / 7) });
      const { verdict } = await inVirtualTime(clock, replay);
      expect(formatVerdict(verdict)).toContain('pass: 0 differences');
    }
  });
});
