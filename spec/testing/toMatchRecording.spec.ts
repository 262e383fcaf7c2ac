import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadOption } from '../../src/errors/setUp';
import { toMatchRecording } from '../../src/testing/toMatchRecording';
import { ack, message } from '../recording/recordingSupport';

const same = [message(1, '1'), ack(1, '{"a":1,"time":1}')];
const other = [message(1, '1'), ack(1, '{"a":1,"time":2}')];

describe('toMatchRecording', () => {
  let folder = '';
  let file = '';
  const { CI } = process.env;
  beforeEach(async () => {
    delete process.env['CI'];
    folder = await mkdtemp(join(tmpdir(), 'rxcomet-'));
    file = join(folder, 'x.ndjson');
  });
  afterEach(async () => {
    if (CI === undefined) delete process.env['CI'];
    else process.env['CI'] = CI;
    delete process.env['RXCOMET_RECORDING'];
    await rm(folder, { recursive: true });
  });

  it('passes what is as recorded, and shows what is not', async () => {
    expect((await toMatchRecording(same, same)).pass).toBe(true);
    const { pass, message: text } = await toMatchRecording(other, same);
    expect(pass).toBe(false);
    expect(text()).toContain('- result.time: 1\n  + result.time: 2');
    expect((await toMatchRecording(other, same, { ignore: ['result.time'] })).pass).toBe(true);
  });

  it('works as a matcher of Jest', async () => {
    expect.extend({ toMatchRecording });
    const matchers = expect(same) as unknown as Record<
      'toMatchRecording',
      (...given: unknown[]) => Promise<void>
    >;
    await matchers.toMatchRecording(same);
    await expect(matchers.toMatchRecording(other)).rejects.toThrow('changed acknowledgement');
  });

  it('does not pass when nothing was compared', async () => {
    expect((await toMatchRecording([], [])).pass).toBe(false);
  });

  it('says so when the recording was cut, which may be why something differs', async () => {
    await toMatchRecording(same, file, { mode: 'record' });
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length - 9));
    const { pass, message: text } = await toMatchRecording(same, file);
    expect(pass).toBe(false);
    expect(text()).toContain('x.ndjson, line 3 was cut short and is skipped');
  });

  it('records once, then compares', async () => {
    process.env['RXCOMET_RECORDING'] = 'record';
    expect((await toMatchRecording(same, file)).pass).toBe(true);
    expect(await readFile(file, 'utf8')).toContain('"kind":"ack"');
    expect((await toMatchRecording(other, file)).pass).toBe(false);
    expect((await toMatchRecording(file, file)).pass).toBe(true);
  });

  it('updates only when told to, and never under CI', async () => {
    await toMatchRecording(same, file, { mode: 'record' });
    process.env['CI'] = 'true';
    await expect(toMatchRecording(other, file, { mode: 'update' })).rejects.toThrow(BadOption);
    delete process.env['CI'];
    expect((await toMatchRecording(other, file, { mode: 'update' })).pass).toBe(true);
    expect((await toMatchRecording(other, file)).pass).toBe(true);
  });

  it('updates the field that changed, and keeps every other line', async () => {
    const session = [
      message(1, '1.0', { at: 7000 }),
      ack(1, '{"a": 1.0, "time":1}', { at: 7033.7 }),
      message(2, '2'),
      ack(2, '{"a":1}'),
    ];
    await toMatchRecording(session, file, { mode: 'record' });
    const before = (await readFile(file, 'utf8')).split('\n');
    const replayed = [message(1, '1'), ack(1, '{"time":9,"a":2}'), message(2, '2'), ack(2, '{"a":1}')];
    const rules = { ignore: ['result.time'] };
    process.env['RXCOMET_RECORDING'] = 'update';
    expect((await toMatchRecording(replayed, file, rules)).pass).toBe(true);
    const after = (await readFile(file, 'utf8')).split('\n');
    expect(after).toEqual(before.map((line, index) => (index === 2 ? line.replace('1.0', '2') : line)));
    delete process.env['RXCOMET_RECORDING'];
    expect((await toMatchRecording(replayed, file, rules)).pass).toBe(true);
  });

  it('says why it did not update', async () => {
    await toMatchRecording(same, file, { mode: 'record' });
    const { pass, message: text } = await toMatchRecording([], file, { mode: 'update' });
    expect([pass, text()]).toEqual([false, `${file} was not updated: nothing of it came again`]);
    expect((await toMatchRecording(same, file)).pass).toBe(true);
  });

  it('does not record nothing', async () => {
    expect((await toMatchRecording([], file, { mode: 'record' })).pass).toBe(false);
  });

  it('tells how to record a file that is not there, and refuses an unknown mode', async () => {
    await expect(toMatchRecording(same, file)).rejects.toThrow('does not exist; mode record writes it');
    process.env['RXCOMET_RECORDING'] = 'rewrite';
    await expect(toMatchRecording(same, file)).rejects.toThrow(
      'expected record, replay or update, got "rewrite"',
    );
  });
});
