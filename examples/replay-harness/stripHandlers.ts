import type { App } from 'rxcomet';

const KELVIN = 273.15;
const REFERENCE = 20 + KELVIN;
const BOLTZMANN_EV = 8.617333e-5;
/** Effective band gap of silicon for leakage currents, in eV. */
const BAND_GAP_EV = 1.21;
/** A strip above it is bad. */
const LIMIT_NA = 50;

interface Reading {
  readonly strip: number;
  /** NaN where the needle had no contact. */
  readonly nA: number;
  readonly celsius: number;
}

/**
 * Answers a strip scan of a silicon sensor: each leakage current is scaled to 20 °C and judged; the summary
 * counts. A module of handlers as `rxcomet serve --handlers` takes it, too.
 *
 * @param options.regression puts a mistake in: the band gap of silicon at rest, 1.12 eV, in place of the
 * effective one.
 */
export default function stripHandlers(app: App, options: { readonly regression?: boolean } = {}): void {
  const gap = options.regression === true ? 1.12 : BAND_GAP_EV;
  let sensor = '';
  let scaled: { readonly strip: number; readonly nA20: number }[] = [];

  app.handle('Start', (value) => {
    ({ sensor } = value as { readonly sensor: string });
    scaled = [];
    return `scanning ${sensor}`;
  });
  app.handle('Strip', (value) => {
    const { strip, nA, celsius } = value as Reading;
    const temperature = celsius + KELVIN;
    const factor =
      (REFERENCE / temperature) ** 2 *
      Math.exp((-gap / (2 * BOLTZMANN_EV)) * (1 / REFERENCE - 1 / temperature));
    const nA20 = round(nA * factor);
    scaled.push({ strip, nA20 });
    return { strip, nA20, good: nA20 <= LIMIT_NA, at: new Date().toISOString() };
  });
  app.handle('Summary', () => {
    const measured = scaled.filter(({ nA20 }) => !Number.isNaN(nA20));
    const mean = measured.reduce((sum, { nA20 }) => sum + nA20, 0) / measured.length;
    const bad = scaled.filter(({ nA20 }) => !(nA20 <= LIMIT_NA)).map(({ strip }) => strip);
    return { sensor, strips: scaled.length, mean_nA20: round(mean), bad };
  });
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
