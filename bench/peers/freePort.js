'use strict';

const { once } = require('node:events');
const net = require('node:net');

/** A port that was free a moment ago, for a server that can't tell which one it got. */
async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

module.exports = { freePort };
