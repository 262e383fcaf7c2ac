'use strict';

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

/** Our own package, as built in dist, through its public door. */
function rxcomet() {
  return require(root);
}

async function startServer({ asks, tells }, { limits = {} }) {
  const { createApp, parseConfig } = rxcomet();
  const config = await parseConfig({
    Socket_connection: {
      Host: { IP: '127.0.0.1', Port: 0, Limits: { Max_content_bytes: 64 * 1024 * 1024, ...limits } },
    },
  });
  const app = createApp(config);
  for (const [action, handler] of [...tells, ...asks]) app.handle(action, handler);
  await app.start();
  return { port: app.address.port, close: () => app.stop({ graceMs: 100 }) };
}

async function openClient({ port, connections, oneShot = false, queue = {} }) {
  const { createApp, parseConfig } = rxcomet();
  const names = Array.from({ length: connections }, (_, i) => `Peer${i}`);
  const client = {
    IP: '127.0.0.1',
    Port: port,
    Ack_timeout_ms: 60_000,
    Dialect: oneShot ? 'comet' : 'native',
    Queue: { Capacity: 20_000, ...queue },
  };
  const config = await parseConfig({
    Socket_connection: { Client: Object.fromEntries(names.map((name) => [name, client])) },
  });
  const app = createApp(config);
  const sessions = names.map((name) => {
    const peer = app.peer(name);
    return {
      ask: (action, value) => peer.ask(action, value),
      tell: (action, value) => peer.tell(action, value, { confirm: false }),
      drained: () => peer.drained(),
    };
  });
  return { sessions, close: () => app.stop({ graceMs: 100 }) };
}

module.exports = {
  name: 'rxcomet',
  title: 'rxcomet',
  version: () => JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version,
  startServer,
  openClient,
};
