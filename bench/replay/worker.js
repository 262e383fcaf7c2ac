'use strict';

/*
 * One process of the benchmark: `node worker.js DIST ROLE FILE [PORT]`. It prints one line of JSON when it
 * listens, and one when it is done.
 */

const path = require('node:path');
const { addHandlers } = require('./session');

const [dist, role, file, port] = process.argv.slice(2);
const { createApp, parseConfig } = require(dist);
const { createStandIn, formatVerdict, readRecording, replayRecording, replayToHost } = require(
  path.join(dist, 'testing'),
);

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const hostConfig = (port) => ({ Host: { IP: '127.0.0.1', Port: port } });
const parentGone = () => new Promise((resolve) => process.stdin.resume().once('end', resolve));

/** What the process needed so far. */
function usage(startedAt) {
  const { user, system } = process.cpuUsage();
  return {
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (user + system) / 1e6,
    // Kilobytes; on macOS too since Node 14.
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

const judged = (verdict) => ({
  passed: verdict.passed,
  compared: verdict.compared,
  verdict: verdict.passed ? '' : formatVerdict(verdict).slice(0, 2000),
});

const roles = {
  async inProcess(startedAt) {
    const { verdict, clients } = await replayRecording(readRecording(file), {
      handlers: addHandlers,
      keepEvents: false,
    });
    const { passed, answered } = clients.get('Store');
    say({ ...usage(startedAt), ...judged(verdict), passed: verdict.passed && passed, answered });
  },

  async toHost(startedAt) {
    const [to] = parseConfig({
      Socket_connection: { Client: { Host: { IP: '127.0.0.1', Port: Number(port) } } },
    }).clients;
    const { verdict } = await replayToHost(readRecording(file), { to, keepEvents: false });
    say({ ...usage(startedAt), ...judged(verdict) });
  },

  async standIn(startedAt) {
    const [listen] = parseConfig({ Socket_connection: hostConfig(0) }).hosts;
    const standIn = await createStandIn(readRecording(file), { listen, side: 'host' });
    say({ port: standIn.port, loaded: usage(startedAt) });
    await parentGone();
    const { passed, answered, unknownCount, outOfOrderCount, leftoverCount } = await standIn.close();
    say({ ...usage(startedAt), passed, answered, unknownCount, outOfOrderCount, leftoverCount });
  },

  /** The live host, which is not what is measured. */
  async host() {
    const store = createApp(parseConfig({ Socket_connection: hostConfig(0) }));
    store.handle('Keep', ({ burst }) => `kept ${burst}`);
    await store.start();
    const Client = { Store: { IP: '127.0.0.1', Port: store.address.port } };
    const app = createApp(parseConfig({ Socket_connection: { ...hostConfig(0), Client } }));
    addHandlers(app);
    await app.start();
    say({ port: app.address.port });
    await parentGone();
    await app.stop();
    await store.stop();
  },
};

roles[role](performance.now()).catch((error) => {
  say({ failure: String(error?.stack ?? error) });
  process.exitCode = 1;
});
