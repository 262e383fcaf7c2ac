'use strict';

/*
 * What `Dedup` of a host costs: `npm run build && node --expose-gc bench/outbox/dedup.js [rounds]`, default
 * 5. Messages with a key, 128 under way, through loopback within one process, to a host without Dedup, with
 * it in memory, and with a folder; and the heap of 1,000,000 keys. Rounds of the three take turns; figures of
 * one run can be compared with each other.
 */

const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { loadInternal } = require('../harness/internals');

const dist = path.join(__dirname, '..', '..', 'dist');
const { createApp, parseConfig } = require(dist);
const KnownKeys = loadInternal(dist, 'KnownKeys');

const MESSAGES = 20_000;
const IN_FLIGHT = 128;
const KEYS = 1_000_000;

async function rate(dedup) {
  const app = createApp(
    parseConfig({
      Socket_connection: { Host: { IP: '127.0.0.1', Port: 0, ...(dedup ? { Dedup: dedup } : {}) } },
    }),
  );
  app.handle('Point', () => 'stored');
  await app.start();
  const { ip: IP, port: Port } = app.address;
  const client = createApp(
    parseConfig({
      Socket_connection: { Client: { Host: { IP, Port, Dialect: 'native', Ack_timeout_ms: 60_000 } } },
    }),
  );
  const peer = client.peer('Host');
  const id = randomBytes(12).toString('hex');
  let next = 0;
  const lane = async () => {
    while (next < MESSAGES) await peer.ask('Point', { unit: 4 }, { key: `${id}-${(next += 1)}` });
  };
  const all = () => Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const began = process.hrtime.bigint();
  await all();
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  await client.stop();
  await app.stop();
  return MESSAGES / seconds;
}

function heapOfKeys() {
  const options = { windowMs: Infinity, maxKeys: KEYS, maxBytes: 1 << 26, onForget: () => undefined };
  const known = new KnownKeys(options);
  const id = randomBytes(12).toString('hex');
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  // As they come: each key is a string of its own.
  for (let index = 0; index < KEYS; index += 1)
    known.add(Buffer.from(`${id}-${index}`).toString(), Date.now() + 0.5, true, 0);
  globalThis.gc();
  const bytes = process.memoryUsage().heapUsed - before;
  return Math.round(bytes / known.size);
}

async function main() {
  const rounds = Number(process.argv[2] ?? 5);
  if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dedup-'));
  const ways = {
    'without Dedup': () => undefined,
    'Dedup: {}': () => ({}),
    'Dedup: {Path}': (round) => ({ Path: path.join(folder, String(round)) }),
  };
  console.log(
    `Node ${process.version}, ${os.cpus().length} cores, ${rounds} rounds of ${MESSAGES} messages, ${IN_FLIGHT} under way`,
  );
  const rates = new Map(Object.keys(ways).map((name) => [name, []]));
  try {
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, dedup] of Object.entries(ways)) {
        const found = await rate(dedup(round));
        if (round >= 0) rates.get(name).push(found);
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  console.log('messages a second; median (least to most)');
  for (const [name, found] of rates) {
    found.sort((a, b) => a - b);
    const shown = [found[found.length >> 1], found[0], found.at(-1)].map((value) => Math.round(value));
    console.log(`  ${name.padEnd(14)} ${shown[0]} (${shown[1]} to ${shown[2]})`);
  }
  console.log(`heap of a key, of ${KEYS}: ${heapOfKeys()} bytes`);
}

void main();
