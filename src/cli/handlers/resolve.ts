import { pathToFileURL } from 'node:url';

/** True for what our own packages are imported by: rxcomet, rxcomet/testing, rxjs, rxjs/operators … */
export function isOwnPackage(specifier: string): boolean {
  return /^(?:rxcomet|rxjs)(?:\/|$)/.test(specifier);
}

interface ResolveContext {
  readonly conditions: readonly string[];
  readonly parentURL?: string | undefined;
}

interface Resolved {
  readonly url: string;
  readonly format?: string | null | undefined;
  readonly shortCircuit?: boolean | undefined;
}

let resolving = false;

/**
 * A resolve hook of Node, for `module.registerHooks` and `module.register`: gives whoever asks for rxcomet or
 * rxjs the very copies that the command line runs on. Of two copies of rxjs each has its own Observable, and
 * of two of rxcomet each its own errors.
 */
export function resolve<R extends Resolved | Promise<Resolved>>(
  specifier: string,
  context: ResolveContext,
  nextResolve: (specifier: string, context: ResolveContext) => R,
): R | Resolved {
  if (resolving || !isOwnPackage(specifier)) return nextResolve(specifier, context);
  // An import is resolved as if this file did it, by which it gets the ES module with its names.
  if (context.conditions.includes('import')) {
    return nextResolve(specifier, { ...context, parentURL: pathToFileURL(__filename).href });
  }
  // For require the next hook heeds no parent, so this file's own require answers; it may ask the hooks
  // again.
  resolving = true;
  try {
    const file = require.resolve(specifier);
    return { url: pathToFileURL(file).href, shortCircuit: true };
  } finally {
    resolving = false;
  }
}
