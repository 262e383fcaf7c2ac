'use strict';

/*
 * The doors rxcomet/testing/jest, /jest-globals and /vitest: each teaches one test runner's `expect` the
 * matcher, and its types the name. They are written here and not compiled, because each speaks of a package
 * that this repository need not have.
 */

const fs = require('node:fs');
const path = require('node:path');

const doors = [
  {
    name: 'jest',
    about: 'Jest with its global expect; the types are those of @types/jest.',
    commonJs: 'const { expect } = globalThis;',
    esm: 'const { expect } = globalThis;',
    types:
      'declare global {\n  namespace jest {\n    interface Matchers<R, T = {}> extends RecordingMatchers {}\n  }\n}',
  },
  {
    name: 'jest-globals',
    about: 'Jest where expect is imported from @jest/globals.',
    commonJs: "const { expect } = require('@jest/globals');",
    esm: "import { expect } from '@jest/globals';",
    types:
      "declare module 'expect' {\n  interface Matchers<R extends void | Promise<void>, T = unknown> extends RecordingMatchers {}\n}",
  },
  {
    name: 'vitest',
    about: 'Vitest, which is loaded by import only.',
    commonJs: "const { expect } = require('vitest');",
    esm: "import { expect } from 'vitest';",
    types: "declare module 'vitest' {\n  interface Assertion<T = any> extends RecordingMatchers {}\n}",
  },
];

/** Writes them into `folder`, where index.js and index.mjs of rxcomet/testing lie. */
function writeMatcherDoors(folder) {
  for (const { name, about, commonJs, esm, types } of doors) {
    const write = (extension, ...lines) =>
      fs.writeFileSync(path.join(folder, `${name}${extension}`), `${lines.join('\n')}\n`);
    const extend = 'expect.extend({ toHaveBeenAsked, toMatchRecording });';
    write(
      '.js',
      "'use strict';",
      commonJs,
      "const { toHaveBeenAsked, toMatchRecording } = require('./index.js');",
      extend,
    );
    write('.mjs', esm, "import { toHaveBeenAsked, toMatchRecording } from './index.mjs';", extend);
    const typesFor = (index) => [
      `/** ${about} */`,
      `import type { RecordingMatchers } from '${index}';`,
      types,
      'export {};',
    ];
    write('.d.ts', ...typesFor('./index.js'));
    write('.d.mts', ...typesFor('./index.mjs'));
  }
}

module.exports = { writeMatcherDoors };
