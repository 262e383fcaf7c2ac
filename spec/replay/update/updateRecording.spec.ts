import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseConfig, type App } from '../../../src';
import type { RecordedEvent } from '../../../src/recording/RecordedEvent';
import { readRecording } from '../../../src/recording/format/readRecording';
import type { CompareOptions } from '../../../src/replay/verdict/CompareOptions';
import { replayRecording } from '../../../src/replay/replayRecording';
import { updateRecording } from '../../../src/replay/update/updateRecording';
import { ack, message } from '../../recording/recordingSupport';

const header = '{"rxcomet":"recording","version":1,"started":"2026-01-31T12:00:00.000Z"}';
const event = (fields: Partial<RecordedEvent> & object): string => JSON.stringify(fields);
const open = (link: number, more: object = {}): string =>
  event({
    at: 0,
    link,
    side: 'host',
    dialect: 'unknown',
    kind: 'open',
    peer: `127.0.0.${link}:4000`,
    ...more,
  } as never);
const close = (link: number, more: object = {}): string =>
  event({
    at: 9000,
    link,
    side: 'host',
    dialect: 'native',
    kind: 'close',
    how: 'fin',
    from: 'client',
    ...more,
  } as never);
const send = (id: number, text: string, more: object = {}): string =>
  event(message(id, text, { link: 2, side: 'Stage', action: 'Set', ...more }));
const sendAck = (id: number, text: string, more: object = {}): string =>
  event(ack(id, text, { link: 2, side: 'Stage', ...more }));

