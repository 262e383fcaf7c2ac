import { formatVerdict, replayRecording } from 'rxcomet/testing';
import { createVirtualClock } from '../support/createVirtualClock';
import { answer, ask, closed, doubleAfter, inVirtualTime, linkEvents, open } from './conversation';

const speeds = [1, 4, 100, 'max'] as const;

describe('a replay whose handlers take longer than recorded', () => {
  it.each(speeds)(
    'lets the end of a kept connection wait for the answer before it (speed %s)',
    async (speed) => {
      const recording = linkEvents(
        1,
        'native',
        [0, open],
        [10, ask(1, 1)],
        [60, answer(1, 2)],
        [70, ask(2, 2)],
        [120, answer(2, 4)],
        [121, closed('client')],
      );
      const clock = createVirtualClock();
      const replay = replayRecording(recording, { clock, speed, handlers: doubleAfter(clock, 400) });
      const { verdict } = await inVirtualTime(clock, replay);
      expect(formatVerdict(verdict)).toContain('pass: 0 differences; compared 2');
    },
  );

  it.each(speeds)('lets a reset of the client wait for the answer before it (speed %s)', async (speed) => {
    const recording = linkEvents(
      1,
      'native',
      [0, open],
      [10, ask(1, 1)],
      [20, answer(1, 2)],
      [21, ask(2, 2)],
      [30, closed('client', 'reset')],
    );
    const clock = createVirtualClock();
    const replay = replayRecording(recording, { clock, speed, handlers: doubleAfter(clock, 400) });
    const { verdict } = await inVirtualTime(clock, replay);
    expect(verdict).toMatchObject({ passed: true, compared: 1, notCompared: 1 });
  });

  it.each(speeds)(
    'sends a message on another connection after the answer it came after (speed %s)',
    async (speed) => {
      const recording = [
        ...linkEvents(1, 'comet', [0, open], [1, ask(1, 1)], [50, answer(1, 2)], [51, closed('host')]),
        ...linkEvents(2, 'comet', [52, open], [53, ask(1, 5)], [100, answer(1, 10)], [101, closed('host')]),
      ];
      const clock = createVirtualClock();
      const order: string[] = [];
      const replay = replayRecording(recording, {
        clock,
        speed,
        handlers: (app) =>
          void app.handle('Move', async (value) => {
            order.push(`begin ${String(value)}`);
            await new Promise<void>((resolve) => clock.setTimeout(resolve, 400));
            order.push(`end ${String(value)}`);
            return Number(value) * 2;
          }),
      });
      expect((await inVirtualTime(clock, replay)).verdict).toMatchObject({ passed: true, compared: 2 });
      expect(order).toEqual(['begin 1', 'end 1', 'begin 5', 'end 5']);
    },
  );

  it('keeps the recorded time where the answers allow it', async () => {
    const recording = linkEvents(
      1,
      'native',
      [0, open],
      [1000, ask(1, 1)],
      [1050, answer(1, 2)],
      [5000, ask(2, 2)],
      [5050, answer(2, 4)],
    );
    const clock = createVirtualClock();
    const replay = replayRecording(recording, { clock, speed: 2, handlers: doubleAfter(clock, 400) });
    const { events } = await inVirtualTime(clock, replay);
    const sent = events.flatMap((event) => (event.kind === 'message' ? [event.at] : []));
    expect(sent).toEqual([500, 2500]);
  });

  it('waits for results of a stream that come no more only until the answer is over', async () => {
    const recording = linkEvents(
      1,
      'native',
      [0, open],
      [0, ask(1, 1)],
      [10, answer(1, 1, 'next')],
      [20, answer(1, 2, 'next')],
      [30, answer(1, 3)],
      [40, ask(2, 2)],
      [50, answer(2, 4)],
    );
    const clock = createVirtualClock();
    const replay = replayRecording(recording, { clock, handlers: doubleAfter(clock, 5) });
    await inVirtualTime(clock, replay);
    expect(clock.now()).toBeLessThan(2000);
  });

  it('does not wait for an answer that came in spite of its cancel', async () => {
    const recording = linkEvents(
      1,
      'native',
      [0, open],
      [0, ask(1, 1)],
      [10, answer(1, 2)],
      [20, ask(2, 2)],
      [30, { kind: 'cancel', id: 2 }],
      [31, answer(2, 4)],
      [40, ask(3, 3)],
      [50, answer(3, 6)],
    );
    const clock = createVirtualClock();
    const replay = replayRecording(recording, { clock, handlers: doubleAfter(clock, 15) });
    const { verdict } = await inVirtualTime(clock, replay);
    expect(verdict).toMatchObject({ passed: true, compared: 2, notCompared: 1 });
    expect(clock.now()).toBeLessThan(2000);
  });
});

