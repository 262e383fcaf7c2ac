'use strict';

/** Asks go to the last action registered. */
const echo = (actions) => `Echo${actions - 1}`;

/** Peers that keep a connection and have asks in flight on it. */
const kept = ['raw', 'raw-length', 'rxcomet', 'nest', 'rsocket', 'rsocket-0', 'socketio'];

/** One group: each peer once, all beside raw. */
function besideRaw(peers, entry) {
  const entries = peers.map((peer) => ({ key: peer, server: peer, client: peer, ...entry }));
  return [{ entries, baseline: 'raw' }];
}

/** One group a variant, so that each peer stands beside raw doing the same. */
function besideRawByVariant(peers, variants, entry) {
  return variants.map((variant) => ({
    entries: peers.map((peer) => ({
      key: peer,
      server: peer,
      client: peer,
      variant: String(variant),
      ...entry(variant),
    })),
    baseline: 'raw',
  }));
}

/** Ours on both sides, with what is named switched on. */
function variant(title, on) {
  return {
    key: title,
    title,
    server: 'rxcomet',
    client: 'rxcomet',
    serverOptions: { on },
    clientOptions: { on },
  };
}

const points128 = { load: 'points', action: echo(1), inFlight: 128, least: 512 };
const oneByOne = { load: 'points', action: echo(1), inFlight: 1, least: 16, most: 400 };

/**
 * The scenarios. `compare`: the ratio it is about. `peers`: who takes part, raw among them where it is the
 * measure. `mayFail`: peers whose failure is what the scenario shows. `groups(peers, quick)` gives the
 * contests of a `rates` scenario.
 *
 * @type {Record<string, any>}
 */
