'use strict';

const path = require('node:path');
const { rxcometPeer } = require('./rxcometInternals');

/** Our own package, as built in dist. */
module.exports = rxcometPeer('rxcomet', 'rxcomet', path.join(__dirname, '..', '..'));
