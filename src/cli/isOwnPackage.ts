/** True for what our own packages are imported by: rxcomet, rxcomet/testing, rxjs, rxjs/operators … */
export function isOwnPackage(specifier: string): boolean {
  return /^(?:rxcomet|rxjs)(?:\/|$)/.test(specifier);
}
