import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { MissingPackage } from '../../index';
import { shareOwnPackages } from './shareOwnPackages';

/** What of the package jiti is used. */
interface Jiti {
  createJiti(parent: string): { import(file: string): Promise<unknown> };
}

/**
 * Loads a module of any kind and gives its exports; whatever it imports, rxcomet and rxjs are the copies that
 * run here. TypeScript is read by Node itself where it can, else by the optional package jiti; without that,
 * MissingPackage (ERR_MISSING_PACKAGE).
 *
 * @param file absolute path
 */
export async function loadModule(file: string): Promise<unknown> {
  shareOwnPackages();
  const isTypeScript = /\.[mc]?ts$/.test(file);
  if (isTypeScript && !nodeReadsTypeScript()) {
    return (await loadJiti(file)).createJiti(file).import(file);
  }
  return import(pathToFileURL(file).href);
}

function nodeReadsTypeScript(): boolean {
  const { typescript = false } = process.features as { readonly typescript?: string | false };
  return typescript !== false;
}

/** From where the module lies, where its author installs packages, or else from here. */
async function loadJiti(file: string): Promise<Jiti> {
  for (const require of [createRequire(file), createRequire(__filename)]) {
    let found: string;
    try {
      found = require.resolve('jiti');
    } catch {
      continue;
    }
    return (await import(pathToFileURL(found).href)) as Jiti;
  }
  const name = path.basename(file);
  throw new MissingPackage(
    `Node ${process.version} cannot read ${name} by itself: run npm i jiti, or use Node 22.18 or newer`,
  );
}
