'use strict';

const path = require('node:path');
const { rxcometPeer } = require('./rxcometInternals');

/** The package before it could be watched, as `node bench/buildBefore.js` makes it. */
module.exports = rxcometPeer(
  'rxcomet-before',
  'rxcomet before',
  path.join(__dirname, '..', '.tmp', 'before'),
);
