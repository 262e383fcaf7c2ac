'use strict';

/*
 * Which embedded store an outbox should use: `node bench/outbox/compare.js [rounds]`, default 5. For lmdb and
 * classic-level in turn it writes messages in groups, each group with one fsync, deletes them again, and
 * tries what an outbox depends on. Figures of one run can be compared with each other; absolute ones are the
 * disk's.
 */

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');
const VALUE = Buffer.alloc(200, 'x');
const GROUPS = [1, 16, 256];
/** Groups written in one measurement. */
const WRITES = 40;

const keyOf = (number) => `message/${String(number).padStart(16, '0')}`;

const stores = {
  'classic-level': {
    folder: path.join(ROOT, 'node_modules', 'classic-level'),
    async open(folder) {
      const { ClassicLevel } = require(this.folder);
      const level = new ClassicLevel(folder, { valueEncoding: 'buffer' });
      await level.open();
      return {
        put: (numbers) =>
          level.batch(
            numbers.map((number) => ({ type: 'put', key: keyOf(number), value: VALUE })),
            { sync: true },
          ),
        remove: (numbers) => level.batch(numbers.map((number) => ({ type: 'del', key: keyOf(number) }))),
        count: async () => (await level.keys().all()).length,
        close: () => level.close(),
      };
    },
  },
  lmdb: {
    folder: path.join(__dirname, '..', 'node_modules', 'lmdb'),
    async open(folder) {
      const { open } = require(this.folder);
      const database = open({ path: folder, encoding: 'binary', noSubdir: false });
      // What is put in one turn is one transaction; each put tells of its commit.
      const all = (numbers, change) => Promise.all(numbers.map(change));
      return {
        // A commit of lmdb is told when it is visible; `flushed` when it is on the disk.
        put: async (numbers) => {
          await all(numbers, (number) => database.put(keyOf(number), VALUE));
          await database.flushed;
        },
        remove: (numbers) => all(numbers, (number) => database.remove(keyOf(number))),
        count: async () => database.getKeysCount(),
        close: () => database.close(),
      };
    },
  },
};

async function measure(name, group) {
  const folder = temporary();
  const store = await stores[name].open(folder);
  const batches = Array.from({ length: WRITES }, (_, batch) =>
    Array.from({ length: group }, (__, index) => batch * group + index),
  );
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (const batch of batches) {
    await store.put(batch);
    await store.remove(batch);
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await store.close();
  fs.rmSync(folder, { recursive: true });
  return { rate: (WRITES * group) / seconds, cpu: (user + system) / (WRITES * group) };
}

/** What `behave` of the same name prints, from a process of its own. */
function inChild(question, name, limit) {
  const command = [process.execPath, __filename, question, name, temporary()];
  const { stdout, signal, status } = spawnSync(
    'sh',
    ['-c', `${limit === undefined ? '' : `ulimit -f ${limit * 2}; `}exec "$@"`, 'sh', ...command],
    { encoding: 'utf8', timeout: 60_000 },
  );
  fs.rmSync(command[4], { recursive: true, force: true });
  return signal === null && status === 0 ? stdout.trim() : `died of ${signal ?? `exit code ${status}`}`;
}

const behave = {
  async 'a second process'(name, folder) {
    const store = await stores[name].open(folder);
    await store.put([1]);
    try {
      return execFileSync(process.execPath, [__filename, 'open', name, folder], { encoding: 'utf8' }).trim();
    } finally {
      await store.close();
    }
  },
  async open(name, folder) {
    try {
      const store = await stores[name].open(folder);
      await store.close();
      return 'gets in';
    } catch (error) {
      return `is refused: ${(error.cause ?? error).message.replace(folder, 'FOLDER')}`;
    }
  },
  async 'a file of 1 MiB at most'(name, folder) {
    let store = await stores[name].open(folder);
    let kept = 0;
    let failed = '';
    for (let group = 0; group < 100 && failed === ''; group += 1) {
      const numbers = Array.from({ length: 100 }, (_, index) => group * 100 + index);
      await store.put(numbers).then(
        () => (kept += 100),
        (error) => (failed = (error.message ?? String(error)).replace(folder, 'FOLDER')),
      );
    }
    if (failed === '') return 'no error';
    await store.close();
    store = await stores[name].open(folder);
    const found = await store.count();
    const after = await store.put([1e6]).then(
      () => 'writes again after reopening',
      (error) => `does not write after reopening: ${error.message}`,
    );
    await store.close();
    return `"${failed}"; ${found - kept} more or fewer than confirmed; ${after}`;
  },
};

async function main() {
  const rounds = Number(process.argv[2] ?? 5);
  if (!(rounds >= 1)) throw new Error('usage: node bench/outbox/compare.js [rounds]');
  console.log(
    `Node ${process.version}, ${os.cpus().length} cores, ${rounds} rounds, messages of ${VALUE.length} bytes`,
  );
  for (const [name, { folder }] of Object.entries(stores)) {
    const { version } = require(path.join(folder, 'package.json'));
    console.log(`\n${name} ${version}`);
    console.log(`  binaries: ${binaries(folder)}`);
    console.log(`  installed: ${installed(name, folder)}`);
    for (const question of ['a second process', 'a file of 1 MiB at most']) {
      console.log(
        `  ${question}: ${inChild(question, name, question.startsWith('a file') ? 1024 : undefined)}`,
      );
    }
  }
  console.log('\nkept and deleted again, messages a second and CPU in µs a message; median (least to most)');
  for (const group of GROUPS) {
    const results = Object.fromEntries(Object.keys(stores).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const name of Object.keys(stores)) results[name].push(await measure(name, group));
    }
    for (const [name, list] of Object.entries(results)) {
      const rate = spread(list.map((result) => result.rate));
      const cpu = spread(list.map((result) => result.cpu));
      console.log(
        `  ${String(group).padStart(3)} a group  ${name.padEnd(13)}  ${rate.padStart(24)}  ${cpu.padStart(20)}`,
      );
    }
  }
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const text = (value) => value.toFixed(value < 10 ? 1 : 0);
  return `${text(sorted[sorted.length >> 1])} (${text(sorted[0])} to ${text(sorted.at(-1))})`;
}

function binaries(folder) {
  const prebuilds = path.join(folder, 'prebuilds');
  if (fs.existsSync(prebuilds)) return `in the package, for ${fs.readdirSync(prebuilds).join(', ')}`;
  const { optionalDependencies = {} } = require(path.join(folder, 'package.json'));
  const names = Object.keys(optionalDependencies);
  return names.length > 0 ? `in packages of their own: ${names.join(', ')}` : 'none';
}

/** The package and what it brings along. */
function installed(name, folder) {
  const modules = path.dirname(folder);
  const seen = new Set();
  let bytes = 0;
  const add = (dependency) => {
    const place = path.join(modules, dependency);
    if (seen.has(dependency) || !fs.existsSync(place)) return;
    seen.add(dependency);
    for (const entry of fs.readdirSync(place, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) bytes += fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size;
    }
    const { dependencies = {}, optionalDependencies = {} } = require(path.join(place, 'package.json'));
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) add(next);
  };
  add(name);
  return `${(bytes / 2 ** 20).toFixed(1)} MiB in ${seen.size} packages`;
}

const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), 'rxcomet-bench-'));

const [question, name, folder] = process.argv.slice(2);
const work =
  question !== undefined && question in behave ? behave[question](name, folder).then(console.log) : main();
work.catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
