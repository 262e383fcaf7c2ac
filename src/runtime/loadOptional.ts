import { createRequire } from 'node:module';
import { join } from 'node:path';
import { MissingPackage } from '../errors/setUp';

/**
 * Loads a package that only some users need, at its first use.
 *
 * @throws MissingPackage (ERR_MISSING_PACKAGE) with the line that installs it.
 */
export function loadOptional(name: string, purpose: string): unknown {
  let missing: unknown;
  for (const place of places()) {
    try {
      return createRequire(place)(name) as unknown;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error;
      missing ??= error;
    }
  }
  throw new MissingPackage(`${purpose} needs the package ${name}: npm i ${name}`, { cause: missing });
}

/**
 * The files from which the package is looked for. An ES module has no `__filename`, and a bundle may have
 * made this file part of one.
 */
function places(): readonly string[] {
  if (typeof __filename === 'string') return [__filename];
  const [, program] = process.argv;
  return [...(program === undefined ? [] : [program]), join(process.cwd(), 'package.json')];
}
