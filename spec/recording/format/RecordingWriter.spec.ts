import { existsSync, statSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BadOption } from '../../../src/errors/setUp';
import { readRecording } from '../../../src/recording/format/readRecording';
import { recordingPartFile } from '../../../src/recording/format/recordingPartFile';
import { RecordingWriter } from '../../../src/recording/format/RecordingWriter';
import { createVirtualClock } from '../../support/createVirtualClock';
import { ack, collectingSink, eventsOf, message } from '../recordingSupport';

describe('RecordingWriter', () => {
  it('writes the header at once and events after at most 100 ms', async () => {
    const clock = createVirtualClock();
    const sink = collectingSink();
    const writer = new RecordingWriter('x', { clock, openSink: sink.open });
    await clock.advance(100);
    expect(sink.bytes('x').toString()).toBe(
      '{"rxcomet":"recording","version":1,"started":"2024-01-01T00:00:00.000Z"}\n',
    );
    writer.write(message(1, '1'));
    await clock.advance(99);
    expect(sink.bytes('x').toString()).not.toContain('message');
    await clock.advance(1);
    expect(sink.bytes('x').toString()).toContain('"kind":"message"');
    await writer.close();
    expect(clock.pending).toBe(0);
    expect(sink.closed).toEqual(['x']);
  });

  it('packs so that each flush can be read before the file is finished', async () => {
    const clock = createVirtualClock();
    const sink = collectingSink();
    const writer = new RecordingWriter('x.gz', { clock, openSink: sink.open });
    writer.write(message(1, '1'));
    await clock.advance(100);
    while (sink.bytes('x.gz').length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await eventsOf(readRecording([sink.bytes('x.gz')]))).toEqual([message(1, '1')]);
    await writer.close();
  });

  it('keeps events while the disk is full, tries again each second, and loses nothing that fits', async () => {
    const clock = createVirtualClock();
    let full = true;
    const trouble: unknown[] = [];
    const sink = collectingSink(() => {
      if (full) throw new Error('ENOSPC');
    });
    const writer = new RecordingWriter('x', {
      clock,
      openSink: sink.open,
      onTrouble: (error) => trouble.push(error),
    });
    writer.write(message(1, '1'));
    await clock.advance(5000);
    writer.write(ack(1, '2'));
    full = false;
    await clock.advance(2000);
    expect(await eventsOf(readRecording([sink.bytes('x')]))).toEqual([message(1, '1'), ack(1, '2')]);
    expect(trouble).toHaveLength(1);
    expect(await writer.close()).toMatchObject({ written: 2, lost: 0 });
  });

  it('loses what does not fit, counts it and marks the place in the file', async () => {
    const clock = createVirtualClock();
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const sink = collectingSink(() => slow);
    const writer = new RecordingWriter('x', { clock, openSink: sink.open, maxPending: 300 });
    writer.write(message(1, '1'));
    await clock.advance(100);
    for (let id = 2; id < 12; id += 1) writer.write(message(id, '1'));
    expect(writer.lost).toBe(8);
    release();
    await clock.settle();
    writer.write(message(12, '1'));
    expect(await writer.close()).toMatchObject({ lost: 8 });
    const recording = readRecording([sink.bytes('x')]);
    const ids = (await eventsOf(recording)).map((event) =>
      event.kind === 'message' ? event.id : event.kind,
    );
    expect(ids).toEqual([1, 2, 3, 'error', 12]);
    expect(recording.warnings).toEqual(['line 5: 8 event(s) are missing here']);
  });

  it('closes with the loss in its summary when the disk stays full', async () => {
    const clock = createVirtualClock();
    const sink = collectingSink(() => {
      throw new Error('ENOSPC');
    });
    const writer = new RecordingWriter('x', { clock, openSink: sink.open });
    writer.write(message(1, '1'));
    await clock.advance(100);
    writer.write(message(2, '1'));
    const summary = await writer.close();
    expect(summary).toMatchObject({ written: 0, lost: 2, error: new Error('ENOSPC') });
    writer.write(message(3, '1'));
    expect(writer.lost).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it('hides what it is told to hide, marks it and keeps the rest as it was spelled', async () => {
    const sink = collectingSink();
    const clock = createVirtualClock();
    const redact = ['value.password', '**.key'];
    const writer = new RecordingWriter('x', { clock, openSink: sink.open, redact });
    writer.write(message(1, '{"password": [1, {"key": 2}], "n" : 1.0, "a": [{"key":"s"}]}'));
    writer.write(ack(1, '-0'));
    writer.write(ack(2, '', { text: undefined, content: '{"value": {"password": 1' } as never));
    await writer.close();
    const [first, second, third] = await eventsOf(readRecording([sink.bytes('x')]));
    expect(first).toMatchObject({
      text: '{"password": "[redacted]", "n" : 1.0, "a": [{"key":"[redacted]"}]}',
      redacted: ['value.password', 'value.a[0].key'],
    });
    expect(second).toEqual(ack(1, '-0'));
    expect(third).toMatchObject({ text: '"[redacted]"', redacted: ['result'] });
    expect(sink.bytes('x').toString()).toContain('"redact":["value.password","**.key"]');
  });

  it.each([{ redact: ['a..b'] }, { flushMs: -1 }])('refuses %j', (options) => {
    expect(() => new RecordingWriter('x', options)).toThrow(BadOption);
  });

  describe('on disk', () => {
    let folder = '';
    beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'rxcomet-'))));
    afterEach(() => rm(folder, { recursive: true }));

    it('has the disk keep what was written before it closes', async () => {
      const probe = await open(join(folder, 'probe'), 'w');
      const sync = jest.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'sync');
      await probe.close();
      const writer = new RecordingWriter(join(folder, 'x.ndjson'));
      writer.write(message(1, '1'));
      await writer.close();
      expect(sync).toHaveBeenCalledTimes(1);
      sync.mockRestore();
    });

    it('hides in every file of a packed recording', async () => {
      const file = join(folder, 'night.ndjson.gz');
      const writer = new RecordingWriter(file, { rotateBytes: 1, flushMs: 0, redact: ['value.password'] });
      for (const [index, id] of [1, 2, 3].entries()) {
        writer.write(message(id, '{"password":"secret"}'));
        const part = recordingPartFile(file, index + 1);
        while (!existsSync(part) || statSync(part).size < 100) await new Promise((r) => setImmediate(r));
      }
      const { files } = await writer.close();
      expect(files.length).toBeGreaterThan(2);
      for (const name of files) expect(gunzipSync(await readFile(name)).toString()).not.toContain('secret');
    });

    it.each(['night.ndjson', 'night.ndjson.gz'])('spreads %s over files that read as one', async (name) => {
      const file = join(folder, name);
      const stale = join(folder, name.replace('night', 'night.4'));
      await writeFile(
        stale,
        `{"rxcomet":"recording","version":1,"started":"2020-01-01T00:00:00Z","part":4}\n${JSON.stringify(ack(9, '9'))}\n`,
      );
      const clock = createVirtualClock();
      const writer = new RecordingWriter(file, { clock, rotateBytes: 50 });
      const events = [message(1, '1'), message(2, '2'), message(3, '3')];
      for (const event of events) {
        writer.write(event);
        await clock.advance(100);
        // The disk works in real time.
        const part = recordingPartFile(file, events.indexOf(event) + 1);
        while (!existsSync(part) || statSync(part).size === 0) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      const summary = await writer.close();
      expect(summary.files).toEqual([1, 2, 3].map((part) => recordingPartFile(file, part)));
      expect(summary).toMatchObject({ written: 3, lost: 0 });
      expect(await eventsOf(readRecording(file))).toEqual(events);
      expect(await readRecording(file).header()).toMatchObject({ version: 1 });
      await rm(recordingPartFile(file, 3));
      await expect(eventsOf(readRecording(file))).rejects.toMatchObject({ code: 'ERR_BAD_RECORDING' });
      expect((await readFile(file)).length).toBeGreaterThan(0);
    });
  });
});
