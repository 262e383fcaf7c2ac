'use strict';

const { corkedWriter, listen, openSessions, readFrames } = require('./rawInternals');

/**
 * The raw program with nothing to skip over: a bare 4-byte length before the JSON. No COMET peer can read it.
 */

function encodeFrame(content) {
  const text = JSON.stringify(content);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, 4);
  return frame;
}

function readMessages(socket, onMessage) {
  readFrames(
    socket,
    (buffer, offset) => (buffer.length - offset < 4 ? undefined : 4 + buffer.readUInt32BE(offset)),
    (buffer, start, end) => onMessage(JSON.parse(buffer.toString('utf8', start + 4, end))),
  );
}

module.exports = {
  name: 'raw-length',
  title: 'raw, 4-byte length only',
  version: () => `Node.js ${process.version}`,

  startServer: ({ asks, tells }) =>
    listen((socket) => {
      const write = corkedWriter(socket);
      readMessages(socket, ({ id, action, value }) => {
        if (id === undefined) tells.get(action)(value);
        else write(encodeFrame({ id, result: asks.get(action)(value) }));
      });
    }),

  openClient: ({ port, connections }) =>
    openSessions(
      port,
      connections,
      (id, action, value, wantsReply) => encodeFrame(wantsReply ? { id, action, value } : { action, value }),
      (socket, onReply) => readMessages(socket, ({ id, result }) => onReply(id, result)),
    ),
};
