'use strict';

const { execFileSync } = require('node:child_process');
const os = require('node:os');

/** The cores this process may use, or none when they can't be told or chosen (no taskset). */
function usableCores() {
  try {
    const text = execFileSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8' });
    return text
      .slice(text.lastIndexOf(':') + 1)
      .trim()
      .split(',')
      .flatMap((part) => {
        const [from, to = from] = part.split('-').map(Number);
        return Array.from({ length: to - from + 1 }, (_, i) => from + i);
      });
  } catch {
    return [];
  }
}

/** What the figures were taken on. */
function describeMachine() {
  const cores = usableCores();
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    v8: process.versions.v8,
    pinned: cores.length > 0,
    load: os.loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

module.exports = { usableCores, describeMachine };
