import { DurationHistogram } from '../../../src/observe/stats/counters';

describe('DurationHistogram', () => {
  const { boundsSeconds } = new DurationHistogram().snapshot();

  it('has bounds that grow, from a tenth of a millisecond to half a minute', () => {
    expect([...boundsSeconds].sort((a, b) => a - b)).toEqual(boundsSeconds);
    expect(new Set(boundsSeconds).size).toBe(boundsSeconds.length);
    expect([boundsSeconds[0], boundsSeconds.at(-1)]).toEqual([0.0001, 30]);
  });

  it.each(boundsSeconds.map((bound, index) => ({ bound, index })))(
    'puts what takes $bound s into that bucket and what takes longer into the next',
    ({ bound, index }) => {
      const histogram = new DurationHistogram();
      histogram.add(bound * 1000);
      histogram.add(bound * 1000 + 0.001);
      const { counts, count, sumSeconds } = histogram.snapshot();
      expect([counts[index], counts[index + 1], count]).toEqual([1, 1, 2]);
      expect(sumSeconds).toBeCloseTo(2 * bound, 5);
      expect(counts).toHaveLength(boundsSeconds.length + 1);
    },
  );

  it('takes nothing at all and everything there is', () => {
    const histogram = new DurationHistogram();
    histogram.add(0);
    histogram.add(1e12);
    const { counts, count, sumSeconds } = histogram.snapshot();
    expect([counts[0], counts.at(-1), count, sumSeconds]).toEqual([1, 1, 2, 1e9]);
  });
});
