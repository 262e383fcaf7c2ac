'use strict';

const { execFileSync } = require('node:child_process');
const path = require('node:path');

/** A legacy peer: Python with nothing but its standard library, one connection per message. */
module.exports = {
  name: 'python',
  title: 'Python legacy peer',
  version: () => execFileSync('python3', ['--version'], { encoding: 'utf8' }).trim(),
  command: ['python3', path.join(__dirname, 'legacy_peer.py')],
};
