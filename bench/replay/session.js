'use strict';

/*
 * The session that is replayed: four instruments keep a native connection each and send points of a curve in
 * bursts, every burst ends with an Archive that the host hands on to its client Store before it answers;
 * between bursts a script asks over a connection of its own.
 */

const fs = require('node:fs');

/** What the handlers acknowledge; also what the recording says they did. */
const acknowledge = {
  Point: ({ n, volts }) => ({ n, sum: volts.reduce((sum, volt) => sum + volt, 0) }),
  Archive: ({ burst }) => `kept ${burst}`,
  Status: (unit) => ({ unit, ready: true }),
};

/** The handlers under test. */
function addHandlers(app) {
  app.handle('Point', acknowledge.Point);
  app.handle('Status', acknowledge.Status);
  app.handle('Archive', (value) => app.peer('Store').ask('Keep', value));
}

/** Numbers in [0, 1) that are the same in every run. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const instruments = 4;
const pointsPerBurst = 16;

/**
 * Writes a recording of about that many bytes and tells how many messages went to the host, and how many the
 * host sent.
 */
function writeSession(file, bytes, seed) {
  const random = seeded(seed);
  const out = fs.openSync(file, 'w');
  const store = instruments + 1;
  const ids = new Array(store + 1).fill(0);
  const counts = { bytes: 0, messages: 0, sends: 0 };
  let lines = [];
  let links = store;
  let microseconds = 0;

  const flush = () => {
    counts.bytes += fs.writeSync(out, lines.join(''));
    lines = [];
  };
  const write = (event) => {
    microseconds += 20 + Math.floor(random() * 200);
    lines.push(`${JSON.stringify({ at: microseconds / 1000, ...event })}\n`);
  };
  const open = (link, side) => write({ link, side, dialect: 'unknown', kind: 'open' });
  const message = (link, id, action, value) => {
    const side = link === store ? 'Store' : 'host';
    const dialect = link > store ? 'unknown' : 'native';
    write({ link, side, dialect, kind: 'message', id, action, text: JSON.stringify(value) });
    if (side === 'host') counts.messages += 1;
    else counts.sends += 1;
  };
  const ack = (link, id, result) => {
    const side = link === store ? 'Store' : 'host';
    const dialect = link > store ? 'comet' : 'native';
    write({ link, side, dialect, kind: 'ack', id, text: JSON.stringify(result) });
  };
  const close = (link, side, from) =>
    write({ link, side, dialect: side === 'script' ? 'comet' : 'native', kind: 'close', how: 'fin', from });

  lines.push(
    `${JSON.stringify({ rxcomet: 'recording', version: 1, started: '2026-01-31T20:00:00.000Z' })}\n`,
  );
  for (let link = 1; link <= store; link += 1) open(link, link === store ? 'Store' : 'host');
  for (let burst = 1; counts.bytes < bytes; burst += 1) {
    const link = 1 + (burst % instruments);
    const points = Array.from({ length: pointsPerBurst }, (_, index) => ({
      n: burst * pointsPerBurst + index,
      x: Math.round(random() * 1e6) / 1e3,
      volts: Array.from({ length: 64 }, () => Math.round(random() * 1e6) / 1e6),
    }));
    const first = ids[link] + 1;
    points.forEach((point, index) => message(link, first + index, 'Point', point));
    points.forEach((point, index) => ack(link, first + index, acknowledge.Point(point)));
    ids[link] += pointsPerBurst + 1;
    ids[store] += 1;
    message(link, ids[link], 'Archive', { burst });
    message(store, ids[store], 'Keep', { burst });
    ack(store, ids[store], acknowledge.Archive({ burst }));
    ack(link, ids[link], acknowledge.Archive({ burst }));
    if (burst % 2 === 0) {
      links += 1;
      open(links, 'host');
      message(links, 1, 'Status', burst % 7);
      ack(links, 1, acknowledge.Status(burst % 7));
      write({ link: links, side: 'host', dialect: 'comet', kind: 'close', how: 'fin', from: 'host' });
    }
    if (lines.length > 1000) flush();
  }
  for (let link = 1; link <= store; link += 1) close(link, link === store ? 'Store' : 'host', 'client');
  flush();
  fs.closeSync(out);
  return counts;
}

module.exports = { addHandlers, writeSession };
