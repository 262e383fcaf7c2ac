import ts from 'typescript';
import * as rxcomet from 'rxcomet';
import * as rxjs from 'rxjs';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import type { CodeBlock } from './markdown';

/** What a block of code runs in: a network in memory, a settings file, and what it printed. */
export interface BlockWorld {
  /** Apps made in it, by the block and by the spec, reach each other at the addresses they name. */
  createApp(config: rxcomet.CometConfig): rxcomet.App;
  /** What `console.log` and `console.error` got, each call as a line. */
  readonly printed: readonly string[];
  run(block: CodeBlock): Promise<void>;
  /** Stops all apps. */
  close(): Promise<void>;
}

/** Makes a world in which `loadConfig('settings.yml')` reads `settings`. */
export function createBlockWorld(settings: string): BlockWorld {
  const transport = createMemoryTransport();
  const apps: rxcomet.App[] = [];
  const printed: string[] = [];
  const createApp = (config: rxcomet.CometConfig): rxcomet.App => {
    const app = rxcomet.createApp(config, { transport });
    apps.push(app);
    return app;
  };
  const print = (...values: unknown[]): void => void printed.push(values.map(show).join(' '));
  const modules: Readonly<Record<string, unknown>> = {
    rxjs,
    rxcomet: {
      ...rxcomet,
      createApp,
      loadConfig: (file: string) => {
        if (file !== 'settings.yml') throw new Error(`documents call the file settings.yml, not ${file}`);
        return Promise.resolve(rxcomet.parseConfig(settings, { file }));
      },
    },
  };
  return {
    createApp,
    printed,
    run: (block) =>
      compile(block)({ log: print, error: print }, (name: string) => {
        if (!Object.hasOwn(modules, name)) throw new Error(`${block.place}: no module ${name} here`);
        return modules[name];
      }),
    async close() {
      for (const app of apps.reverse()) await app.stop({ graceMs: 0 });
    },
  };
}

const { constructor: AsyncFunction } = Object.getPrototypeOf(async () => undefined) as {
  readonly constructor: new (
    ...parts: string[]
  ) => (console: unknown, require: unknown, exports: unknown) => Promise<void>;
};

type Body = (console: unknown, require: (name: string) => unknown) => Promise<void>;

/**
 * The block as an async function: its imports become calls of `require`, so that `await` may stand anywhere.
 */
function compile({ text, place }: CodeBlock): Body {
  const { outputText } = ts.transpileModule(text, {
    fileName: place,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
    },
  });
  const body = new AsyncFunction('console', 'require', 'exports', outputText);
  return (console, require) => body(console, require, {});
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
