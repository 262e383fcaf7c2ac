'use strict';

/**
 * Questions and answers between the run and one peer process: a JSON object a line over a duplex stream
 * (descriptor 3 of the child), so that a peer's own prints on stdout disturb nothing and a peer need not be a
 * Node.js program.
 *
 * Question: `{ id, method, params }`; answer: `{ id, result }` or `{ id, error }`.
 */
class Control {
  #stream;
  #methods;
  #waiting = new Map();
  #lastId = 0;
  #rest = '';

  /**
   * @param {import('node:stream').Duplex} stream
   * @param {Record<string, (params: any) => unknown>} methods what the other side may ask
   */
  constructor(stream, methods = {}) {
    this.#stream = stream;
    this.#methods = methods;
    stream.setEncoding('utf8');
    stream.on('data', (text) => this.#read(text));
    stream.on('error', () => {});
    stream.on('close', () => this.#failAll(new Error('the process ended')));
  }

  /** Asks the other side; rejects with its error, when it ends, or after `timeoutMs`. */
  ask(method, params, timeoutMs) {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`no answer to "${method}" within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#write({ id, method, params });
    });
  }

  #read(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.method === undefined) this.#settle(message);
      else void this.#serve(message);
    }
  }

  async #serve({ id, method, params }) {
    try {
      this.#write({ id, result: (await this.#methods[method](params)) ?? null });
    } catch (error) {
      this.#write({ id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #settle({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new Error(error));
  }

  #failAll(error) {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }

  #write(message) {
    if (this.#stream.writable) this.#stream.write(`${JSON.stringify(message)}\n`);
  }
}

module.exports = { Control };
