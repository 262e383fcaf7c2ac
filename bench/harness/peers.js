'use strict';

const path = require('node:path');
const { stateFolder } = require('./states');

/**
 * A peer: a way to send messages over TCP, as its users would use it.
 *
 * @typedef {object} Peer
 * @property {string} name as given to `--peers`; `rxcomet@HASH` for the state of a commit
 * @property {string} title
 * @property {() => string} version
 * @property {string[]} [command] how to start its process, when it's no Node.js program
 * @property {(handlers: import('./handlers').Handlers, options: object) => Promise<{ port: number, close():
 * unknown }>} [startServer]
 * @property {(options: { port: number, connections: number }) => Promise<{ sessions: Session[], close():
 * unknown }>} [openClient]
 *
 * @typedef {object} Session one connection to the server
 * @property {(action: string, value: unknown) => Promise<unknown>} ask
 * @property {(action: string, value: unknown) => boolean} tell false: wait for `drained`
 * @property {(action: string, value: unknown) => boolean} [keep] as `tell`, but acknowledged
 * @property {() => Promise<void>} drained
 */

const names = ['raw', 'raw-length', 'rxcomet', 'nest', 'rsocket', 'rsocket-0', 'socketio', 'python'];

/** @returns {Peer} */
function loadPeer(name) {
  const folder = stateFolder(name);
  if (folder !== undefined) {
    const { rxcometPeer } = require('../peers/rxcometInternals');
    return rxcometPeer(name, name, folder);
  }
  if (!names.includes(name)) throw new Error(`no peer "${name}"; there are ${names.join(', ')}`);
  return require(path.join(__dirname, '..', 'peers', `${name}.js`));
}

module.exports = { names, loadPeer };
