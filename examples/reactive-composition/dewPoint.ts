/**
 * The dew point in °C of air of that temperature in °C and relative humidity in % (Magnus formula, over
 * water).
 */
export function dewPoint(celsius: number, percent: number): number {
  const gamma = Math.log(percent / 100) + (17.62 * celsius) / (243.12 + celsius);
  return (243.12 * gamma) / (17.62 - gamma);
}
