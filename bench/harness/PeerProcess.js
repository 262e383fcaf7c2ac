'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');
const { Control } = require('./Control');

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/**
 * One side of a contest, the server or the client, in a process of its own.
 *
 * It answers: `start` (server; → `{ port }`), `open` and `run` (client), `usage` (→ CPU µs and memory so
 * far), `settle` (gc, then usage) and `stop`.
 */
class PeerProcess {
  #child;
  #control;

  /**
   * @param {{ name: string, command?: string[] }} peer `command` of a peer that is no Node.js program
   * @param {number | undefined} core pin the process to this core
   */
  constructor(peer, core) {
    const worker = [process.execPath, '--expose-gc', path.join(__dirname, 'worker.js'), peer.name];
    const pin = core === undefined ? [] : ['taskset', '-c', String(core)];
    const [command, ...args] = [...pin, ...(peer.command ?? worker)];
    this.#child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    running.add(this.#child);
    this.#child.on('exit', () => running.delete(this.#child));
    this.#child.on('error', () => running.delete(this.#child));
    // Only the last words are kept: they say why a process died.
    this.lastWords = '';
    this.#child.stderr.on('data', (text) => (this.lastWords = (this.lastWords + text).slice(-2000)));
    this.#control = new Control(this.#child.stdio[3]);
  }

  /** Calls a method of the process; rejects with its error or after `timeoutMs` (30 s). */
  async call(method, params = {}, timeoutMs = 30_000) {
    try {
      return await this.#control.ask(method, params, timeoutMs);
    } catch (error) {
      const words = this.lastWords.trim().split('\n').slice(-6).join(' | ');
      throw new Error(words === '' ? error.message : `${error.message} (stderr: ${words})`, { cause: error });
    }
  }

  /** Ends the process: asks it to, and kills it when it has not gone after 2 s. */
  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    this.#control.ask('stop', {}, 2000).catch(() => {});
    await gone;
    clearTimeout(timer);
  }
}

module.exports = { PeerProcess };
