'use strict';

const net = require('node:net');
const { corkedWriter, listen, openSessions, readFrames } = require('./rawInternals');

/**
 * The measure of all others: what a good engineer writes by hand with `net` for the same frame, and leaves at
 * that. A 2-byte length, a header through JSON.stringify and JSON.parse, the content through the same, the
 * frames of one tick written together.
 */

function encodeFrame(keys, content) {
  const body = Buffer.from(JSON.stringify(content));
  const header = Buffer.from(
    JSON.stringify({
      byteorder: 'little',
      'content-type': 'text/json',
      'content-encoding': 'utf-8',
      'content-length': body.length,
      ...keys,
    }),
  );
  const frame = Buffer.allocUnsafe(2 + header.length + body.length);
  frame.writeUInt16BE(header.length, 0);
  header.copy(frame, 2);
  body.copy(frame, 2 + header.length);
  return frame;
}

/** Calls `onMessage(header, content)` for every frame. */
function readMessages(socket, onMessage) {
  let header;
  let bodyAt = 0;
  readFrames(
    socket,
    (buffer, offset) => {
      if (buffer.length - offset < 2) return undefined;
      const headerLength = buffer.readUInt16BE(offset);
      if (buffer.length - offset < 2 + headerLength) return undefined;
      header = JSON.parse(buffer.toString('utf8', offset + 2, offset + 2 + headerLength));
      bodyAt = 2 + headerLength;
      return bodyAt + header['content-length'];
    },
    (buffer, start, end) => onMessage(header, JSON.parse(buffer.toString('utf8', start + bodyAt, end))),
  );
}

function encodeRequest(id, action, value, wantsReply) {
  const keys = { 'message-id': id, connection: 'keep-alive' };
  return encodeFrame(wantsReply ? keys : { ...keys, ack: 'none' }, { action, value });
}

function startServer({ asks, tells }) {
  return listen((socket) => {
    const write = corkedWriter(socket);
    readMessages(socket, (header, { action, value }) => {
      if (header.ack === 'none') {
        tells.get(action)(value);
        return;
      }
      const result = asks.get(action)(value);
      if (header.connection === 'keep-alive') {
        write(encodeFrame({ 'message-id': header['message-id'] }, { result }));
      } else {
        socket.end(encodeFrame({}, { result }));
      }
    });
  });
}

function openKept({ port, connections }) {
  return openSessions(port, connections, encodeRequest, (socket, onReply) =>
    readMessages(socket, (header, content) => onReply(header['message-id'], content.result)),
  );
}

/** One request a connection, as a COMET peer speaks: connect, one frame, one reply, close. */
function openOneShot({ port }) {
  const ask = (action, value) =>
    new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: '127.0.0.1', noDelay: true }, () =>
        socket.write(encodeFrame({}, { action, value })),
      );
      socket.on('error', reject);
      readMessages(socket, (header, content) => {
        socket.end();
        resolve(content.result);
      });
    });
  return { sessions: [{ ask }], close() {} };
}

module.exports = {
  name: 'raw',
  title: 'raw `net` program',
  version: () => `Node.js ${process.version}`,
  startServer,
  openClient: (options) => (options.oneShot ? openOneShot(options) : openKept(options)),
};
