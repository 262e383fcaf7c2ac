import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runRestart } from './runRestart';

jest.setTimeout(120_000);

describe('a sender that is started again', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-restart-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('delivers 100,000 kept messages once and in order, with room for far fewer in its heap', async () => {
    // 100 MB of text, and 64 MiB for all that lives.
    const report = await runRestart({ messages: 100_000, size: 1000, heapMib: 64, folder });
    expect(report.received).toBe(100_000);
  });
});
