import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { App, ConfigError, ConfigProblem } from 'rxcomet';
import {
  compareRecordings,
  createStandIn,
  createMemoryTransport,
  formatVerdict,
  formatVerdictJUnit,
  loadRules,
  replayRecording,
  rulesFileOf,
  toMatchRecording,
  type CompareOptions,
  type RecordedEvent,
} from 'rxcomet/testing';
import { answer, ask, hostOf, linkEvents, open } from '../conversation';

// A recording is not updated under CI.
const { CI } = process.env;
let folder: string;
beforeEach(() => {
  delete process.env['CI'];
  folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-rules-'));
});
afterEach(() => {
  if (CI !== undefined) process.env['CI'] = CI;
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function problemsOf(text: string): readonly string[] {
  const file = write('replay.rules.yml', text);
  try {
    loadRules(file);
    return [];
  } catch (error) {
    const { problems } = error as ConfigError;
    return problems.map(
      ({ line, column, path: where, message, remedy }: ConfigProblem) =>
        `${line}:${column} ${where}: ${message}; ${remedy}`,
    );
  }
}

/** Asks and their answers on one connection, an array of [action, result] each. */
function recorded(...exchanges: readonly (readonly [action: string, result: unknown])[]): RecordedEvent[] {
  return linkEvents(
    1,
    'native',
    [0, open],
    ...exchanges.flatMap(([action, result], index) => [
      [10 * index + 1, ask(index + 1, index, action)] as const,
      [10 * index + 2, answer(index + 1, result)] as const,
    ]),
  );
}

const all = `
Ignore: [result.time, 'type:uuid']
Redact:
  - result.token
Tolerance:
  - { Path: result.volts, Absolute: 0.01, Relative: 0.001 }
Unordered: false
Min_compared: 2
Actions:
  Measure:
    Unordered: true
    Min_compared: 1
    Tolerance:
      - Absolute: 5
`;

describe('a rules file', () => {
  it('is read as the options of a comparison', () => {
    expect(loadRules(write('replay.rules.yml', all))).toEqual({
      ignore: ['result.time', 'type:uuid'],
      redact: ['result.token'],
      tolerance: [{ path: 'result.volts', absolute: 0.01, relative: 0.001 }],
      unordered: false,
      minCompared: 2,
      actions: { Measure: { unordered: true, minCompared: 1, tolerance: [{ absolute: 5 }] } },
    });
  });

  it.each([
    ['nothing', ''],
    ['a comment', '# later\n'],
    ['a byte order mark', '\uFEFFIgnore: [result.time]\n'],
  ])('may hold %s', (_what, text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    ['Ignor: [result.time]', '1:1 Ignor: is no key of the rules; did you mean Ignore?'],
    [
      'Ignore: result.time',
      '1:9 Ignore: expected a list of paths, got text; write "- " and a path such as result.time, or type:iso-time or type:uuid, a line each',
    ],
    [
      'Tolerance:\n  - Path: result.volts',
      '2:5 Tolerance[0]: has no bound; add Absolute: or Relative: and a number',
    ],
    ['Tolerance:\n  - Absolute: -1', '2:15 Tolerance[0].Absolute: expected a number from 0, got -1; '],
    [
      'Tolerance:\n  - Relative: 1e-3',
      '2:15 Tolerance[0].Relative: expected a number from 0, got the text "1e-3"; write it with a dot: 1.0e-3',
    ],
    ['Min_compared: 1.5', '1:15 Min_compared: expected an integer from 0 to 9007199254740991, got 1.5; '],
    [
      'Actions:\n  Measure:\n    Unordered: maybe',
      '3:16 Actions.Measure.Unordered: expected true or false, got the text "maybe"; ',
    ],
    ['Actions: [Measure]', '1:1 Actions: expected rules by action, got a list; '],
  ])('%j is refused with place, expectation and remedy', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('names what is wrong with a path', () => {
    const [problem] = problemsOf('Ignore: ["result..time"]');
    expect(problem).toMatch(
      /^1:10 Ignore\[0\]: expected a path such as result\.time.*got the text "result\.\.time"; ./,
    );
  });

  it('that is missing is refused by its name', () => {
    expect(() => loadRules(path.join(folder, 'none.yml'))).toThrow(/none\.yml: there is no such file/);
  });

  it('is found beside the recording', () => {
    const file = write('night/replay.rules.yml', '');
    expect(rulesFileOf(undefined, path.join(folder, 'night', 'a.ndjson'))).toBe(file);
    expect(rulesFileOf(undefined, path.join(folder, 'a.ndjson'))).toBeUndefined();
    expect(rulesFileOf(false, path.join(folder, 'night', 'a.ndjson'))).toBeUndefined();
  });
});

describe('rules', () => {
  const compare = async (
    expected: RecordedEvent[],
    actual: RecordedEvent[],
    options: CompareOptions,
  ): Promise<string> => formatVerdict(await compareRecordings(expected, actual, options));

  it('of one action hold for no other', async () => {
    const expected = recorded(['Measure', { volts: 1 }], ['Move', { volts: 1 }]);
    const actual = recorded(['Measure', { volts: 3 }], ['Move', { volts: 3 }]);
    const rules = { actions: { Measure: { tolerance: [{ absolute: 5 }] } } };
    const verdict = await compareRecordings(expected, actual, rules);
    expect(verdict.differences.map(({ action }) => action)).toEqual(['Move']);
    expect(verdict.unusedRules).toEqual([]);
  });

  it('that met nothing are named with their action', async () => {
    const events = recorded(['Measure', 1]);
    const rules = { ignore: ['result.a'], actions: { Measure: { ignore: ['result.b'] } } };
    expect((await compareRecordings(events, events, rules)).unusedRules).toEqual([
      'result.a',
      'result.b (Measure)',
    ]);
  });

  it('let the same answers come in any order, and find one that is not the same', async () => {
    const stream = (...results: number[]): RecordedEvent[] =>
      linkEvents(
        1,
        'native',
        [0, open],
        [1, ask(1, 0, 'Scan')],
        ...results.map((result, index) => [2 + index, answer(1, result, 'next')] as const),
        [9, { kind: 'ack', id: 1, status: 'complete' }],
      );
    const rules = { actions: { Scan: { unordered: true } } };
    expect(await compare(stream(1, 2, 3), stream(3, 1, 2), {})).toMatch(/^reordered/);
    expect(await compare(stream(1, 2, 3), stream(3, 1, 2), rules)).toMatch(
      /^pass: 0 differences; compared 4/,
    );
    expect(await compare(stream(1, 2, 3), stream(3, 1, 4), rules)).toMatch(
      /^changed[^]*- result: 2\n[^]*\+ result: 4/,
    );
  });

  it.each([
    ['everything is ignored', { ignore: ['**'] }, 'no pass: nothing was compared'],
    ['the result is ignored', { ignore: ['result'] }, 'no pass: nothing was compared'],
    ['everything is secret', { redact: ['**'] }, 'no pass: nothing was compared'],
    ['fewer than wanted are compared', { minCompared: 4 }, 'no pass: 3 of at least 4 were compared'],
    [
      'fewer of an action than wanted are compared',
      { actions: { Move: { minCompared: 3 }, Gone: { minCompared: 1 } } },
      'no pass: 2 of at least 3 of Move were compared; 0 of at least 1 of Gone were compared',
    ],
  ])('give no green verdict when %s', async (_what, rules: CompareOptions, reason) => {
    const events = recorded(['Move', { a: 1 }], ['Move', { a: 2 }], ['Status', 'ok']);
    const verdict = await compareRecordings(events, events, rules);
    expect(verdict.passed).toBe(false);
    expect(verdict.differenceCount).toBe(0);
    expect(formatVerdict(verdict)).toContain(reason);
    expect(formatVerdictJUnit(verdict)).toContain('<failure message="');
  });

  it('do not count what a recording hides as compared', async () => {
    const hide = (event: RecordedEvent): RecordedEvent =>
      event.kind === 'ack' ? { ...event, text: '"[redacted]"', redacted: ['result'] } : event;
    const events = recorded(['Move', 1], ['Move', 2]).map(hide);
    expect(await compareRecordings(events, events)).toMatchObject({
      passed: false,
      compared: 0,
      notCompared: 2,
    });
  });
});

describe('a rules file beside a recording holds for', () => {
  const volts = (value: number): RecordedEvent[] => recorded(['Measure', { volts: value, time: value }]);
  const rules = 'Ignore: [result.time]\nTolerance:\n  - { Path: result.volts, Absolute: 0.5 }\n';
  const header = '{"rxcomet":"recording","version":1,"started":"2026-01-01T00:00:00.000Z"}\n';
  let file: string;
  beforeEach(() => {
    write('replay.rules.yml', rules);
    file = write(
      'a.ndjson',
      header +
        volts(1)
          .map((event) => `${JSON.stringify(event)}\n`)
          .join(''),
    );
  });

  it('the matcher, together with its options', async () => {
    expect((await toMatchRecording(volts(1.4), file)).pass).toBe(true);
    expect((await toMatchRecording(volts(1.6), file)).pass).toBe(false);
    expect((await toMatchRecording(volts(1.6), file, { tolerance: [{ absolute: 1 }] })).pass).toBe(true);
    expect((await toMatchRecording(volts(1.4), file, { rules: false })).pass).toBe(false);
    const strict = write('strict.yml', 'Min_compared: 5\nIgnore: [result.time, result.volts]');
    expect((await toMatchRecording(volts(1.4), file, { rules: strict })).pass).toBe(false);
  });

  it('a replay into handlers', async () => {
    const handlers = (app: App): void => void app.handle('Measure', () => ({ volts: 1.3, time: 7 }));
    const { verdict } = await replayRecording(volts(1), {
      handlers,
      rules: path.join(folder, 'replay.rules.yml'),
    });
    expect(formatVerdict(verdict)).toContain('pass: 0 differences; compared 1, ignored 1');
  });

  it('a stand-in', async () => {
    const minimum = write('minimum.yml', 'Min_compared: 1');
    const listen = hostOf({ IP: '127.0.0.1', Port: 0 });
    const standIn = await createStandIn(volts(1), {
      listen,
      transport: createMemoryTransport(),
      rules: minimum,
    });
    expect(await standIn.close()).toMatchObject({
      passed: false,
      shortfalls: ['0 of at least 1 were compared'],
    });
  });

  it('what an update writes, so that it hides what the file says', async () => {
    write('replay.rules.yml', 'Redact: [result.volts, result.elsewhere]\n');
    const { readFileSync } = await import('node:fs');
    const { pass, message } = await toMatchRecording(recorded(['Measure', { volts: 1234, time: 5 }]), file, {
      mode: 'update',
    });
    expect(pass ? '' : message()).toBe('');
    expect(readFileSync(file, 'utf8')).toContain('"time\\":5');
    expect(readFileSync(file, 'utf8')).not.toContain('1234');
  });
});