describe('answers that overlap', () => {
  const recording = linkEvents(
    1,
    'native',
    [0, open],
    [0, ask(1, 1, 'Slow')],
    [50, answer(1, 'slow')],
    [60, ask(2, 1, 'Slow')],
    [100, ask(3, 1, 'Quick')],
    [110, answer(2, 'slow')],
    [115, answer(3, 'quick')],
  );

  it.each(speeds)(
    'may overtake one another where they took time: a note, no difference (speed %s)',
    async (speed) => {
      const clock = createVirtualClock();
      const after = (ms: number, result: string) => async () => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
        return result;
      };
      const replay = replayRecording(recording, {
        clock,
        speed,
        handlers: (app) => {
          app.handle('Slow', after(50, 'slow'));
          app.handle('Quick', after(15, 'quick'));
        },
      });
      const { verdict } = await inVirtualTime(clock, replay);
      expect(formatVerdict(verdict)).toContain('pass: 0 differences; compared 3');
      expect(verdict.notes.map(({ kind }) => kind)).toEqual(speed === 1 ? [] : ['reordered']);
    },
  );

  it('are held to their order where they were given at once', async () => {
    const at = (link: object[]) =>
      linkEvents(1, 'native', ...link.map((event, index) => [index / 10, event] as const));
    const recorded = at([open, ask(1, 1), answer(1, 1), ask(2, 2), ask(3, 3), answer(2, 2), answer(3, 3)]);
    const { verdict } = await replayRecording(recorded, {
      handlers: (app) =>
        void app.handle('Move', (value) =>
          value === 2 ? new Promise((resolve) => setImmediate(resolve, 2)) : value,
        ),
    });
    expect(verdict.differences).toMatchObject([{ kind: 'reordered' }]);
  });
});

describe('the time that answers take', () => {
  const recording = linkEvents(1, 'native', [0, open], [0, ask(1, 1)], [500, answer(1, 2)]);
  const took = async (ms: number, options: object = {}) => {
    const clock = createVirtualClock();
    const replay = replayRecording(recording, {
      clock,
      speed: 1,
      handlers: doubleAfter(clock, ms),
      ...options,
    });
    return (await inVirtualTime(clock, replay)).verdict;
  };

  it('is no difference but a note when it is not the recorded one', async () => {
    expect(await took(500)).toMatchObject({ passed: true, notes: [] });
    const slower = await took(2000);
    expect(slower).toMatchObject({
      passed: true,
      notes: [
        {
          kind: 'slower',
          link: 1,
          id: 1,
          action: 'Move',
          changes: [{ path: 'ms', expected: 500, actual: 2000 }],
        },
      ],
    });
    expect(formatVerdict(slower)).toContain('slower acknowledgement: Move, link 1, message 1');
    expect(await took(10)).toMatchObject({ passed: true, notes: [{ kind: 'faster' }] });
  });

  it('is a difference where a tolerance for it is given', async () => {
    expect(await took(540, { timing: { absolute: 50 } })).toMatchObject({ passed: true, notes: [] });
    expect(await took(560, { timing: { absolute: 50 } })).toMatchObject({
      passed: false,
      differences: [{ kind: 'slower' }],
    });
    expect(await took(560, { timing: { relative: 0.2 } })).toMatchObject({ passed: true });
    expect(await took(300, { timing: { relative: 0.2 } })).toMatchObject({
      differences: [{ kind: 'faster' }],
    });
  });

  it('is not held against the program for being short where pauses are not replayed', async () => {
    expect(await took(10, { speed: 'max', timing: { absolute: 50 } })).toMatchObject({
      passed: true,
      notes: [],
    });
  });

  it('has to be a tolerance', async () => {
    await expect(took(500, { timing: { absolute: -1 } })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });
});
