import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runKills } from './runKills';

jest.setTimeout(600_000);

/** The seed stands in whatever fails; `npm run nightly -- kill` draws another one and kills 2,000 times. */
const SEED = 20240103;

describe('messages of an outbox to a host with Dedup, while processes kill themselves at drawn steps and links are cut', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-kills-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are all handled, and none twice, when only the sender is killed', async () => {
    const report = await runKills({ seed: SEED, kills: 40, victims: 'sender', folder });
    expect(report).toMatchObject({ againRunning: 0, againUnrecorded: 0 });
    expect(report.persisted).toBeGreaterThan(100);
    expect(report.cuts).toBeGreaterThan(0);
  });

  it('are all handled, and again only what was at work as the receiver was killed, when both are', async () => {
    const report = await runKills({ seed: SEED, kills: 60, victims: 'both', folder });
    expect(report.persisted).toBeGreaterThan(100);
    expect(report.cuts).toBeGreaterThan(0);
  });
});
