import fc from '../support/fc';
import { frameCorpus } from './frameCorpus';
import { fuzz } from './fuzz';
import { readFrames } from './readFrames';

const MUTATED = 8000;
const ARBITRARY = 2000;

jest.setTimeout(60_000);

describe('bytes that no program of ours would send', () => {
  it('make frames or an error of the wire, and the same ones however they are cut', () => {
    const edits = fc.array(fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }), {
      maxLength: 8,
    });
    const frames = fc.array(fc.constantFrom(...frameCorpus), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(frames, edits, fc.array(fc.nat(), { maxLength: 6 }), (parts, changes, cuts) => {
        const bytes = Buffer.concat(parts);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        const places = [...cuts.map((cut) => cut % bytes.length), 0, bytes.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
        expect(readFrames(chunks)).toEqual(readFrames([Buffer.from(bytes)]));
      }),
      { numRuns: ARBITRARY },
    );
  });

  it('do a host no harm', async () => {
    // The seed stands in whatever fails; `node scripts/nightly.js fuzz` tries others.
    const report = await fuzz({ seed: 20240101, inputs: MUTATED });
    expect(report.inputs).toBe(MUTATED);
    expect(report.messages).toBeGreaterThan(1000);
    expect(Object.keys(report.parserErrors).sort()).toEqual([
      'ERR_BAD_CONTENT',
      'ERR_BAD_HEADER',
      'ERR_CONTENT_TOO_LARGE',
      'ERR_TRUNCATED_FRAME',
      'ERR_UNKNOWN_ENCODING',
    ]);
    expect(Object.keys(report.hostFailures)).not.toContain('ERR_SUBSCRIBER');
  });
});
