import { firstValueFrom, from, toArray } from 'rxjs';
import * as testing from 'rxcomet/testing';
import { createActorSystem, createApp, parseConfig } from 'rxcomet';
import { silentLogger } from '../../src/runtime/Logger';
import { ack, message } from '../recording/recordingSupport';

/*
 * Every function of rxcomet/testing is called with what people hand in by mistake: each argument in turn is
 * nothing, null, a number, a text, a Promise, or an object with an option that nobody knows, while the others
 * are right. What comes has to be an error of ours that names the function.
 */

type Call = (...given: unknown[]) => unknown;

const config = parseConfig({ Socket_connection: { Host: { IP: '127.0.0.2', Port: 0 } } });
const events = [message(1, '1'), ack(1, '2')];
const handlers = (): void => undefined;
const transport = testing.createMemoryTransport();
const verdict = { differences: [] };
const sink = { elapsedMs: 0, write: () => undefined };
const listen = '127.0.0.2:0';

/** Right arguments, and which of them are options; a function that is not listed fails the spec. */
const right: Readonly<Record<string, readonly unknown[]>> = {
  compareRecordings: [events, events, {}],
  createHandlerStandIn: [{ listen, transport }],
  createMemoryLinkPair: [{}],
  createMemoryTransport: [{}],
  createStandIn: [events, { listen, transport }],
  createTap: [{ listen, to: '127.0.0.2:9', writer: sink, transport }],
  createTestApp: [{ handlers }],
  createTestMessage: ['Move', 1, {}],
  createTestProbe: [createActorSystem('lab'), {}],
  cutRecording: ['no.ndjson', 'small.ndjson', {}],
  describeRecording: ['no.ndjson'],
  driveHost: [
    [],
    {
      ...{ connect: handlers, isNative: handlers, clock: createActorSystem('lab').clock, speed: 'max' },
      ...{ answerMs: 1, sink, onEvent: handlers },
    },
  ],
  formatAnswers: [{ unknown: [] }],
  formatAsked: [[]],
  formatVerdict: [verdict],
  formatVerdictJson: [verdict],
  formatVerdictJUnit: [verdict],
  loadRules: ['no.yml'],
  mergeRecordings: [['no.ndjson'], 'both.ndjson', {}],
  parseFaultPlan: ['split'],
  readRecording: ['no.ndjson'],
  record: [createApp(config, { logger: silentLogger }), 'no/x.ndjson', {}],
  recordTransport: [sink, transport],
  recordedSide: ['Stage'],
  recordedValue: [{ text: '1' }],
  recordingPartFile: ['x.ndjson', 2],
  replayRecording: [events, { handlers }],
  replayToHost: [events, { to: '127.0.0.2:9', transport }],
  rulesFileOf: ['x.yml'],
  toHaveBeenAsked: [[], 'Move', 1, {}],
  toMatchRecording: [events, events, {}],
  updateRecording: ['no.ndjson', events, {}],
  virtualTime: [{}],
  withFaults: [testing.createMemoryLinkPair()[0], {}],
};
const wrong: Readonly<Record<string, () => unknown>> = {
  nothing: () => undefined,
  null: () => null,
  'a number': () => 5,
  'a text': () => 'session.ndjson',
  'a Promise': () => Promise.resolve({}),
  'an unknown option': () => ({ handlrs: handlers }),
};
/** Which wrong ones are right after all: by function, the place of the argument and what fits there. */
const fits: Readonly<Record<string, readonly string[]>> = {
  compareRecordings: ['2 nothing'],
  createHandlerStandIn: ['0 nothing'],
  createMemoryLinkPair: ['0 nothing'],
  createMemoryTransport: ['0 nothing'],
  createTestApp: ['0 nothing'],
  // Any value will do.
  createTestMessage: ['0 a text', ...Object.keys(wrong).map((what) => `1 ${what}`), '2 nothing'],
  createTestProbe: ['1 nothing'],
  cutRecording: ['0 a text', '1 a text', '2 nothing'],
  describeRecording: ['0 a text'],
  loadRules: ['0 a text'],
  mergeRecordings: ['1 a text', '2 nothing'],
  // Of a text that is no plan it tells what a plan is.
  parseFaultPlan: ['0 a text'],
  readRecording: ['0 a text'],
  record: ['1 a text', '2 nothing'],
  recordTransport: ['1 nothing'],
  recordedSide: ['0 a text'],
  recordedValue: ['0 an unknown option'],
  recordingPartFile: ['0 a text', '1 a number'],
  rulesFileOf: ['0 nothing', '0 a text'],
  toHaveBeenAsked: ['1 a text', ...Object.keys(wrong).map((what) => `2 ${what}`), '3 nothing'],
  // A text is a file's name, and a promise is awaited.
  toMatchRecording: ['0 a text', '1 a text', '2 nothing'],
  updateRecording: ['0 a text', '2 nothing', '2 an unknown option'],
  virtualTime: ['0 nothing'],
};

const functions = Object.entries(testing).filter(
  (entry): entry is [string, Call] => typeof entry[1] === 'function' && /^[a-z]/.test(entry[0]),
);

