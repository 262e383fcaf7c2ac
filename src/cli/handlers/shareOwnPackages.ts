import Module from 'node:module';
import { pathToFileURL } from 'node:url';
import { isOwnPackage, resolve } from './resolve';

/** The parts of node:module that the types of our oldest Node don't have. */
interface ModuleHooks {
  /** Node >= 22.15. For import and require. */
  readonly registerHooks?: (hooks: { readonly resolve: typeof resolve }) => void;
  readonly register: (specifier: string) => void;
  _resolveFilename: (request: string, ...rest: unknown[]) => string;
}

let done = false;

/** From now on modules that are loaded anywhere get the rxcomet and rxjs of the command line. */
export function shareOwnPackages(): void {
  if (done) return;
  done = true;
  const hooks = Module as unknown as ModuleHooks;
  if (hooks.registerHooks !== undefined) {
    hooks.registerHooks({ resolve });
    return;
  }
  // Older: hooks see what is imported only. For require there is this function, which every such tool
  // replaces.
  hooks.register(pathToFileURL(require.resolve('./resolve')).href);
  const original = hooks._resolveFilename;
  hooks._resolveFilename = function (this: unknown, request, ...rest) {
    if (!isOwnPackage(request)) return original.call(this, request, ...rest);
    return original.call(this, request, module, false);
  };
}
