'use strict';

// A peer process: `node --expose-gc worker.js PEER`, spoken to over descriptor 3 (see Control.js).

const fs = require('node:fs');
const net = require('node:net');
const { setImmediate: turn } = require('node:timers/promises');
const { Control } = require('./Control');
const { createHandlers } = require('./handlers');
const { loads } = require('./loads');
const { loadPeer } = require('./peers');

const peer = loadPeer(process.argv[2]);
let server;
let client;

/** CPU time of all threads so far, µs, and memory, bytes. */
function usage() {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuUs: user + system, rss, heapUsed, peakRss: peakRss() };
}

/**
 * The highest RSS so far. Linux tells it in /proc; its ru_maxrss would include the parent's, inherited over
 * fork.
 */
function peakRss() {
  try {
    return 1024 * Number(/VmHWM:\s*(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}

const control = new net.Socket({ fd: 3, readable: true, writable: true });
control.on('close', () => process.exit());

new Control(control, {
  async start(options) {
    server = await peer.startServer(createHandlers(options.actions), options);
    return { port: server.port };
  },

  async open(options) {
    client = await peer.openClient(options);
  },

  run: ({ load, ...options }) => loads[load](client.sessions, options),

  usage,

  // Several collections with turns between them, so that finalizers of sockets and buffers have run too.
  async settle() {
    for (let i = 0; i < 6; i++) {
      globalThis.gc();
      await turn();
    }
    return usage();
  },

  async stop() {
    await Promise.allSettled([client?.close(), server?.close()]);
    setImmediate(() => process.exit());
  },
});
