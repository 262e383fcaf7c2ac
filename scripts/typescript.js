'use strict';

/*
 * Lets this process load the TypeScript of the repository as it is, without a build and without checking
 * types: `require('./typescript')` or `node -r ./scripts/typescript.js file.ts`.
 */

const swc = require('@swc/core');

const options = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
  swcrc: false,
};

require.extensions['.ts'] = (module, file) => {
  module._compile(swc.transformFileSync(file, options).code, file);
};
