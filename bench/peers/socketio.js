'use strict';

const { once } = require('node:events');
const http = require('node:http');
const { packageVersion } = require('./packageVersion');

/** socket.io over WebSocket only, acknowledgements by its own callbacks. */

const maxBytes = 64 * 1024 * 1024;

async function startServer({ asks, tells }) {
  const { Server } = require('socket.io');
  const server = http.createServer();
  const io = new Server(server, {
    transports: ['websocket'],
    maxHttpBufferSize: maxBytes,
    serveClient: false,
  });
  io.on('connection', (socket) => {
    for (const [action, handler] of tells) socket.on(action, handler);
    for (const [action, handler] of asks) socket.on(action, (value, reply) => reply(handler(value)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, close: () => io.close() };
}

async function openClient({ port, connections }) {
  const { io } = require('socket.io-client');
  const sockets = [];
  for (let i = 0; i < connections; i++) {
    const socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    sockets.push(socket);
  }
  const sessions = sockets.map((socket) => ({
    ask: (action, value) => socket.emitWithAck(action, value),
    tell(action, value) {
      socket.emit(action, value);
      return true;
    },
    drained: () => Promise.resolve(),
  }));
  return { sessions, close: () => sockets.forEach((socket) => socket.disconnect()) };
}

module.exports = {
  name: 'socketio',
  title: 'socket.io (WebSocket)',
  version: () => packageVersion('socket.io'),
  startServer,
  openClient,
};
