'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * Version of an installed package of bench/; read from its file, since not every package exports its
 * package.json.
 */
function packageVersion(name) {
  const file = path.join(__dirname, '..', 'node_modules', name, 'package.json');
  return JSON.parse(fs.readFileSync(file, 'utf8')).version;
}

module.exports = { packageVersion };
