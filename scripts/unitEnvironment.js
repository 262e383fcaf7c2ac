'use strict';

/*
 * The Jest environment of unit specs: opening a socket or starting a process throws, so that a spec which
 * does either is found at once and gets its name, *.process.spec.ts.
 */

const childProcess = require('node:child_process');
const net = require('node:net');
const { TestEnvironment } = require('jest-environment-node');

/** Owner, method and what calling it means. */
const forbidden = [
  [net.Socket.prototype, 'connect', 'opens a socket'],
  [net.Server.prototype, 'listen', 'listens on a socket'],
  ...['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'].map((name) => [
    childProcess,
    name,
    'starts a process',
  ]),
];

module.exports = class UnitEnvironment extends TestEnvironment {
  #restore = [];

  async setup() {
    await super.setup();
    // The modules of Node.js are those of the worker, which runs other specs afterwards: hence restored in
    // teardown.
    for (const [owner, name, what] of forbidden) {
      const original = owner[name];
      owner[name] = () => {
        throw new Error(
          `A unit spec ${what} (${name}): rename its file to *.process.spec.ts, see CONTRIBUTING.md`,
        );
      };
      this.#restore.push(() => {
        owner[name] = original;
      });
    }
  }

  async teardown() {
    for (const restore of this.#restore) restore();
    await super.teardown();
  }
};
