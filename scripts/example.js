'use strict';

/*
 * Runs an example of examples/: `npm run example -- NAME [arguments]`. Builds the package first, so that the
 * example's `import … from 'rxcomet'` loads what users get.
 */

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

const root = path.join(__dirname, '..');
const examples = path.join(root, 'examples');

function main([name, ...args]) {
  const known = fs
    .readdirSync(examples)
    .filter((folder) => fs.existsSync(path.join(examples, folder, 'main.ts')))
    .sort();
  if (name === undefined || !known.includes(name)) {
    console.error(`usage: npm run example -- NAME; the examples are ${known.join(', ')}`);
    return 2;
  }
  const built = spawnSync(process.execPath, [path.join(__dirname, 'build.js')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (built.status !== 0) return 1;
  const out = path.join(root, '.tmp', 'examples', name);
  fs.mkdirSync(out, { recursive: true });
  for (const file of fs.readdirSync(path.join(examples, name)).filter((entry) => entry.endsWith('.ts'))) {
    const source = fs.readFileSync(path.join(examples, name, file), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2023,
        esModuleInterop: true,
      },
    });
    fs.writeFileSync(path.join(out, file.replace(/\.ts$/, '.js')), outputText);
  }
  const child = spawn(process.execPath, [path.join(out, 'main.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  // Ctrl-C reaches the whole group; a signal sent to this process alone is handed on.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('close', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
  return 0;
}

process.exitCode = main(process.argv.slice(2));
