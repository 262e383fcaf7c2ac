'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * What the one file below `dist` that exports `name` exports under it: for figures of parts that the public
 * doors don't show. The file is looked for, so that two builds with different folders can be compared.
 */
function loadInternal(dist, name) {
  const folder = path.resolve(dist);
  const defines = new RegExp(`^exports\\.${name} = ${name};`, 'm');
  const owners = fs
    .readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.js'))
    .map((file) => path.join(folder, file))
    .filter((file) => defines.test(fs.readFileSync(file, 'utf8')));
  if (owners.length !== 1)
    throw new Error(
      `${owners.length} files below ${folder} export ${name}, one is expected: ${owners.join(', ')}`,
    );
  return require(owners[0])[name];
}

module.exports = { loadInternal };
