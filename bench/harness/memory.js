'use strict';

const { PeerProcess } = require('./PeerProcess');
const { loadPeer } = require('./peers');
const { summary } = require('./stats');

/**
 * Runs `work` with a fresh server process and a function that starts client processes; all end afterwards.
 */
async function withServer(peer, options, work) {
  const processes = [];
  const start = () => {
    const started = new PeerProcess(loadPeer(peer));
    processes.push(started);
    return started;
  };
  try {
    const server = start();
    const { port } = await server.call('start', { actions: 1, ...options });
    return await work(server, port, start);
  } finally {
    await Promise.all(processes.map((process) => process.end()));
  }
}

/**
 * What an idle connection costs its server: growth of RSS and heap, after gc, from `connections` of them to
 * twice as many, bytes each. The first ones warm the server up and use up what it had in reserve, which would
 * make the count too small. Every connection has asked once, since one that never spoke has hardly been made.
 * A fresh server in each run.
 */
async function idleMemory(peer, { connections, serverOptions, clientOptions }, { repeats }, progress) {
  const runs = [];
  for (let i = 0; i < repeats; i++) {
    progress(`${peer}: run ${i + 1} of ${repeats}`);
    const growth = await withServer(peer, serverOptions, async (server, port, start) => {
      const connectAll = async (asks) => {
        const client = start();
        await client.call('open', { ...clientOptions, connections, port }, 60_000);
        await client.call('run', { load: 'points', action: 'Echo0', count: asks, inFlight: 64 });
        return server.call('settle');
      };
      const before = await connectAll(5 * connections);
      const after = await connectAll(connections);
      return {
        rss: (after.rss - before.rss) / connections,
        heap: (after.heapUsed - before.heapUsed) / connections,
      };
    });
    runs.push(growth);
  }
  return {
    peer,
    repeats,
    rss: summary(runs.map(({ rss }) => rss)),
    heap: summary(runs.map(({ heap }) => heap)),
  };
}

/**
 * How far memory grows while `count` blocks of `bytes` are offered to a slow handler: the highest RSS of each
 * process above what it had before, bytes.
 */
async function flatMemory(peer, { count, bytes, serverOptions, clientOptions }, progress) {
  progress(`${peer}: offering ${Math.round((count * bytes) / 2 ** 20)} MiB`);
  return withServer(peer, serverOptions, async (server, port, start) => {
    const client = start();
    await client.call('open', { connections: 1, ...clientOptions, port });
    await client.call('run', { load: 'offered', count: 16, bytes });
    const before = { server: await server.call('settle'), client: await client.call('settle') };
    const { wallUs } = await client.call('run', { load: 'offered', count, bytes }, 120_000);
    const after = { server: await server.call('usage'), client: await client.call('usage') };
    return {
      peer,
      offered: count * bytes,
      seconds: wallUs / 1e6,
      server: after.server.peakRss - before.server.rss,
      client: after.client.peakRss - before.client.rss,
    };
  });
}

module.exports = { idleMemory, flatMemory };
