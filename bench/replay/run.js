'use strict';

/*
 * How much memory and time a large recording needs: replayed into handlers, to a live host, and by a
 * stand-in.
 *
 *   npm run build && node bench/replay/run.js [--mib 1024] [--heap 128] [--seed 1] [--dist dist]
 *
 * `--mib 16` is a run of seconds. It prints the rows of docs/replay.md. The recording is made in bench/.tmp
 * and removed afterwards. Every replay is a process of its own whose JavaScript heap is limited to
 * --heap MiB, and has to end with the verdict that nothing differs. First comes a sixteenth of the size, for
 * comparison: what grows with the recording is the difference.
 */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { parseArgs } = require('node:util');
const { writeSession } = require('./session');

const folder = path.join(__dirname, '../.tmp');
const workerFile = path.join(__dirname, 'worker.js');
/** No replay may take longer. */
const limitMs = 600_000;

class Worker {
  #process;
  #lines;

  constructor(role, args, { heapMiB, dist }) {
    this.#process = spawn(
      process.execPath,
      [`--max-old-space-size=${heapMiB}`, workerFile, dist, role, ...args.map(String)],
      { stdio: ['pipe', 'pipe', 'inherit'], timeout: limitMs * 2 },
    );
    this.#lines = readline.createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** The next line it prints. */
  async next() {
    const late = setTimeout(() => this.kill(), limitMs);
    const { value, done } = await this.#lines.next();
    clearTimeout(late);
    if (done) throw new Error(`a replay did not end well within ${limitMs / 1000} s`);
    const line = JSON.parse(value);
    if (line.failure !== undefined) throw new Error(line.failure);
    return line;
  }

  /** Lets it end what it does. */
  end() {
    this.#process.stdin.end();
  }

  kill() {
    this.#process.kill();
  }
}

/** Replays one recording in every manner and prints a row for each. */
async function replay(file, counts, options) {
  const workers = [];
  const start = (role, ...args) => {
    const worker = new Worker(role, args, options);
    workers.push(worker);
    return worker;
  };
  const print = (manner, { seconds, cpuSeconds, peakMiB, ...rest }, messages) => {
    if (rest.passed !== true) throw new Error(`${manner}: ${JSON.stringify(rest)}`);
    const cpuMicroseconds = (cpuSeconds / messages) * 1e6;
    const figures = [counts.bytes / 2 ** 20, messages, messages / seconds, cpuMicroseconds, seconds, peakMiB];
    printRow(manner, figures.map(Math.round));
  };
  try {
    print('into handlers', await start('inProcess', file).next(), counts.messages + counts.sends);

    const host = start('host');
    const { port } = await host.next();
    print('to a live host', await start('toHost', file, port).next(), counts.messages);
    host.end();

    const standIn = start('standIn', file);
    const { port: standInPort } = await standIn.next();
    const driver = await start('toHost', file, standInPort).next();
    standIn.end();
    print('as a stand-in', await standIn.next(), counts.messages);
    print('to that stand-in', driver, counts.messages);
  } finally {
    for (const worker of workers) worker.kill();
  }
}

/** The head of the table in docs/replay.md; its widths too, so that rows can be put in as they are. */
const head = ['recording, MiB', 'messages', 'messages/s', 'CPU, µs a message', 'seconds', 'peak RSS, MiB'];
const mannerWidth = 'to that stand-in'.length;

function printRow(manner, cells) {
  const padded = cells.map((cell, column) => String(cell).padStart(head[column].length));
  console.log(`| ${[manner.padEnd(mannerWidth), ...padded].join(' | ')} |`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      mib: { type: 'string', default: '1024' },
      heap: { type: 'string', default: '128' },
      seed: { type: 'string', default: '1' },
      dist: { type: 'string', default: path.join(__dirname, '../../dist') },
    },
  });
  const [mib, heapMiB, seed] = [values.mib, values.heap, values.seed].map(Number);
  if (![mib, heapMiB, seed].every((number) => number > 0)) throw new Error('expected numbers > 0');
  fs.mkdirSync(folder, { recursive: true });
  const cpus = os.cpus();
  console.log(
    `${cpus[0]?.model ?? ''}, ${cpus.length} cores, Node.js ${process.version}, heap limited to ${heapMiB} MiB\n`,
  );
  printRow('manner', head);
  const rules = head.map((title) => `${'-'.repeat(title.length - 1)}:`);
  console.log(`| ${['-'.repeat(mannerWidth), ...rules].join(' | ')} |`);
  for (const size of [mib / 16, mib]) {
    const file = path.join(folder, `session-${process.pid}.ndjson`);
    try {
      const counts = writeSession(file, size * 2 ** 20, seed);
      await replay(file, counts, { heapMiB, dist: path.resolve(values.dist) });
    } finally {
      fs.rmSync(file, { force: true });
    }
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
