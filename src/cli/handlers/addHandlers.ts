import { stackOf } from '../../runtime/describeError';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { BadOption, RxcometError, type App, type Handler } from '../../index';
import { loadModule } from './loadModule';
import { UsageError } from '../arguments/Command';

const extensions = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];
const EXPECTATION = 'export default (app) => …, or an object from action to handler';

/**
 * Loads a module of handlers and adds them to an app. Throws UsageError when there is no such file or its
 * default export is neither function nor object, MissingPackage (ERR_MISSING_PACKAGE) for .ts on a Node that
 * cannot read it by itself.
 *
 * @param file path from the current folder
 */
export async function addHandlers(app: App, file: string): Promise<void> {
  const full = path.resolve(file);
  if (!extensions.includes(path.extname(full))) {
    throw new UsageError(
      `--handlers ${file}: expected a file that ends in ${extensions.slice(0, 4).join(', ')}`,
    );
  }
  if (!existsSync(full)) throw new UsageError(`--handlers ${file}: there is no such file`);
  const exported = defaultOf(await guarded(file, 'cannot be loaded', () => loadModule(full)));
  if (typeof exported === 'function') {
    await guarded(file, 'failed', () => (exported as (app: App) => unknown)(app));
    return;
  }
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) {
    throw new UsageError(`--handlers ${file}: its default export is ${kindOf(exported)}`, EXPECTATION);
  }
  const handlers: Iterable<[unknown, unknown]> =
    exported instanceof Map ? (exported as Map<unknown, unknown>) : Object.entries(exported);
  for (const [action, handler] of handlers) {
    try {
      app.handle(action as string, handler as Handler);
    } catch (error) {
      if (!(error instanceof BadOption)) throw error;
      throw new UsageError(
        `--handlers ${file}: the handler of "${String(action)}" is ${kindOf(handler)}`,
        EXPECTATION,
      );
    }
  }
}

/** Frames of this package say nothing about somebody's module. */
const OWN_FOLDER = path.join(__dirname, '..', '..');

/** What is wrong in somebody's module is told with the places in it. */
async function guarded(file: string, what: string, action: () => unknown): Promise<unknown> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof RxcometError) throw error;
    const text = stackOf(error);
    const [message = '', ...frames] = text.split(/\n(?= {4}at )/);
    const places = frames.filter((frame) => !frame.includes('node:') && !frame.includes(OWN_FOLDER));
    // Node keeps the place of a syntax error in an ES module to itself.
    const hint = message.startsWith('SyntaxError')
      ? `node --check ${file} shows the place`
      : places.join('\n');
    throw new UsageError(`--handlers ${file} ${what}: ${message}`, hint, { cause: error });
  }
}

/** Of a module compiled to CommonJS the default export is one level deeper. */
function defaultOf(loaded: unknown): unknown {
  const exported = (loaded as { readonly default?: unknown }).default;
  const isCompiled = typeof exported === 'object' && exported !== null && '__esModule' in exported;
  return isCompiled ? (exported as { readonly default?: unknown }).default : exported;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