const CASES = functions.flatMap(([name, call]) =>
  (right[name] ?? []).flatMap((_, place) =>
    Object.keys(wrong)
      .filter((what) => fits[name]?.includes(`${place} ${what}`) !== true)
      .map((what) => [name, place, what, call] as const),
  ),
);

/** What comes of a call: its error, that of what it promised, or that of the drive it began. */
async function errorOf(call: Call, given: readonly unknown[]): Promise<unknown> {
  try {
    const result = await call(...given);
    const { done } = (result ?? {}) as { readonly done?: Promise<void> };
    await done;
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('Everything that rxcomet/testing exports', () => {
  it('is called here', () => {
    expect(functions.map(([name]) => name).filter((name) => right[name] === undefined)).toEqual([]);
  });

  it.each(CASES)('%s refuses as argument %d %s, in its own words', async (name, place, what, call) => {
    const given = [...(right[name] ?? [])];
    given[place] = wrong[what]?.();
    const error = await errorOf(call, given);
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(BAD_OPTION|CONFIG)$/) as string });
    const said = name === 'rulesFileOf' ? 'rules' : name;
    expect((error as Error).message).toMatch(new RegExp(`^${said}:? .*(expected|there is no option)`));
    if (what === 'a Promise') expect((error as Error).message).toMatch(/await it|expected/);
  });

  it.each(['RecordingWriter', 'RecordedAnswers', 'RecordingComparison', 'JsonPath'] as const)(
    'new %s refuses what it is not made of',
    (name) => {
      const Made = testing[name] as unknown as new (given: unknown) => unknown;
      expect(() => new Made(5)).toThrow(new RegExp(`^${name}: .*expected`));
    },
  );
});

describe('A wrong option', () => {
  it('is told with the nearest name, or with what there is', async () => {
    const given = { handlers, spede: 4 } as unknown as testing.ReplayOptions;
    await expect(testing.replayRecording(events, given)).rejects.toThrow(
      'replayRecording: there is no option "spede"; did you mean speed?',
    );
  });

  it('is told with what was expected and what came', async () => {
    const given = { handlers: { Move: handlers } } as unknown as testing.ReplayOptions;
    await expect(testing.replayRecording(events, given)).rejects.toThrow(
      "replayRecording: handlers: expected a function such as (app) => app.handle('Move', move), got an object",
    );
  });

  it('that is a Promise says so', async () => {
    const waiting = Promise.resolve(events) as unknown as typeof events;
    await expect(testing.replayRecording(waiting, { handlers })).rejects.toThrow(/got a Promise; await it$/);
  });

  it('that is a file where events are wanted names the function that reads it', async () => {
    const file = 'x.ndjson' as unknown as typeof events;
    await expect(testing.replayRecording(file, { handlers })).rejects.toThrow(
      /; readRecording\("x.ndjson"\)$/,
    );
  });
});

describe('Where to listen', () => {
  it.each<[string, testing.StandInOptions['listen']]>([
    ['the text IP:PORT', '127.0.0.7:4001'],
    ['the entry of a settings file', { IP: '127.0.0.7', Port: 4001 }],
    [
      'a host of a configuration',
      parseConfig({ Socket_connection: { Host: { IP: '127.0.0.7', Port: 4001 } } }).hosts[0] ?? '',
    ],
  ])('may be %s, and is nowhere else', async (_, where) => {
    const standIn = await testing.createStandIn(events, {
      listen: where,
      transport: testing.createMemoryTransport(),
    });
    expect([standIn.ip, standIn.port]).toEqual(['127.0.0.7', 4001]);
    await standIn.close();
  });

  it('is refused as a settings file refuses it', async () => {
    const listening = testing.createStandIn(events, { listen: { IP: '127.0.0.7', Port: 70_000 }, transport });
    await expect(listening).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(/Port/) as string,
    });
    await expect(testing.createStandIn(events, { listen: 'localhost', transport })).rejects.toThrow(
      'createStandIn: listen: expected IP:PORT such as 127.0.0.1:65432, got "localhost"',
    );
  });
});

describe('A replay in a matcher', () => {
  const timed = [message(1, '1'), ack(1, '{"a":1,"time":1}')];
  const answer = {
    handlers: (app: Parameters<testing.ReplayOptions['handlers']>[0]): void =>
      void app.handle('Move', () => ({ a: 1, time: 2 })),
  };

  it('may be its promise, and keeps the rules it was given', async () => {
    const replay = testing.replayRecording(timed, { ...answer, ignore: ['result.time'] });
    expect((await testing.toMatchRecording(replay, timed)).pass).toBe(true);
    expect((await testing.toMatchRecording(await testing.replayRecording(timed, answer), timed)).pass).toBe(
      false,
    );
    expect(await firstValueFrom(from((await replay).events).pipe(toArray()))).not.toEqual([]);
  });

  it('fails with the reason when the replay failed', async () => {
    const replay = testing.replayRecording(timed, {} as testing.ReplayOptions);
    await expect(testing.toMatchRecording(replay, timed)).rejects.toThrow(
      'replayRecording: handlers: expected',
    );
  });
});
