import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRecording } from '../../../src/recording/format/readRecording';
import { compareRecordings } from '../../../src/replay/verdict/compareRecordings';
import { formatVerdict } from '../../../src/replay/verdict/format/formatVerdict';
import { formatVerdictJUnit } from '../../../src/replay/verdict/format/formatVerdictJUnit';
import { formatVerdictJson } from '../../../src/replay/verdict/format/formatVerdictJson';
import { replayRecording } from '../../../src/replay/replayRecording';
import type { RecordedEvent } from '../../../src/recording/RecordedEvent';
import { ack, message } from '../../recording/recordingSupport';

const header = { rxcomet: 'recording', version: 1, started: '2026-01-31T12:00:00.000Z' };
const close: RecordedEvent = {
  ...{ at: 9, link: 1, side: 'host', dialect: 'native' },
  ...{ kind: 'close', how: 'fin', from: 'client' },
};
const written = (events: readonly object[], fields: object = {}): string =>
  [{ ...header, ...fields }, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
const send = (id: number, text: string, more: Partial<RecordedEvent> = {}): RecordedEvent =>
  message(id, text, { side: 'Printer', link: 2, action: 'Print', ...more });

const session = [
  message(1, '{"mm": 1.0}'),
  ack(1, '{"mm":1,"volts":5}'),
  message(2, '{"mm":2}'),
  ack(2, '4'),
  close,
];
/** As three formats print it. */
const printed = async (verdict: Promise<Parameters<typeof formatVerdict>[0]>): Promise<string[]> => {
  const judged = await verdict;
  return [formatVerdict(judged), formatVerdictJson(judged), formatVerdictJUnit(judged)];
};

describe('The place of a difference', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  it('is the line of the recorded event in its file, with what was asked and both answers', async () => {
    const file = write('x.ndjson', written(session));
    const changed = [message(1, '{"mm": 1.0}'), ack(1, '{"mm":1,"volts":6}'), message(2, '{"mm":2}')];
    const verdict = await compareRecordings(readRecording(file), changed);
    expect(verdict.differences).toMatchObject([
      {
        kind: 'changed',
        place: `${file}:3`,
        request: { mm: 1 },
        recorded: { mm: 1, volts: 5 },
        replayed: { mm: 1, volts: 6 },
      },
      { kind: 'missing', place: `${file}:5`, request: { mm: 2 }, recorded: 4 },
    ]);
    expect(verdict.differences[1]).not.toHaveProperty('replayed');
    expect(formatVerdict(verdict)).toBe(
      [
        `changed acknowledgement: Move, link 1, message 1, at 1.5 ms, ${file}:3`,
        '    asked     {"mm":1}',
        '    recorded  {"mm":1,"volts":5}',
        '    now       {"mm":1,"volts":6}',
        '  - result.volts: 5',
        '  + result.volts: 6',
        `missing acknowledgement: Move, link 1, message 2, at 2.5 ms, ${file}:5`,
        '    asked     {"mm":2}',
        '  - result: 4',
        'different: 2 differences; compared 1, ignored 0, not compared 0',
        '',
      ].join('\n'),
    );
    const [first] = (JSON.parse(formatVerdictJson(verdict)) as { readonly differences: readonly object[] })
      .differences;
    expect(first).toMatchObject({
      place: `${file}:3`,
      request: '{"mm":1}',
      recorded: '{"mm":1,"volts":5}',
      replayed: '{"mm":1,"volts":6}',
    });
    expect(formatVerdictJUnit(verdict)).toContain(`${file}:5`);
  });

  it('is the line alone of what is no file, and none of events that were handed in', async () => {
    const read = await compareRecordings(readRecording([written(session)]), []);
    expect(read.differences.map(({ place }) => place)).toEqual(['line 3', 'line 5']);
    const handed = await compareRecordings(session, []);
    expect(handed.differences.map((difference) => 'place' in difference)).toEqual([false, false]);
  });

  it('is in the part that holds the event', async () => {
    const file = write('night.ndjson', written(session.slice(0, 2)));
    write('night.2.ndjson', written(session.slice(2), { part: 2 }));
    const { differences } = await compareRecordings(readRecording(file), []);
    expect(differences.map(({ place }) => place)).toEqual([
      `${file}:3`,
      path.join(folder, 'night.2.ndjson:3'),
    ]);
  });

  it('is told of sends too, also of one that waited for its counterpart to the end', async () => {
    const sends = [send(1, '"a"'), send(2, '{"page":1,"ink":2}')];
    const verdict = await compareRecordings(readRecording([written(sends)]), [send(1, '{"page":1,"ink":3}')]);
    expect(verdict.differences).toMatchObject([
      { kind: 'changed', place: 'line 2', recorded: 'a', replayed: { page: 1, ink: 3 } },
      { kind: 'missing', place: 'line 3', recorded: { page: 1, ink: 2 } },
    ]);
  });

  it('is that of the recording in a replay into handlers', async () => {
    const file = write('x.ndjson', written(session));
    const { verdict } = await replayRecording(readRecording(file), {
      handlers: (app) => void app.handle('Move', () => 4),
    });
    expect(verdict.differences).toMatchObject([{ place: `${file}:3`, request: { mm: 1 }, replayed: 4 }]);
  });
});

describe('What is secret', () => {
  const SECRET = 'hunter2';
  const hidden = { text: '{"user":{"password":"[redacted]"},"n":1}', redacted: ['result.user.password'] };
  const clear = `{"user":{"password":"${SECRET}"},"n":2}`;
  const told = (differences: string[]): void => {
    for (const text of differences) {
      expect(text).toContain('n');
      expect(text).not.toContain(SECRET);
    }
  };

  it('is in no verdict on a recording that hides it: changed, extra, or in a message', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-'));
    const file = path.join(folder, 'x.ndjson');
    const redact = ['result.user.password', 'value.password'];
    writeFileSync(
      file,
      written([message(1, '1'), ack(1, '', hidden), message(2, '2'), ack(2, '3')], { redact }),
    );
    const replayed = [
      message(1, '1'),
      ack(1, clear),
      ack(1, clear),
      message(2, '2'),
      ack(2, clear),
      ack(3, clear),
      ack(4, '', { text: undefined, content: clear } as Partial<RecordedEvent>),
      send(5, `{"password":"${SECRET}","n":1}`),
    ];
    try {
      const verdict = compareRecordings(readRecording(file), replayed);
      expect((await verdict).differenceCount).toBeGreaterThan(3);
      told(await printed(verdict));
      expect(JSON.stringify(await verdict)).not.toContain(SECRET);
      const replay = replayRecording(readRecording(file), {
        handlers: (app) => void app.handle('Move', () => JSON.parse(clear) as unknown),
      });
      expect((await replay).verdict.differenceCount).toBe(2);
      told(await printed(replay.then(({ verdict: judged }) => judged)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is in no verdict under rules that name it, for all actions or for one', async () => {
    const expected = [message(1, '1'), ack(1, '3')];
    const actual = [message(1, '1'), ack(1, clear), ack(2, clear)];
    told(await printed(compareRecordings(expected, actual, { redact: ['**.password'] })));
    const actions = { Move: { redact: ['**.password'] }, '': { redact: ['**.password'] } };
    told(await printed(compareRecordings(expected, actual, { actions })));
  });
});
