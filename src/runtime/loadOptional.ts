import { createRequire } from 'node:module';
import { MissingPackage } from '../errors/setUp';

/**
 * Loads a package that only some users need, at its first use.
 *
 * @throws MissingPackage (ERR_MISSING_PACKAGE) with the line that installs it.
 */
export function loadOptional(name: string, purpose: string): unknown {
  try {
    return createRequire(__filename)(name) as unknown;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new MissingPackage(`${purpose} needs the package ${name}: npm i ${name}`, { cause: error });
  }
}
