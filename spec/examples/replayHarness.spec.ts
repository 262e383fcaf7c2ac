import { replayHarness, smallTest } from '../../examples/replay-harness/main';
import { exampleFolder } from './exampleFolder';

const recording = exampleFolder('data/strip-scan.ndjson');
const rules = exampleFolder('replay-harness/replay.rules.yml');

async function harness(regression: boolean): Promise<{ passed: boolean; text: string }> {
  const lines: string[] = [];
  const passed = await replayHarness({ recording, rules, regression, print: (line) => lines.push(line) });
  return { passed, text: lines.join('\n') };
}

describe('The replay harness', () => {
  it('makes a small test of two strips', async () => {
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    expect(await smallTest({ recording, rules, regression: false, print })).toBe(true);
    expect(lines).toEqual([expect.stringMatching(/^pass: 0 differences; compared 2, ignored 2/m)]);
    expect(await smallTest({ recording, rules, regression: true, print })).toBe(false);
  });

  it('passes with the handlers that the session was recorded with, the strip without contact included', async () => {
    const { passed, text } = await harness(false);
    expect(text).toMatch(/^pass: 0 differences; compared 42, ignored 40, not compared 0$/m);
    expect(passed).toBe(true);
  });

  it('shows what a regression changes, strip by strip, and how much more there is', async () => {
    const { passed, text } = await harness(true);
    expect(passed).toBe(false);
    expect(text).toMatch(
      /^changed acknowledgement: Strip, link 2, message 1, at [\d.]+ ms, \S+:\d+\n( {4}\w+ +\{.*\n){3} {2}- result\.nA20: [\d.]+\n {2}\+ result\.nA20: [\d.]+\n/,
    );
    // All but the greeting and the strip that was not measured; the summary has another mean.
    expect(text).toMatch(/… and 37 more\ndifferent: 40 differences; compared 42, ignored 40/);
  });
});
