'use strict';

const net = require('node:net');
const { once } = require('node:events');

/** Unsent bytes past which a detached send asks the program to wait. */
const highWater = 1024 * 1024;

/**
 * Calls `onFrame(buffer, start, end)` for every whole frame of a socket. `sizeAt(buffer, offset)` tells the
 * size of the frame that starts there, or undefined while too little of it has come.
 */
function readFrames(socket, sizeAt, onFrame) {
  let pieces = [];
  let have = 0;
  let need = 0;
  socket.on('data', (chunk) => {
    pieces.push(chunk);
    have += chunk.length;
    if (have < need) return;
    const buffer = pieces.length === 1 ? chunk : Buffer.concat(pieces, have);
    let offset = 0;
    for (;;) {
      const size = sizeAt(buffer, offset);
      need = size ?? 0;
      if (size === undefined || buffer.length - offset < size) break;
      onFrame(buffer, offset, offset + size);
      offset += size;
    }
    have = buffer.length - offset;
    pieces = have === 0 ? [] : [buffer.subarray(offset)];
  });
}

/** A function that writes to a socket, all frames of one tick in one system call. */
function corkedWriter(socket) {
  let corked = false;
  return (frame) => {
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(() => {
        corked = false;
        socket.uncork();
      });
    }
    socket.write(frame);
  };
}

/** Listens on a free port; `onSocket` gets every connection. */
async function listen(onSocket) {
  const sockets = new Set();
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    onSocket(socket);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });
  await once(server, 'listening');
  const close = () => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  };
  return { port: server.address().port, close };
}

/** A kept connection to the server: asks matched by id. */
class RawSession {
  #socket;
  #write;
  #encode;
  #waiting = new Map();
  #lastId = 0;

  /** `encode(id, action, value, wantsReply)` makes a request, `read(socket, onReply)` reads replies. */
  constructor(socket, encode, read) {
    this.#socket = socket;
    this.#write = corkedWriter(socket);
    this.#encode = encode;
    read(socket, (id, result) => {
      const resolve = this.#waiting.get(id);
      this.#waiting.delete(id);
      resolve(result);
    });
  }

  ask(action, value) {
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, resolve);
      this.#write(this.#encode(id, action, value, true));
    });
  }

  tell(action, value) {
    this.#write(this.#encode(++this.#lastId, action, value, false));
    return this.#socket.writableLength < highWater;
  }

  async drained() {
    if (this.#socket.writableNeedDrain) await once(this.#socket, 'drain');
  }
}

/** Opens `connections` kept connections. */
async function openSessions(port, connections, encode, read) {
  const sockets = [];
  const sessions = [];
  for (let i = 0; i < connections; i++) {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    sockets.push(socket);
    sessions.push(new RawSession(socket, encode, read));
  }
  return { sessions, close: () => sockets.forEach((socket) => socket.destroy()) };
}

module.exports = { readFrames, corkedWriter, listen, openSessions };
