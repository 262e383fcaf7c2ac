import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackage } from '../../support/buildPackage';
import { ack, message } from '../../recording/recordingSupport';

const root = path.join(__dirname, '..', '..', '..');
const recording = (answer: number): string =>
  [
    { rxcomet: 'recording', version: 1, started: '2026-01-31T12:00:00.000Z', redact: ['result.token'] },
    message(1, '1'),
    ack(1, `{"token":"[redacted]","x":${answer}}`, { redacted: ['result.token'] }),
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');

describe('A killed update', () => {
  let folder: string;
  beforeAll(buildPackage);
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-killed-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const update = (confirm: string): unknown => {
    const program = `
      const { readRecording, replayRecording, updateRecording } = require(${JSON.stringify(root)} + '/dist/testing');
      const handlers = (app) => app.handle('Move', () => ({ token: 'marker', x: 2 }));
      replayRecording(readRecording('x.ndjson'), { handlers })
        .then((replay) => updateRecording('x.ndjson', replay, { confirm: () => ${confirm} }));`;
    const { CI: _ci, ...env } = process.env;
    const { status, signal } = spawnSync(process.execPath, ['-e', program], { cwd: folder, env });
    return status ?? signal;
  };

  it('leaves the old recording whole, and no secret, when everything but the last step is done', () => {
    writeFileSync(path.join(folder, 'x.ndjson'), recording(1));
    expect(update("process.kill(process.pid, 'SIGKILL')")).toBe('SIGKILL');
    expect(readFileSync(path.join(folder, 'x.ndjson'), 'utf8')).toBe(recording(1));
    const left = readdirSync(folder).filter((name) => name !== 'x.ndjson');
    expect(left).toEqual([expect.stringMatching(/^\.x\.ndjson\.\d+\.tmp$/)]);
    expect(readFileSync(path.join(folder, left[0] ?? ''), 'utf8')).toBe(recording(2));
    expect(update('true')).toBe(0);
    expect(readFileSync(path.join(folder, 'x.ndjson'), 'utf8')).toBe(recording(2));
  });
});
