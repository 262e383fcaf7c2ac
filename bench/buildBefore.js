'use strict';

/*
 * Builds an earlier state of rxcomet into bench/.tmp/before, for the scenario `observed`: `node bench/buildBefore.js [REF]`. The default is
 * the last commit before messages could be watched. Needs the repository with its history, and node_modules of the root.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const target = path.join(__dirname, '.tmp', 'before');

function main(ref) {
  fs.rmSync(target, { recursive: true, force: true });
  fs.mkdirSync(target, { recursive: true });
  const archive = execFileSync('git', ['archive', '--format=tar', ref], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', target], { input: archive });
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(target, 'node_modules'));
  execFileSync(process.execPath, ['scripts/build.js'], { cwd: target, stdio: 'inherit' });
  console.log(`built ${ref} into ${path.relative(root, target)}`);
}

main(process.argv[2] ?? '01ea009');
