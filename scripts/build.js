'use strict';

/*
 * Builds the package into dist: CommonJS and declarations by tsc, then for each public door a thin ES module
 * that re-exports the CommonJS one, so that both ways of loading share one instance of every class; then the
 * doors that add the matcher to a test runner.
 *
 * A dist that was built from the same files is left alone. A build is made beside dist and then put in its
 * place, so that nobody loads a half-written one.
 */

const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { writeMatcherDoors } = require('./matcherDoors');

const root = path.join(__dirname, '..');
const dist = path.join(root, 'dist');
const workspace = path.join(root, '.tmp', `build-${process.pid}`);
const inputs = [
  'src',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'package-lock.json',
  'scripts/build.js',
  'scripts/matcherDoors.js',
];
/** Public doors, as paths below dist without extension. */
const doors = ['index', 'testing/index'];

function main() {
  const stamp = stampOf(inputs);
  if (isBuilt(stamp)) return 0;
  const fresh = path.join(workspace, 'dist');
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        require.resolve('typescript/bin/tsc'),
        '-p',
        'tsconfig.build.json',
        '--noEmitOnError',
        '--outDir',
        fresh,
      ],
      { cwd: root, stdio: ['ignore', 2, 2] },
    );
    if (status !== 0) return status ?? 1;
    for (const door of doors) wrapForEsm(fresh, door);
    writeMatcherDoors(path.join(fresh, 'testing'));
    makeExecutable(path.join(fresh, 'cli', 'bin.js'));
    fs.writeFileSync(path.join(fresh, '.stamp'), stamp);
    // Another build of the same files may have been faster; its dist may be in use already and stays.
    if (!isBuilt(stamp)) replaceDist(fresh);
    return 0;
  } finally {
    fs.rmSync(workspace, { recursive: true, force: true });
  }
}

function isBuilt(stamp) {
  const file = path.join(dist, '.stamp');
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === stamp;
}

/** One hash over names and contents of all input files. */
function stampOf(names) {
  const hash = createHash('sha256');
  for (const name of names) {
    const full = path.join(root, name);
    if (!fs.existsSync(full)) continue;
    const files = fs.statSync(full).isDirectory()
      ? fs
          .readdirSync(full, { recursive: true })
          .map((below) => path.join(full, below))
          .filter((below) => fs.statSync(below).isFile())
          .sort()
      : [full];
    for (const file of files) {
      const content = fs.readFileSync(file);
      hash.update(`${path.relative(root, file)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** Writes DOOR.mjs and DOOR.d.mts beside DOOR.js; the names are those that the built file really exports. */
function wrapForEsm(folder, door) {
  const built = path.join(folder, `${door}.js`);
  if (!fs.existsSync(built)) return;
  const names = Object.keys(require(built)).filter(
    (name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default',
  );
  const source = `./${path.basename(door)}.js`;
  const lines = [
    `import commonJs from '${source}';`,
    ...names.sort().map((name) => `export const ${name} = commonJs.${name};`),
  ];
  fs.writeFileSync(path.join(folder, `${door}.mjs`), `${lines.join('\n')}\n`);
  fs.writeFileSync(path.join(folder, `${door}.d.mts`), `export * from '${source}';\n`);
}

function makeExecutable(file) {
  if (fs.existsSync(file)) fs.chmodSync(file, 0o755);
}

function replaceDist(fresh) {
  if (fs.existsSync(dist)) fs.renameSync(dist, path.join(workspace, 'old'));
  fs.renameSync(fresh, dist);
}

process.exitCode = main();