describe('updateRecording', () => {
  let folder: string;
  let file: string;
  const { CI } = process.env;
  beforeEach(() => {
    delete process.env['CI'];
    folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-update-'));
    file = path.join(folder, 'session.ndjson');
  });
  afterEach(() => {
    if (CI === undefined) delete process.env['CI'];
    else process.env['CI'] = CI;
    rmSync(folder, { recursive: true });
  });

  const write = (...lines: readonly string[]): void =>
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const lines = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const replay = (handlers: (app: App) => void, rules: CompareOptions = {}) =>
    replayRecording(readRecording(file), { handlers, ...rules });
  const update = async (
    handlers: (app: App) => void,
    rules: CompareOptions & { redact?: readonly string[] } = {},
  ) => updateRecording(file, await replay(handlers, rules), rules);
  /** The lines of a diff. */
  const changes = (before: readonly string[]): { gone: string[]; come: string[] } => {
    const after = lines();
    return {
      gone: before.filter((line) => !after.includes(line)),
      come: after.filter((line) => !before.includes(line)),
    };
  };

  /** As a recorder wrote it, and a person touched it: 25 lines, times and spelling of its own. */
  const longSession = [
    header,
    open(1, { later: 'field' }),
    ...Array.from({ length: 11 }, (_, index) => [
      event(message(index + 1, `{"n" : ${index}.0}`, { at: 100.5 + index * 3000 })),
      event(
        ack(index + 1, `{"n": ${index}.0, "twice":${index * 2}, "time": 1${index}, "id":"x${index}"}`, {
          at: 133.75 + index * 3000,
        }),
      ),
    ]).flat(),
    close(1, { at: 33_700.125 }),
  ];
  const twice = (wrong?: number) => (app: App) =>
    void app.handle('Move', (value) => {
      const { n } = value as { n: number };
      return { id: 'other', time: Date.now(), twice: n === wrong ? -1 : n * 2, n };
    });
  const rules = { ignore: ['result.time', 'result.id'] };

  it('changes one line for one changed field, and in it that field only', async () => {
    write(...longSession);
    expect(await update(twice(4), rules)).toMatchObject({
      written: true,
      lines: { changed: 1, added: 0, removed: 0 },
    });
    const old = longSession[11] ?? '';
    expect(changes(longSession)).toEqual({
      gone: [old],
      come: [old.replace('\\"twice\\":8', '\\"twice\\":-1')],
    });
    expect(lines()).toHaveLength(25);
    expect((await replay(twice(4), rules)).verdict.passed).toBe(true);
  });

  it('writes nothing when nothing differs', async () => {
    write(...longSession);
    const { mtimeMs, ino } = statSync(file);
    expect(await update(twice(), rules)).toMatchObject({ written: false, refused: '' });
    expect(statSync(file)).toMatchObject({ mtimeMs, ino });
    expect(readdirSync(folder)).toEqual(['session.ndjson']);
  });

  it('keeps line ends, empty lines, a last line that was cut, the rights of the file, and its place behind a link', async () => {
    const text = `${longSession.join('\r\n')}\r\n\r\n{"at":`;
    writeFileSync(file, text);
    chmodSync(file, 0o640);
    await update(twice(4), rules);
    expect(readFileSync(file, 'latin1')).toBe(text.replace('\\"twice\\":8', '\\"twice\\":-1'));
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('keeps a packed recording packed, whatever its name', async () => {
    writeFileSync(file, gzipSync(`${longSession.join('\n')}\n`));
    await update(twice(4), rules);
    expect(gunzipSync(readFileSync(file)).toString()).toBe(
      `${longSession.join('\n')}\n`.replace('\\"twice\\":8', '\\"twice\\":-1'),
    );
  });

  it('touches only the part in which something differs', async () => {
    const mark = event({
      at: 5000,
      link: 0,
      side: 'host',
      dialect: 'unknown',
      kind: 'error',
      code: 'ERR_RECORDING_CONTINUES',
      message: 'goes on',
      next: 2,
    } as never);
    write(...longSession.slice(0, 10), mark);
    const second = path.join(folder, 'session.2.ndjson');
    const rest = [header.replace('}', ',"part":2}'), ...longSession.slice(10)];
    writeFileSync(second, rest.map((line) => `${line}\n`).join(''));
    const { ino } = statSync(file);
    expect(await update(twice(4), rules)).toMatchObject({ written: true, lines: { changed: 1 } });
    expect(statSync(file).ino).toBe(ino);
    expect(readFileSync(second, 'utf8')).toBe(
      `${rest.join('\n')}\n`.replace('\\"twice\\":8', '\\"twice\\":-1'),
    );
  });

  it('turns a result into an error and back, and keeps the rest of the line', async () => {
    write(header, open(1), event(message(1, '1')), event(ack(1, '2', { later: 1 } as never)), close(1));
    const before = lines();
    await update(
      (app) =>
        void app.handle('Move', () => {
          throw new Error('stuck');
        }),
    );
    const failed = lines();
    expect(JSON.parse(failed[3] ?? '')).toMatchObject({ at: 1.5, id: 1, status: 'error', later: 1 });
    expect(failed.filter((_line, index) => index !== 3)).toEqual(
      before.filter((_line, index) => index !== 3),
    );
    await update((app) => void app.handle('Move', () => 2));
    expect(lines()).toEqual(before);
  });

  const asking =
    (...values: unknown[]) =>
    (app: App) =>
      void app.handle('Move', async (given) => {
        for (const value of values)
          await app
            .peer('Stage')
            .ask('Set', value)
            .catch(() => undefined);
        return given;
      });
  const sending = [
    header,
    open(1),
    event(message(1, '1', { at: 10 })),
    open(2, { at: 11, side: 'Stage' }),
    send(1, '{"to": 1.0}', { at: 12 }),
    sendAck(1, '"first"', { at: 14 }),
    send(2, '{"to": 2.0}', { at: 16 }),
    sendAck(2, '"second"', { at: 18 }),
    event(ack(1, '1', { at: 20 })),
    close(1),
    close(2, { at: 9001, side: 'Stage' }),
  ];

  it('puts a new send and its answer where they happened', async () => {
    write(...sending);
    expect(await update(asking({ to: 1 }, { by: 7 }, { to: 2 }))).toMatchObject({
      written: true,
      lines: { changed: 0, added: 2, removed: 0 },
    });
    const after = lines();
    expect(after.filter((line) => sending.includes(line))).toEqual(sending);
    expect(after.slice(6, 8).map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { link: 2, side: 'Stage', kind: 'message', id: 3, action: 'Set', text: '{"by":7}' },
      { link: 2, side: 'Stage', kind: 'ack', id: 3, status: 'error' },
    ]);
    const times = after.slice(1).map((line) => (JSON.parse(line) as RecordedEvent).at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect((await replay(asking({ to: 1 }, { by: 7 }, { to: 2 }))).verdict).toMatchObject({
      passed: true,
      compared: 4,
    });
  });

  it('takes out a send that did not come, with its answer', async () => {
    write(...sending);
    expect(await update(asking({ to: 1 }))).toMatchObject({ lines: { changed: 0, added: 0, removed: 2 } });
    expect(lines()).toEqual(sending.filter((line) => !/"id":2/.test(line)));
    expect((await replay(asking({ to: 1 }))).verdict.passed).toBe(true);
  });

  it('takes out the connection on which nothing is left', async () => {
    write(...sending);
    await update(asking());
    expect(lines()).toEqual(sending.filter((line) => !line.includes('Stage')));
    expect((await replay(asking())).verdict.passed).toBe(true);
  });

  it('puts sends to a peer that had none on a connection of their own', async () => {
    write(...sending);
    await update(asking());
    const handlers = asking({ to: 5 });
    const bare = lines();
    const config = parseConfig({
      Socket_connection: {
        Host: { IP: '127.0.0.1', Port: 0 },
        Client: { Stage: { IP: '127.0.0.1', Port: 1 } },
      },
    });
    const again = async () => replayRecording(readRecording(file), { handlers, config });
    expect(await updateRecording(file, await again())).toMatchObject({ written: true });
    expect(lines().filter((line) => bare.includes(line))).toEqual(bare);
    expect(changes(bare).come.map((line) => (JSON.parse(line) as RecordedEvent).kind)).toContain('message');
    expect((await again()).verdict.passed).toBe(true);
  });

  it('accepts another order of sends, and moves no other line', async () => {
    write(...sending);
    await update(asking({ to: 2 }, { to: 1 }));
    expect([...lines()].map((line) => line.replace(/"at":[\d.]+/, '')).sort()).toEqual(
      [...sending].map((line) => line.replace(/"at":[\d.]+/, '')).sort(),
    );
    expect((await replay(asking({ to: 2 }, { to: 1 }))).verdict.passed).toBe(true);
  });

  it('leaves acknowledgements for the next time when handlers had no recorded answer, and takes them then', async () => {
    const handlers = (app: App): void =>
      void app.handle('Move', async () => ({ got: await app.peer('Stage').ask('Set', { to: 9 }), time: 7 }));
    write(
      header,
      open(1),
      event(message(1, '1', { at: 10 })),
      open(2, { at: 11, side: 'Stage' }),
      send(1, '{"to": 1.0}', { at: 12 }),
      sendAck(1, '"there"', { at: 14 }),
      event(ack(1, '{"got": "there", "time": 5}', { at: 20 })),
      close(1),
      close(2, { at: 9001, side: 'Stage' }),
    );
    const before = lines();
    const ignore = { ignore: ['result.time'] };
    expect(await update(handlers, ignore)).toMatchObject({
      written: true,
      again: true,
      lines: { changed: 1 },
    });
    expect(changes(before).come).toEqual([before[4]?.replace('1.0', '9')]);
    expect((await replay(handlers, ignore)).verdict.passed).toBe(true);
  });

  it('adds and removes results of a stream where they were', async () => {
    const stream =
      (...values: readonly number[]) =>
      (app: App) =>
        void app.handle('Move', async function* () {
          yield* values;
        });
    const next = (value: number, at: number): string =>
      event(ack(1, `${value}.0`, { at, status: 'next' } as never));
    const end = event({
      at: 8,
      link: 1,
      side: 'host',
      dialect: 'native',
      kind: 'ack',
      id: 1,
      status: 'complete',
    } as never);
    write(header, open(1), event(message(1, '1')), next(1, 2), next(2, 3), next(3, 4), end, close(1));
    const before = lines();
    await update(stream(1, 2, 2.5, 3));
    expect(changes(before)).toMatchObject({ gone: [], come: [expect.stringContaining('"text":"2.5"')] });
    expect((await replay(stream(1, 2, 2.5, 3))).verdict.passed).toBe(true);
    await update(stream(1, 3));
    expect(lines()).toEqual([...before.slice(0, 4), ...before.slice(5)]);
    expect((await replay(stream(1, 3))).verdict.passed).toBe(true);
  });

  it('hides what was hidden, and what is hidden from now on in every line', async () => {
    const secrets = (app: App): void =>
      void app.handle('Move', () => ({ token: 'marker', list: [{ pin: 'marker' }], x: 2 }));
    write(
      header.replace('}', ',"redact":["result.token"]}'),
      open(1),
      event(message(1, '{"pin": "marker"}')),
      event(ack(1, '{"token": "[redacted]", "list": [], "x": 1}', { redacted: ['result.token'] })),
      close(1),
    );
    expect(await update(secrets, { redact: ['**.pin'] })).toMatchObject({ written: true });
    expect(readFileSync(file, 'utf8')).not.toContain('marker');
    expect(await readRecording(file).header()).toMatchObject({ redact: ['**.pin', 'result.token'] });
    expect(JSON.parse(lines()[3] ?? '')).toMatchObject({
      text: '{"token": "[redacted]", "list": [{"pin":"[redacted]"}], "x": 2}',
      redacted: ['result.token', 'result.list[0].pin'],
    });
    const before = lines();
    expect(await update(secrets, { redact: ['result.tokn'] })).toMatchObject({
      written: false,
      refused: 'redact result.tokn hid nothing; the nearest path that was there: result.token',
    });
    expect(lines()).toEqual(before);
  });

  it('hides what lines are marked with, also where the header has lost it', async () => {
    write(
      header,
      open(1),
      event(message(1, '1')),
      event(ack(1, '[{"pin":"[redacted]","x":1}]', { redacted: ['result[0].pin'] })),
      close(1),
    );
    await update(
      (app) =>
        void app.handle('Move', () => [
          { pin: 'marker', x: 2 },
          { pin: 'marker', x: 3 },
        ]),
    );
    expect(readFileSync(file, 'utf8')).not.toContain('marker');
    expect(lines()[3]).toContain('\\"x\\":2');
  });

  it('leaves the recording when nobody confirms, under CI, and when the replay is no new version of it', async () => {
    write(...longSession);
    const good = await replay(twice(4), rules);
    const asked: unknown[] = [];
    const no = await updateRecording(file, good, { ...rules, confirm: (given) => asked.push(given) < 0 });
    expect(no).toMatchObject({ written: false, lines: { changed: 1 } });
    expect(asked).toEqual([{ changed: 1, added: 0, removed: 0 }]);
    expect(await updateRecording(file, [], rules)).toMatchObject({
      written: false,
      refused: 'nothing of it came again',
    });
    const silent = { ...good, verdict: { ...good.verdict, differences: [{ kind: 'unanswered' }] } } as never;
    expect(await updateRecording(file, silent, rules)).toMatchObject({
      refused: '1 of its messages had no answer in time',
    });
    process.env['CI'] = 'true';
    await expect(updateRecording(file, good, rules)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    expect(lines()).toEqual(longSession);
    expect(readdirSync(folder)).toEqual(['session.ndjson']);
  });
});
