'use strict';

/*
 * Other states of rxcomet as peers: the name `rxcomet@HASH` stands for the package as that commit builds it.
 * Only its public door is used, so its inner layout may be any.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { UsageError } = require('./UsageError');

const root = path.join(__dirname, '..', '..');
const stateName = /^rxcomet@([0-9a-f]{7,40})$/;

/** The folder of a peer `rxcomet@HASH`; undefined for every other name. */
function stateFolder(name) {
  const hash = stateName.exec(name)?.[1];
  return hash === undefined ? undefined : path.join(__dirname, '..', '.tmp', 'states', hash);
}

/**
 * The hash of a commit, as short as the repository tells commits apart; throws a UsageError when there is no
 * such commit.
 */
function commitOf(ref) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    return git('rev-parse', '--short=7', git('rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`));
  } catch (error) {
    const reason = error.stderr?.trim().split('\n')[0] ?? error.message;
    throw new UsageError(
      `--against: no commit "${ref}" in this repository (${reason}); a shallow clone gets the others by git fetch --unshallow`,
      { cause: error },
    );
  }
}

/**
 * Builds the state of a commit; gives the name of its peer. The packages are those that are installed now,
 * for the same versions on both sides, unless the state needs one that is not among them: then it gets its
 * own. A state that is built already is left alone.
 */
function buildState(ref) {
  const hash = commitOf(ref);
  const name = `rxcomet@${hash}`;
  const folder = stateFolder(name);
  if (!fs.existsSync(folder)) unpack(hash, folder);
  execFileSync(process.execPath, ['scripts/build.js'], { cwd: folder, stdio: ['ignore', 2, 2] });
  return name;
}

/** Writes the files of a commit; what is in place is always complete. */
function unpack(hash, folder) {
  const fresh = `${folder}.${process.pid}`;
  fs.mkdirSync(fresh, { recursive: true });
  try {
    const archive = execFileSync('git', ['archive', '--format=tar', hash], { cwd: root, maxBuffer: 2 ** 30 });
    execFileSync('tar', ['-x', '-C', fresh], { input: archive });
    addPackages(fresh);
    // Another run may have been faster.
    if (!fs.existsSync(folder)) fs.renameSync(fresh, folder);
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

function addPackages(folder) {
  const installed = path.join(root, 'node_modules');
  const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (Object.keys(dependencies).every((name) => fs.existsSync(path.join(installed, name)))) {
    fs.symlinkSync(installed, path.join(folder, 'node_modules'));
    return;
  }
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
}

/** The name of an entry or a peer when `state` takes the place of rxcomet. */
function inState(name, state) {
  return name.replace(/\brxcomet\b/, state);
}

/**
 * The entries of a group and, behind each that has rxcomet on a side, its twin: the same with the other state
 * in that place. The twin's `twinOf` is the key of the entry that it is compared with.
 *
 * @param {{ entries: import('./Contender').Entry[], baseline: string, generations?: number }} group
 */
function besideState(group, state) {
  const entries = group.entries.flatMap((entry) => {
    if (entry.server !== 'rxcomet' && entry.client !== 'rxcomet') return [entry];
    const suffix = `@${state.split('@')[1]}`;
    const twin = {
      ...entry,
      key: entry.key.includes('rxcomet') ? inState(entry.key, state) : `${entry.key} ${suffix}`,
      ...(entry.title !== undefined && { title: `${entry.title} ${suffix}` }),
      server: inState(entry.server, state),
      client: inState(entry.client, state),
      twinOf: entry.key,
    };
    return [entry, twin];
  });
  // Differences of some per cent are what such a run is about, hence processes started anew.
  return { ...group, entries, generations: Math.max(group.generations ?? 1, 5) };
}

module.exports = { stateFolder, buildState, besideState, inState };
