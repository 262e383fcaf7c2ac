import { showProgress } from '../../../src/cli/output/showProgress';
import { memoryOutput } from '../memoryOutput';
import { createVirtualClock } from '../../support/createVirtualClock';

describe('showProgress', () => {
  it('writes one line over and over on a terminal, and takes it away', async () => {
    const clock = createVirtualClock();
    const output = memoryOutput(true);
    const hide = showProgress(output, clock, (elapsedMs) => `at ${elapsedMs}`);
    await clock.advance(1200);
    expect(output.written).toEqual(['\r\u001b[Kat 500', '\r\u001b[Kat 1000']);
    hide();
    hide();
    await clock.advance(5000);
    expect(output.written.slice(2)).toEqual(['\r\u001b[K']);
    expect(clock.pending).toBe(0);
  });

  it('writes nothing into a pipe', async () => {
    const clock = createVirtualClock();
    const output = memoryOutput(false);
    const hide = showProgress(output, clock, () => 'never');
    await clock.advance(60_000);
    hide();
    expect(output.written).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
