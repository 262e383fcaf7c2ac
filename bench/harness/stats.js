'use strict';

/** The q-quantile of sorted numbers, interpolated. */
function quantile(sorted, q) {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** Median and quartiles of numbers in any order. */
function summary(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

module.exports = { quantile, summary };
