import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readRecording, replayRecording, type RecordedEvent } from 'rxcomet/testing';

const folder = path.join(__dirname, 'fixtures', 'version1');
/** The first file of each recording. */
const files = readdirSync(folder).filter(
  (name) => /\.ndjson(\.gz)?$/.test(name) && !/\.\d+\.ndjson/.test(name),
);

async function read(
  name: string,
): Promise<{ readonly events: RecordedEvent[]; readonly warnings: readonly string[] }> {
  const recording = readRecording(path.join(folder, name));
  const events: RecordedEvent[] = [];
  for await (const event of recording) events.push(event);
  return { events, warnings: recording.warnings };
}

// These files are never changed: whoever has a recording of version 1 can read it with every later release.
describe('a recording of version 1', () => {
  it.each(files)('is read as ever: %s', async (name) => {
    const { events } = await read(name);
    const expected = readFileSync(path.join(folder, `${name}.events.json`), 'utf8');
    expect(events).toEqual(JSON.parse(expected));
    expect(events.length).toBeGreaterThan(0);
  });

  it('has a header that is read as ever', async () => {
    expect(await readRecording(path.join(folder, 'everything.ndjson')).header()).toEqual({
      rxcomet: 'recording',
      version: 1,
      started: '2026-01-31T12:00:00.000Z',
      redact: ['value.password'],
    });
  });

  it('tells what is cut or missing', async () => {
    expect((await read('cut.ndjson')).warnings).toEqual([expect.stringContaining('line 3 was cut short')]);
    expect((await read('everything.ndjson')).warnings).toEqual([
      expect.stringContaining('7 event(s) are missing'),
    ]);
    expect((await read('night.ndjson')).warnings).toEqual([]);
  });

  it('is replayed as ever', async () => {
    const { verdict } = await replayRecording(readRecording(path.join(folder, 'session.ndjson.gz')), {
      handlers: (app) => {
        app.handle('Double', (value) => Number(value) * 2);
        app.handle('Twice', async function* (value) {
          const printed = await app.peer('Printer').ask('Print', value);
          yield printed;
          yield printed;
        });
      },
    });
    expect(verdict).toMatchObject({ passed: true, compared: 5, differenceCount: 0 });
  });

  it('may have fields that this release does not know, but no unknown value of a field that it knows', async () => {
    const header = '{"rxcomet":"recording","version":1,"started":"2026-01-31T12:00:00.000Z"}\n';
    const readText = async (line: string): Promise<number> => {
      let count = 0;
      for await (const _event of readRecording([`${header}${line}\n`])) count += 1;
      return count;
    };
    const close = '{"at":0,"link":1,"side":"host","dialect":"comet","kind":"close","how":"fin"';
    expect(await readText(`${close},"later":{"any":1}}`)).toBe(1);
    await expect(readText(`${close.replace('"fin"', '"vanished"')}}`)).rejects.toMatchObject({
      code: 'ERR_BAD_RECORDING',
    });
    await expect(readText(`${close.replace('"comet"', '"scpi"')}}`)).rejects.toMatchObject({
      code: 'ERR_BAD_RECORDING',
    });
  });
});
