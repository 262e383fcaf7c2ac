import { DeviceFault } from './DeviceFault';

/** Where the simulated diode breaks down. */
const BREAKDOWN_VOLTS = 500;

/** What a measurement gives. */
export interface Point {
  readonly volts: number;
  readonly amps: number;
}

/** Stands for a source-measure unit with a reverse-biased silicon sensor on it. */
export class SimulatedSourceMeter {
  #volts = 0;

  get volts(): number {
    return this.#volts;
  }

  off(): void {
    this.#volts = 0;
  }

  measure(volts: number): Point {
    if (Math.abs(volts) > BREAKDOWN_VOLTS) {
      throw new DeviceFault(`compliance reached at ${volts} V, the output has switched itself off`);
    }
    this.#volts = volts;
    // The leakage current grows with the depleted depth, the square root of the voltage.
    return { volts, amps: Number((2e-9 * Math.sqrt(Math.abs(volts))).toPrecision(4)) };
  }
}
