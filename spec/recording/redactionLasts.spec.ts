import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { RecordingWriter } from '../../src/recording/format/RecordingWriter';
import { readRecording } from '../../src/recording/format/readRecording';
import { toMatchRecording } from '../../src/testing/toMatchRecording';
import { ack, message } from './recordingSupport';

const marker = 'secret-marker-93';
const redact = ['value.password', 'result.token'];
const conversation = (answer: number) => [
  message(1, `{"password":"${marker}","x":1}`),
  ack(1, `{"token":"${marker}","y":${answer}}`),
  message(2, `{"password":"${marker}","x":2}`),
  ack(2, `{"token":"${marker}","y":9}`),
];

describe('Redaction', () => {
  let folder: string;
  const { CI } = process.env;
  beforeEach(() => {
    delete process.env['CI'];
    folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-redaction-'));
  });
  afterEach(() => {
    if (CI === undefined) delete process.env['CI'];
    else process.env['CI'] = CI;
    delete process.env['RXCOMET_RECORDING'];
    rmSync(folder, { recursive: true });
  });
  /** All that the runs so far have left, packed or not. */
  const left = (): string =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(folder, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file))
      .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1'))
      .join('');

  it.each(['session.ndjson', 'session.ndjson.gz'])(
    'outlasts an update of %s by the matcher, which is told nothing of it',
    async (name) => {
      const file = path.join(folder, name);
      const writer = new RecordingWriter(file, { redact });
      for (const event of conversation(1)) writer.write(event);
      await writer.close();
      process.env['RXCOMET_RECORDING'] = 'update';
      expect(await toMatchRecording(conversation(2), file)).toMatchObject({ pass: true });
      expect(left()).not.toContain(marker);
      expect(left()).toContain('\\"y\\":2}');
      expect(await readRecording(file).header()).toMatchObject({ redact });
      delete process.env['RXCOMET_RECORDING'];
      expect((await toMatchRecording(conversation(2), file)).pass).toBe(true);
    },
  );

  it.each(['session.ndjson', 'session.ndjson.gz'])('outlasts a new recording over %s', async (name) => {
    const file = path.join(folder, name);
    for (const options of [{ redact }, { rotateBytes: 1, flushMs: 0 }]) {
      const writer = new RecordingWriter(file, options);
      for (const event of conversation(1)) {
        writer.write(event);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await writer.close()).toMatchObject({ unusedRedact: [] });
    }
    expect(left()).not.toContain(marker);
    expect(await readRecording(file).header()).toMatchObject({ redact });
  });

  it('is an option of the matcher, which writes no file when a path hides nothing', async () => {
    const file = path.join(folder, 'session.ndjson');
    process.env['RXCOMET_RECORDING'] = 'record';
    const wrong = await toMatchRecording(conversation(1), file, {
      redact: ['value.pasword', 'result.token'],
    });
    expect(wrong.pass).toBe(false);
    expect(wrong.message()).toContain(
      'redact value.pasword hid nothing; the nearest path that was there: value.password',
    );
    expect(readdirSync(folder)).toEqual([]);
    expect((await toMatchRecording(conversation(1), file, { redact })).pass).toBe(true);
    expect(readdirSync(folder)).toEqual(['session.ndjson']);
    expect(left()).not.toContain(marker);
  });

  it.each([
    ['pasword', 'a path begins with value or result: **.password (there was value.user.password)'],
    ['password', 'a path begins with value or result: **.password (there was value.user.password)'],
    [
      'keys[*].token',
      'a path begins with value or result: **.keys[*].token (there was result.keys[*].token)',
    ],
    ['nothing.like.that', 'a path begins with value or result: **.nothing.like.that'],
    ['value.password', 'the nearest path that was there: value.user.password'],
    ['value.usr.password', 'the nearest path that was there: value.user.password'],
    ['value.quite.different', ''],
  ])('tells of the path %s, which hid nothing', async (given, hint) => {
    const writer = new RecordingWriter(path.join(folder, 'x'), { redact: [given, '**.id'] });
    writer.write(message(1, '{"user":{"password":1,"id":7}}'));
    writer.write(ack(1, '{"keys":[{"token":1},{"token":2}]}'));
    const { unusedRedact } = await writer.close();
    expect(unusedRedact).toEqual([{ path: given, hint }]);
  });
});
