'use strict';

// What one message of about 90 bytes costs on its way through the codec, written and read again in memory,
// beside the same done plainly: JSON.stringify for header and content, Buffer.concat, JSON.parse. No sockets.
// Run after `npm run build`:
//
//   node bench/wire/run.js [folder with the compiled src, default dist]

const path = require('node:path');
const { loadInternal } = require('../harness/internals');

const dist = path.resolve(process.argv[2] ?? path.join(__dirname, '..', '..', 'dist'));
const { encodeJson, parseJson } = require(dist);
const FrameParser = loadInternal(dist, 'FrameParser');
const FrameWriter = loadInternal(dist, 'FrameWriter');

const batch = 128;
const batches = 400;
const rounds = 15;
const limits = { bigint: false, maxNesting: 128, peer: 'bench' };

const values = {
  'ASCII, 90 bytes': {
    sensor: 'strip-17',
    channel: 412,
    volts: -187.25,
    amps: 3.1e-9,
    at: 1718000000,
    ok: true,
    n: 7,
  },
  'not ASCII, 90 bytes': {
    sensor: 'Träger-17',
    channel: 412,
    volts: -187.25,
    µA: 3.1,
    at: 1718000000,
    ok: true,
    n: 7,
  },
};

function plain() {
  let rest = Buffer.alloc(0);
  let sum = 0;
  return (value) => {
    const frames = [];
    for (let id = 1; id <= batch; id += 1) {
      const content = Buffer.from(JSON.stringify({ action: 'Measurement', value }));
      const header = Buffer.from(
        JSON.stringify({
          byteorder: 'little',
          'content-type': 'text/json',
          'content-encoding': 'utf-8',
          'content-length': content.length,
          'message-id': id,
          connection: 'keep-alive',
        }),
      );
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(header.length);
      frames.push(Buffer.concat([prefix, header, content]));
    }
    rest = Buffer.concat([rest, ...frames]);
    while (rest.length >= 2) {
      const contentAt = 2 + rest.readUInt16BE(0);
      const header = JSON.parse(rest.toString('utf8', 2, contentAt));
      const end = contentAt + header['content-length'];
      sum += JSON.parse(rest.toString('utf8', contentAt, end)).value.n + header['message-id'];
      rest = rest.subarray(end);
    }
    return sum;
  };
}

function ours() {
  let sum = 0;
  const parser = new FrameParser({
    maxContentBytes: 16777216,
    peer: 'bench',
    onFrame: (frame) => {
      sum += parseJson(frame.text, limits).value.n + frame.header.messageId;
    },
  });
  const writer = new FrameWriter((bytes) => {
    parser.push(bytes);
    return true;
  });
  return (value) => {
    for (let id = 1; id <= batch; id += 1) {
      writer.request(id, `{"action":"Measurement","value":${encodeJson(value)}}`, false);
    }
    writer.flush();
    return sum;
  };
}

function nanosecondsPerMessage(run, value) {
  const begin = process.cpuUsage();
  for (let n = 0; n < batches; n += 1) run(value);
  const { user, system } = process.cpuUsage(begin);
  return ((user + system) * 1000) / (batches * batch);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

console.log(`Node ${process.version}; CPU ns per message, encode and parse; median of ${rounds} rounds`);
for (const [name, value] of Object.entries(values)) {
  const runs = { plain: plain(), rxcomet: ours() };
  const times = { plain: [], rxcomet: [] };
  for (let round = -2; round < rounds; round += 1) {
    for (const [which, run] of Object.entries(runs)) {
      const time = nanosecondsPerMessage(run, value);
      if (round >= 0) times[which].push(time);
    }
  }
  if (runs.plain(value) !== runs.rxcomet(value)) throw new Error('the two read different messages');
  const [a, b] = [median(times.plain), median(times.rxcomet)];
  console.log(`${name}: plain ${a.toFixed(0)}, rxcomet ${b.toFixed(0)}, ratio ${(b / a).toFixed(2)}`);
}
