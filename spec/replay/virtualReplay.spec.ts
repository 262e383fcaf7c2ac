import { firstValueFrom, map, timer } from 'rxjs';
import type { App } from 'rxcomet';
import { replayRecording, replayToHost, virtualTime } from 'rxcomet/testing';
import { answer, ask, clientOf, closed, linkEvents, open } from './conversation';

const hour = 3_600_000;
const recording = [
  ...linkEvents(1, 'comet', [0, open], [1, ask(1, 1)], [20_000, answer(1, 'late')], [20_001, closed('host')]),
  ...linkEvents(
    2,
    'comet',
    [hour, open],
    [hour, ask(1, 2)],
    [hour + 20_000, answer(1, 'late')],
    [hour + 20_001, closed('host')],
  ),
];
const late = (app: App): void =>
  void app.handle('Move', () => firstValueFrom(timer(20_000).pipe(map(() => 'late'))));

describe("a replay with time: 'virtual'", () => {
  const real = setTimeout;
  afterEach(() => expect(setTimeout).toBe(real));

  it('makes hours pass in moments, as recorded, and gives the program its time back', async () => {
    const { verdict, events } = await replayRecording(recording, { time: 'virtual', handlers: late });
    expect(verdict).toMatchObject({ passed: true, compared: 2, notes: [] });
    expect(events.find((event) => event.kind === 'message' && event.link === 2)?.at).toBeCloseTo(hour, -1);
  });

  it('can be had again at once, and side by side one after the other', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const { verdict } = await replayRecording(recording, { time: 'virtual', speed: 'max', handlers: late });
      expect(verdict.passed).toBe(true);
    }
  });

  it('gives the time back also when the replay fails', async () => {
    const broken = {
      async *[Symbol.asyncIterator]() {
        yield* recording.slice(0, 2);
        await Promise.resolve();
        throw new Error('unreadable');
      },
    };
    await expect(replayRecording(broken, { time: 'virtual', handlers: late })).rejects.toThrow('unreadable');
    const throwing = (): never => {
      throw new Error('no handlers');
    };
    await expect(replayRecording(recording, { time: 'virtual', handlers: throwing })).rejects.toThrow(
      'no handlers',
    );
    await expect(replayRecording(recording, { time: 'virtual', speed: 0, handlers: late })).rejects.toThrow(
      'speed',
    );
    await expect(
      replayRecording(recording, { time: 'virtual', ignore: ['a['], handlers: late }),
    ).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });

  it('is refused by name when it is another word', async () => {
    await expect(replayRecording(recording, { time: 'fake' as never, handlers: late })).rejects.toMatchObject(
      {
        code: 'ERR_BAD_OPTION',
        message: expect.stringContaining("'virtual'") as string,
      },
    );
  });
});

describe('virtualTime', () => {
  it('ends with its block where the language has using', () => {
    const real = setTimeout;
    {
      using time = virtualTime();
      expect(setTimeout).not.toBe(real);
      expect(time.clock.now()).toBeGreaterThanOrEqual(0);
    }
    expect(setTimeout).toBe(real);
  });
});

describe('fake timers of somebody else', () => {
  afterEach(() => jest.useRealTimers());
  const refusal = expect.objectContaining({
    code: 'ERR_BAD_OPTION',
    message: expect.stringMatching(/jest\.useFakeTimers\(\).*jest\.useRealTimers\(\)/) as string,
  }) as Error;

  it('are noticed and named instead of waiting for ever', async () => {
    jest.useFakeTimers();
    await expect(replayRecording(recording, { handlers: late })).rejects.toEqual(refusal);
    await expect(replayRecording(recording, { time: 'virtual', handlers: late })).rejects.toEqual(refusal);
    await expect(replayToHost(recording, { to: clientOf({ IP: '127.0.0.1', Port: 1 }) })).rejects.toEqual(
      refusal,
    );
    expect(() => virtualTime()).toThrow(refusal);
  });

  it('are noticed also where they are of the old kind', async () => {
    jest.useFakeTimers({ legacyFakeTimers: true });
    await expect(replayRecording(recording, { handlers: late })).rejects.toEqual(refusal);
  });

  it('do no harm where they leave setTimeout alone or go on by themselves', async () => {
    const quick = linkEvents(1, 'comet', [0, open], [1, ask(1, 1)], [2, answer(1, 1)], [3, closed('host')]);
    const handlers = (app: App): void => void app.handle('Move', (value) => value);
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'queueMicrotask', 'nextTick', 'performance'],
    });
    expect((await replayRecording(quick, { handlers })).verdict.passed).toBe(true);
    jest.useRealTimers();
    jest.useFakeTimers({ advanceTimers: true, doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    expect((await replayRecording(quick, { handlers })).verdict.passed).toBe(true);
  });
});
