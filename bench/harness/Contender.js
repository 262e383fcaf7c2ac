'use strict';

const { PeerProcess } = require('./PeerProcess');
const { loadPeer } = require('./peers');

/** Messages of one slice, whatever the speed: bounds of calibration. */
const maxCount = 2_000_000;

/**
 * One way to do a scenario's work: a server and a client process, and the load between them.
 *
 * @typedef {object} Entry
 * @property {string} key unique in its group
 * @property {string} server name of a peer
 * @property {string} client name of a peer, mostly the same
 * @property {string} [title] its name in the table, where the peers' own would say too little
 * @property {string} [variant] what differs within a scenario, such as the number of connections
 * @property {object} [serverOptions]
 * @property {object} [clientOptions]
 * @property {string} [twinOf] key of the entry that is compared with this one directly
 * @property {object} load of `loads`; `count` messages a slice, or `least` and `most` of them, as many as
 * fill its time
 * @property {object} [warmUp] a load to warm up with first, where `load` itself takes too long to get the
 * code compiled
 * @property {'one core' | 'a core each' | 'free'} placement
 */
class Contender {
  #server;
  #client;
  #count;

  /** @param {Entry} entry */
  constructor(entry) {
    this.entry = entry;
    this.slices = [];
    this.pairs = [];
    this.failure = undefined;
  }

  /** Starts both processes and connects them. */
  async open(cores) {
    const { server, client, serverOptions, clientOptions, placement } = this.entry;
    const pin = cores.length > 0 && placement !== 'free';
    const serverCore = pin ? cores[0] : undefined;
    const clientCore = pin ? (placement === 'a core each' ? (cores[1] ?? cores[0]) : cores[0]) : undefined;
    this.#server = new PeerProcess(loadPeer(server), serverCore);
    this.#client = new PeerProcess(loadPeer(client), clientCore);
    const { port } = await this.#server.call('start', { actions: 1, ...serverOptions });
    await this.#client.call('open', { connections: 1, ...clientOptions, port });
  }

  /**
   * Runs slices for `warmUpMs` and finds how many messages make one of about `sliceMs`. Nothing of it counts;
   * the code of both processes is compiled afterwards.
   */
  async calibrate(sliceMs, warmUpMs) {
    const { load } = this.entry;
    if (load.count !== undefined) {
      this.#count = load.count;
      await this.#run(load.count);
      return;
    }
    if (this.entry.warmUp !== undefined) await this.#fit(this.entry.warmUp, sliceMs, warmUpMs);
    this.#count = await this.#fit(load, sliceMs, warmUpMs);
  }

  /**
   * Runs slices of a load for `warmUpMs`; resolves with the number of messages that takes about `sliceMs`.
   */
  async #fit(load, sliceMs, warmUpMs) {
    const within = (count) => Math.round(Math.max(load.least, Math.min(count, load.most ?? maxCount)));
    let count = load.least;
    let spentMs = 0;
    for (;;) {
      const wallMs = (await this.#run(count, load)).wallUs / 1000;
      spentMs += wallMs;
      const wanted = within((count * sliceMs) / wallMs);
      if (spentMs >= warmUpMs && (wallMs >= sliceMs / 2 || wanted === count)) return wanted;
      // The first slices are slow and say little about the later ones.
      count = Math.min(wanted, count * 4);
    }
  }

  /** Runs one slice; its figures per message. */
  async slice() {
    const { wallUs, serverCpuUs, clientCpuUs, p50Us, p99Us } = await this.#run(this.#count);
    const count = this.#count;
    return {
      count,
      wallUs: wallUs / count,
      serverCpuUs: serverCpuUs / count,
      clientCpuUs: clientCpuUs / count,
      cpuUs: (serverCpuUs + clientCpuUs) / count,
      p50Us,
      p99Us,
    };
  }

  async #run(count, load = this.entry.load) {
    const before = await this.#server.call('usage');
    const figures = await this.#client.call('run', { ...load, count }, 90_000);
    const after = await this.#server.call('usage');
    return { ...figures, clientCpuUs: figures.cpuUs, serverCpuUs: after.cpuUs - before.cpuUs };
  }

  async close() {
    await Promise.all([this.#client?.end(), this.#server?.end()]);
  }
}

module.exports = { Contender };