const scenarios = {
  'throughput-cpu': {
    title: 'Request and acknowledgement, 128 in flight, both processes on one core',
    kind: 'rates',
    compare: 'cpu',
    peers: kept,
    groups: (peers) => besideRaw(peers, { placement: 'one core', load: points128 }),
  },

  throughput: {
    title: 'Request and acknowledgement, 128 in flight, a core each',
    kind: 'rates',
    compare: 'speed',
    peers: kept,
    groups: (peers) => besideRaw(peers, { placement: 'a core each', load: points128 }),
  },

  detached: {
    title: 'Detached messages (confirm false), a core each',
    kind: 'rates',
    compare: 'speed',
    peers: kept,
    groups: (peers) =>
      besideRaw(peers, { placement: 'a core each', load: { load: 'detached', least: 1024, most: 400_000 } }),
  },

  latency: {
    title: 'Latency at 1 in flight, a core each',
    kind: 'rates',
    compare: 'p50',
    peers: kept,
    groups: (peers) =>
      besideRaw(peers, {
        placement: 'a core each',
        warmUp: points128,
        load: { load: 'latency', action: echo(1), least: 64 },
      }),
  },

  'curves-64k': {
    title: '64 KiB values (3,400 numbers), 16 in flight, both processes on one core',
    kind: 'rates',
    compare: 'cpu',
    peers: kept,
    groups: (peers) =>
      besideRaw(peers, {
        placement: 'one core',
        load: { load: 'curves', action: echo(1), inFlight: 16, least: 16 },
      }),
  },

  'block-32m': {
    title: 'A 32 MiB text, a core each',
    kind: 'rates',
    compare: 'speed',
    peers: kept,
    mayFail: ['rsocket', 'rsocket-0'],
    groups: (peers) =>
      besideRaw(peers, { placement: 'a core each', load: { load: 'blocks', bytes: 32 * 2 ** 20, count: 1 } }),
  },

  'one-shot': {
    title: 'One connection per message, one after the other, both processes on one core',
    kind: 'rates',
    compare: 'cpu',
    peers: ['raw', 'rxcomet', 'python'],
    groups(peers) {
      const pairs = [
        ['raw', 'raw'],
        ['rxcomet', 'rxcomet'],
        ['python', 'rxcomet'],
        ['rxcomet', 'python'],
        ['python', 'python'],
      ];
      const entries = pairs
        .filter((pair) => pair.every((peer) => peers.includes(peer)))
        .map(([client, server]) => ({
          key: client === server ? client : `${client} → ${server}`,
          server,
          client,
          placement: 'one core',
          clientOptions: { oneShot: true },
          // Few a slice: each leaves a socket in TIME_WAIT. Few also compile slowly, hence a warm-up of its
          // own.
          warmUp: oneByOne,
          load: oneByOne,
        }));
      return [{ entries, baseline: 'raw' }];
    },
  },

  actions: {
    title:
      '1, 100 and 10,000 registered actions, 128 in flight, both processes on one core; each peer beside itself with 1',
    kind: 'rates',
    compare: 'cpu',
    peers: ['rxcomet', 'nest'],
    groups: (peers) =>
      peers.map((peer) => ({
        entries: [1, 100, 10_000].map((actions) => ({
          key: `${peer}, ${actions}`,
          server: peer,
          client: peer,
          variant: String(actions),
          placement: 'one core',
          serverOptions: { actions },
          load: { ...points128, action: echo(actions) },
        })),
        baseline: `${peer}, 1`,
      })),
  },

  connections: {
    title: '1, 100 and 1,000 connections, 128 in flight over all, both processes on one core',
    kind: 'rates',
    compare: 'cpu',
    peers: ['raw', 'rxcomet', 'nest', 'socketio'],
    groups: (peers, quick) =>
      besideRawByVariant(peers, quick ? [1, 100] : [1, 100, 1000], (connections) => ({
        placement: 'one core',
        serverOptions: { limits: { Max_connections: 2048 } },
        clientOptions: { connections },
        load: { ...points128, least: 1024 },
      })),
  },

  'in-flight': {
    title: '16 to 16,384 asks in flight, both processes on one core',
    kind: 'rates',
    compare: 'cpu',
    peers: ['raw', 'rxcomet', 'rsocket'],
    groups: (peers) =>
      besideRawByVariant(peers, [16, 128, 1024, 16_384], (inFlight) => ({
        placement: 'one core',
        serverOptions: { limits: { Max_in_flight: inFlight } },
        load: { load: 'points', action: echo(1), inFlight, least: Math.max(512, 2 * inFlight) },
      })),
  },

  observed: {
    title: 'What watching costs: 128 in flight, both processes on one core',
    kind: 'rates',
    compare: 'cpu',
    peers: ['rxcomet'],
    groups: () => [
      {
        entries: [
          variant('off', []),
          variant('metrics', ['metrics']),
          variant('logs', ['logs']),
          variant('traces', ['traces']),
          variant('all three', ['metrics', 'logs', 'traces']),
        ].map((entry) => ({ ...entry, placement: 'one core', load: points128 })),
        baseline: 'off',
        generations: 5,
      },
    ],
  },

  operators: {
    title: 'What sending again costs while nothing fails: 128 in flight, both processes on one core',
    kind: 'rates',
    compare: 'cpu',
    peers: ['rxcomet'],
    groups: () => [
      {
        entries: [
          variant('send', ['send']),
          variant('circuitBreaker', ['circuitBreaker']),
          variant('retrySend', ['retrySend']),
          variant('both', ['circuitBreaker', 'retrySend']),
        ].map((entry) => ({ ...entry, placement: 'one core', load: points128 })),
        baseline: 'send',
      },
    ],
  },

  kept: {
    title:
      'Detached and acknowledged messages: in memory, from the outbox on disk, and with Dedup at the host, a core each',
    kind: 'rates',
    compare: 'speed',
    peers: ['rxcomet'],
    groups: () => [
      {
        entries: [
          variant('in memory', []),
          variant('dedup in memory', ['dedup']),
          variant('outbox', ['outbox']),
          variant('outbox, dedup in memory', ['outbox', 'dedup']),
          variant('outbox, dedup on disk', ['outbox', 'dedup-disk']),
        ].map((entry) => ({
          ...entry,
          placement: 'a core each',
          load: { load: 'kept', least: 256, most: 200_000 },
        })),
        baseline: 'in memory',
      },
    ],
  },

  'idle-memory': {
    title: 'What an idle connection costs its server',
    kind: 'idle',
    peers: ['raw', 'rxcomet', 'nest', 'socketio'],
    settings: (quick) => ({
      connections: quick ? 200 : 1000,
      serverOptions: { limits: { Max_connections: 4096 } },
    }),
  },

  'flat-memory': {
    title: 'Growth of memory while 64 KiB texts are offered faster than they are handled',
    kind: 'flat',
    peers: ['raw', 'rxcomet'],
    settings: (quick) => ({
      count: quick ? 1024 : 16_384,
      bytes: 65_536,
      // Eight at once of 4 ms each: 2,000 a second, less than any client here can offer.
      serverOptions: { limits: { Max_in_flight: 8 } },
      clientOptions: { queue: { Max_bytes: 16 * 2 ** 20 } },
    }),
  },
};

module.exports = { scenarios };
