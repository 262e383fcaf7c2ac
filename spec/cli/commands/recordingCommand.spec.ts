import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readRecording, replayRecording } from '../../../src/testing';
import type { RecordedEvent } from '../../../src/testing';
import { ack, message } from '../../recording/recordingSupport';
import { runMain } from '../runMain';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder';

const header = (more: object = {}): object => ({
  rxcomet: 'recording',
  version: 1,
  started: '2026-01-31T02:00:00.000Z',
  ...more,
});
const textOf = (...lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const open = (link: number, at: number, side = 'host'): object => ({
  at,
  link,
  side,
  dialect: 'unknown',
  kind: 'open',
});
const close = (link: number, at: number, side = 'host'): object => ({
  at,
  link,
  side,
  dialect: 'native',
  kind: 'close',
  how: 'fin',
  from: 'client',
});
/** Ten minutes: each minute a move, which asks a stage, and a status on another connection. */
const night = (): string => {
  const minutes = Array.from({ length: 10 }, (_, minute) => {
    const [at, id] = [minute * 60_000, minute + 1];
    return [
      message(id, `{"to":${minute},"pin":"marker"}`, { at }),
      { ...message(id, `${minute}`, { at: at + 1 }), link: 3, side: 'Stage', action: 'Set' },
      { ...ack(id, `"at ${minute}"`, { at: at + 2 }), link: 3, side: 'Stage' },
      ack(id, `"at ${minute}"`, { at: at + 3 }),
      { ...message(id, 'null', { at: at + 10 }), link: 2, action: 'Status' },
      { ...ack(id, '"fine"', { at: at + 11 }), link: 2 },
    ];
  }).flat();
  const begin = [open(1, 0), open(2, 0), open(3, 0, 'Stage')];
  return textOf(
    header(),
    ...begin,
    ...minutes,
    close(1, 600_000),
    close(2, 600_000),
    close(3, 600_000, 'Stage'),
  );
};

describe('rxcomet recording', () => {
  let folder: TemporaryFolder;
  let file: string;
  let small: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = folder.write('night.ndjson', night());
    small = path.join(folder.path, 'small.ndjson');
  });
  afterEach(() => folder.remove());
  const eventsIn = async (name: string): Promise<RecordedEvent[]> => {
    const events: RecordedEvent[] = [];
    for await (const event of readRecording(name)) events.push(event);
    return events;
  };
  const replays = async (): Promise<unknown> => {
    const { verdict } = await replayRecording(readRecording(small), {
      handlers: (app) => {
        app.handle('Move', (value) => app.peer('Stage').ask('Set', (value as { to: number }).to));
        app.handle('Status', () => 'fine');
      },
    });
    return verdict;
  };

  it('cuts what is asked for, with what handlers sent meanwhile, and the result replays', async () => {
    const cut = ['--action', 'Move', '--from', '02:00', '--to', '05:00', '--link', '1', '--redact', '**.pin'];
    const run = runMain(['recording', 'cut', file, ...cut, '-o', small]);
    expect(await run.exitCode).toBe(0);
    expect(run.stderr).toBe(`16 events in ${small}\n`);
    const events = await eventsIn(small);
    const told = events.map((event) => [event.kind, event.link, 'id' in event ? event.id : 0, event.at]);
    expect(told.slice(0, 6)).toEqual([
      ['open', 1, 0, 0],
      ['message', 1, 3, 0],
      ['open', 3, 0, 0],
      ['message', 3, 3, 1],
      ['ack', 3, 3, 2],
      ['ack', 1, 3, 3],
    ]);
    expect(events[0]).toMatchObject({ joined: true });
    expect(events.at(-1)).toMatchObject({ kind: 'close', link: 3, at: 180_000 });
    expect(await readRecording(small).header()).toMatchObject({
      started: '2026-01-31T02:02:00.000Z',
      redact: ['**.pin'],
    });
    expect(readFileSync(small, 'utf8')).not.toContain('marker');
    expect(await replays()).toMatchObject({ passed: true, compared: 6, differenceCount: 0 });
  });

  it('takes times of the day, and parts of a second', async () => {
    const times = ['--from', '2026-01-31T02:09Z', '--to', '09:00.005'];
    expect(await runMain(['recording', 'cut', file, ...times, '-o', small]).exitCode).toBe(0);
    expect((await eventsIn(small)).filter(({ kind }) => kind === 'message')).toHaveLength(2);
  });

  it('writes nothing when nothing is left, or when a path hid nothing, and ends with 1', async () => {
    const none = runMain(['recording', 'cut', file, '--action', 'Stop', '-o', small]);
    expect(await none.exitCode).toBe(1);
    expect(none.stderr).toContain('was not written: nothing of the recording is left');
    const wrong = runMain(['recording', 'cut', file, '--redact', 'value.pinn', '-o', small]);
    expect(await wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain(
      '--redact value.pinn hid nothing: the nearest path that was there: value.pin\n',
    );
    expect(existsSync(small)).toBe(false);
  });

  it('merges by the time of day, with connections renumbered and what either hides', async () => {
    const later = header({ started: '2026-01-31T02:00:00.500Z', redact: ['value.key'] });
    const first = folder.write(
      'a.ndjson',
      textOf(header(), open(1, 0), message(1, '{"key":"marker"}', { at: 400 }), ack(1, '1', { at: 900 })),
    );
    const second = folder.write(
      'b.ndjson',
      textOf(later, open(1, 0), message(1, '{"key":"[redacted]"}', { at: 100 }), ack(1, '2', { at: 200 })),
    );
    const run = runMain(['recording', 'merge', second, first, '-o', small]);
    expect(await run.exitCode).toBe(0);
    expect((await eventsIn(small)).map(({ kind, link, at }) => [kind, link, at])).toEqual([
      ['open', 1, 0],
      ['message', 1, 400],
      ['open', 2, 500],
      ['message', 2, 600],
      ['ack', 2, 700],
      ['ack', 1, 900],
    ]);
    expect(readFileSync(small, 'utf8')).not.toContain('marker');
  });

  it('tells what is in a recording, as JSON too', async () => {
    const run = runMain(['recording', 'info', file]);
    expect(await run.exitCode).toBe(0);
    expect(run.stdout).toBe(
      [
        'started 2026-01-31T02:00:00.000Z, 10:00 long',
        '66 events on 3 connections',
        'host "Move": 10 from 00:00 to 09:00',
        'Stage "Set": 10 from 00:00 to 09:00',
        'host "Status": 10 from 00:00 to 09:00',
        '',
      ].join('\n'),
    );
    const json = runMain(['recording', 'info', file, '--json']);
    expect(await json.exitCode).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      events: 66,
      actions: [{ action: 'Move', messages: 10 }, {}, {}],
    });
  });

  it.each([
    [['cutt', 'x'], '"cutt" is no task: did you mean cut?'],
    [['info', 'x', '--action', 'y'], 'go with cut'],
    [['cut', 'night.ndjson'], '--output is missing'],
    [['cut', 'FILE', '--from', '5', '-o', 'x'], '--from: expected minutes and seconds'],
    [['cut', 'FILE', '--from', '02:00', '--to', '01:00', '-o', 'x'], '--to: expected a time after --from'],
    [['cut', 'FILE', '--link', 'a', '-o', 'x'], '--link: expected the number of a connection'],
    [['merge', 'FILE', '-o', 'x'], 'merge needs two recordings'],
    [['cut', 'gone.ndjson', '-o', 'x'], 'ERR_BAD_RECORDING'],
  ])('refuses %j', async (args, text) => {
    const run = runMain(['recording', ...args.map((arg) => (arg === 'FILE' ? file : arg))]);
    expect(await run.exitCode).toBe(2);
    expect(run.stderr).toContain(text);
    expect(existsSync(small)).toBe(false);
  });
});
