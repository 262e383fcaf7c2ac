import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runDamage } from './runDamage';

jest.setTimeout(600_000);

/**
 * The seed stands in whatever fails; `npm run nightly -- damage` draws another one and makes 2,000 trials.
 */
const SEED = 20261130;

describe('the store of an outbox or of Dedup whose files were damaged', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-damage-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives everything unchanged or says how much may be lost, and is as any other store afterwards', async () => {
    const report = await runDamage({ seed: SEED, trials: 60, folder });
    expect(report.violations).toEqual([]);
    expect(report.lost).toBeGreaterThan(0);
  });
});
