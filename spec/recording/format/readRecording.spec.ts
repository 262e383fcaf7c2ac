import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BadRecording } from '../../../src/errors/recordings';
import { readRecording } from '../../../src/recording/format/readRecording';
import { recordingPartFile } from '../../../src/recording/format/recordingPartFile';
import { ack, eventsOf, message } from '../recordingSupport';

const header = '{"rxcomet":"recording","version":1,"started":"2026-01-31T12:00:00.000Z"}\n';
const lines = (...events: object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const failure = async (text: string): Promise<string> => {
  const error: unknown = await eventsOf(readRecording([text])).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BadRecording);
  return (error as Error).message;
};

describe('readRecording', () => {
  it('reads a file that an editor put a byte order mark before', async () => {
    const events = [message(1, '1')];
    expect(await eventsOf(readRecording([`\uFEFF${header}${lines(...events)}`]))).toEqual(events);
  });

  it('reads the events after the header', async () => {
    const events = [message(1, '1.0'), ack(1, 'null')];
    expect(await eventsOf(readRecording([header + lines(...events)]))).toEqual(events);
  });

  it('finds gzip by its first bytes, also when they come one by one', async () => {
    const packed = gzipSync(header + lines(message(1, 'NaN')));
    const bytes = Array.from(packed, (byte) => Uint8Array.of(byte));
    expect(await eventsOf(readRecording(bytes))).toEqual([message(1, 'NaN')]);
  });

  it('reads a gzip file that was never finished as far as it goes', async () => {
    const packed = gzipSync(header + lines(message(1, '1')));
    expect(await eventsOf(readRecording([packed.subarray(0, packed.length - 8)]))).toEqual([message(1, '1')]);
  });

  it('tells a cut last line and skips it', async () => {
    const recording = readRecording([header + lines(message(1, '1')) + '{"at":3,"li']);
    expect(await eventsOf(recording)).toEqual([message(1, '1')]);
    expect(recording.warnings).toEqual([
      'line 3 was cut short and is skipped; the recorder was stopped while writing it',
    ]);
  });

  it.each(['', '{"rxcomet":"rec'])('reads the parts before one that was barely begun: %j', async (begun) => {
    const folder = mkdtempSync(join(tmpdir(), 'rxcomet-parts-'));
    try {
      const file = join(folder, 'run.ndjson');
      const second = recordingPartFile(file, 2);
      writeFileSync(file, header + lines(message(1, '1')));
      writeFileSync(second, begun);
      const recording = readRecording(file);
      expect(await eventsOf(recording)).toEqual([message(1, '1')]);
      expect(recording.warnings).toEqual([`${second}, the recorder was stopped as it began this part`]);
      writeFileSync(file, begun);
      await expect(eventsOf(readRecording(file))).rejects.toThrow(BadRecording);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  describe('of several files', () => {
    let folder = '';
    let file = '';

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'rxcomet-parts-'));
      file = join(folder, 'run.night.ndjson');
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    const part = (number: number, ...events: object[]): void =>
      writeFileSync(
        recordingPartFile(file, number),
        (number === 1 ? header : header.replace('}', `,"part":${number}}`)) + lines(...events),
      );
    const goesOn = (next: number): object => ({
      at: 9,
      link: 0,
      side: 'host',
      dialect: 'unknown',
      kind: 'error',
      code: 'ERR_RECORDING_CONTINUES',
      message: 'goes on',
      next,
    });

    it('reads them as one, without the marks that join them', async () => {
      part(1, message(1, '1'), goesOn(2));
      part(2, message(2, '2'));
      expect(await eventsOf(readRecording(file))).toEqual([message(1, '1'), message(2, '2')]);
    });

    it('refuses them without one in the middle, or the last', async () => {
      part(1, message(1, '1'));
      part(3, message(3, '3'));
      const missing = new RegExp(`run\\.2\\.night\\.ndjson: this part of the recording is missing`);
      await expect(eventsOf(readRecording(file))).rejects.toThrow(missing);
      part(2, message(2, '2'), goesOn(3));
      expect(await eventsOf(readRecording(file))).toHaveLength(3);
      rmSync(recordingPartFile(file, 3));
      await expect(eventsOf(readRecording(file))).rejects.toThrow(/run\.3\.night\.ndjson: this part/);
    });

    it('takes no part of another recording for one of this', async () => {
      part(1, message(1, '1'), goesOn(2));
      writeFileSync(recordingPartFile(file, 2), header.replace('2026', '2025') + lines(message(2, '2')));
      await expect(eventsOf(readRecording(file))).rejects.toThrow(/run\.2\.night\.ndjson: this part/);
      part(1, message(1, '1'));
      writeFileSync(
        recordingPartFile(file, 3),
        header.replace('2026', '2025').replace('}', ',"part":3}') + lines(message(3, '3')),
      );
      expect(await eventsOf(readRecording(file))).toEqual([message(1, '1')]);
    });

    it('reads one of them alone', async () => {
      part(2, message(2, '2'), goesOn(3));
      expect(await eventsOf(readRecording(recordingPartFile(file, 2)))).toEqual([message(2, '2')]);
    });
  });

  it('keeps a whole last line that only lacks its line feed', async () => {
    const recording = readRecording([(header + lines(message(1, '1'))).trimEnd()]);
    expect(await eventsOf(recording)).toHaveLength(1);
    expect(recording.warnings).toEqual([]);
  });

  it('tells where events were lost', async () => {
    const mark = {
      at: 1,
      link: 0,
      side: 'host',
      dialect: 'unknown',
      kind: 'error',
      code: 'E',
      message: 'm',
      lost: 7,
    };
    const recording = readRecording([header + lines(mark)]);
    await eventsOf(recording);
    expect(recording.warnings).toEqual(['line 2: 7 event(s) are missing here']);
  });

  it.each([
    ['an empty file', '', 'line 1: empty: expected a header line'],
    ['a file of another kind', 'GET / HTTP/1.1\n', 'line 1: no recording: expected a header line'],
    ['a cut header', header.slice(0, 20), 'line 1: no recording'],
    [
      'another version',
      header.replace(':1,', ':2,'),
      'line 1: recording of version 2: this release reads version 1',
    ],
    [
      'a header without start',
      '{"rxcomet":"recording","version":1}\n',
      'started: a time as 2026-01-31T12:00:00.000Z, which is missing',
    ],
    [
      'a line in the middle that is no JSON',
      `${header}{"at"\n${lines(message(1, '1'))}`,
      'line 2: is not JSON: expected one event',
    ],
    ['a number', `${header}5\n`, 'line 2: expected a JSON object'],
    [
      'an unknown kind',
      header + lines({ ...message(1, '1'), kind: 'huh' }),
      'line 2: expected kind: "open" | "message" | "ack"',
    ],
    [
      'a missing field',
      header + lines({ ...message(1, '1'), id: undefined }),
      'line 2: expected id: an integer >= 0, which is missing',
    ],
    [
      'a wrong field',
      header + lines({ ...message(1, '1'), at: -1 }),
      'line 2: expected at: a number of milliseconds >= 0',
    ],
    [
      'a wrong optional field',
      header + lines({ ...ack(1, '1'), status: 'huh' }),
      'expected status: "next" | "complete" | "error"',
    ],
    [
      'a text that was edited into none',
      header + lines(message(1, '1'), message(2, '{"x": 1')),
      'line 3: text: expected JSON, which it was when it was recorded; was it edited?',
    ],
    [
      'bad base64',
      header + lines({ ...ack(1, '1'), text: undefined, base64: 'x' }),
      'expected base64: base64',
    ],
    [
      'two contents',
      header + lines({ ...ack(1, '1'), content: '' }),
      'exactly one of text, base64, content, got 2',
    ],
    [
      'no content',
      header + lines({ ...ack(1, '1'), text: undefined }),
      'exactly one of text, base64, content, got 0',
    ],
  ])('refuses %s with the line and what was expected', async (_, text, expected) => {
    expect(await failure(text)).toContain(expected);
  });

  it('never shows a value of a line it refuses', async () => {
    expect(await failure(header + lines({ ...message(1, '"secret"'), id: 'secret' }))).not.toContain(
      'secret',
    );
  });

  it('names a file that cannot be read', async () => {
    await expect(eventsOf(readRecording('/nowhere/x.ndjson'))).rejects.toThrow(
      '/nowhere/x.ndjson: cannot be read: ENOENT',
    );
  });

  it('can be left early', async () => {
    for await (const event of readRecording([header + lines(message(1, '1'), message(2, '2'))])) {
      expect(event).toEqual(message(1, '1'));
      break;
    }
  });
});
