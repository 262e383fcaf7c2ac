'use strict';

const net = require('node:net');
const { freePort } = require('./freePort');
const { packageVersion } = require('./packageVersion');

/**
 * rsocket-js 0.0.x over TCP, what npm calls its latest; the payload carries action and value as JSON, since
 * RSocket has no action.
 */

async function startServer({ asks, tells }) {
  const { RSocketServer, JsonSerializers } = require('rsocket-0-core');
  const { default: RSocketTCPServer } = require('rsocket-0-tcp-server');
  const { Single } = require('rsocket-0-flowable');
  const responder = {
    requestResponse: ({ data }) => Single.of({ data: asks.get(data.action)(data.value) }),
    fireAndForget: ({ data }) => void tells.get(data.action)(data.value),
  };
  const port = await freePort();
  const server = new RSocketServer({
    getRequestHandler: () => responder,
    serializers: JsonSerializers,
    transport: new RSocketTCPServer({ host: '127.0.0.1', port }),
  });
  server.start();
  await reachable(port);
  return { port, close: () => server.stop() };
}

// start() tells nobody when it listens.
async function reachable(port) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the RSocket server does not listen');
}

async function openClient({ port, connections }) {
  const { RSocketClient, JsonSerializers } = require('rsocket-0-core');
  const { default: RSocketTcpClient } = require('rsocket-0-tcp-client');
  const opened = [];
  for (let i = 0; i < connections; i++) {
    const client = new RSocketClient({
      serializers: JsonSerializers,
      setup: {
        dataMimeType: 'application/json',
        metadataMimeType: 'application/json',
        keepAlive: 60_000,
        lifetime: 180_000,
      },
      transport: new RSocketTcpClient({ host: '127.0.0.1', port }),
    });
    opened.push({ client, socket: await client.connect() });
  }
  const sessions = opened.map(({ socket }) => ({
    ask: (action, value) =>
      new Promise((resolve, reject) =>
        socket.requestResponse({ data: { action, value } }).subscribe({
          onComplete: ({ data }) => resolve(data),
          onError: reject,
        }),
      ),
    tell(action, value) {
      socket.fireAndForget({ data: { action, value } });
      return true;
    },
    drained: () => Promise.resolve(),
  }));
  return { sessions, close: () => opened.forEach(({ client }) => client.close()) };
}

module.exports = {
  name: 'rsocket-0',
  title: 'rsocket-js 0.0.x (TCP)',
  version: () => packageVersion('rsocket-0-core'),
  startServer,
  openClient,
};
