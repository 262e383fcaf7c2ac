'use strict';

const { parseArgs } = require('node:util');
const { names } = require('./peers');
const { scenarios } = require('./scenarios');
const { UsageError } = require('./UsageError');

const help = `node bench/run.js [options]

  --quick            short slices and few rounds: shows that everything runs, its figures mean little
  --only A,B         only these scenarios
  --peers A,B        only these peers; raw is always there, being the measure
  --against COMMIT   rxcomet as that commit builds it takes part too, directly beside rxcomet
  --rounds N         rounds at most (15, quick: 3)
  --slice MS         length of one slice (250, quick: 40)
  --budget S         seconds a scenario may take before it begins no further round (120, quick: 15)
  --out FOLDER       where results.json and results.md go (bench/.tmp)
  --list             scenarios and peers
  --help
`;

/** Reads the command line; throws a UsageError that names what is wrong. */
function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        peers: { type: 'string' },
        against: { type: 'string' },
        rounds: { type: 'string' },
        slice: { type: 'string' },
        budget: { type: 'string' },
        out: { type: 'string' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message, { cause: error });
  }
  const quick = values.quick;
  const peers = choice('--peers', values.peers, names);
  if (values.against !== undefined && !peers.includes('rxcomet'))
    throw new UsageError('--against compares with rxcomet, which --peers leaves out: add it there');
  return {
    quick,
    list: values.list,
    help: values.help,
    out: values.out,
    only: choice('--only', values.only, Object.keys(scenarios)),
    peers,
    against: values.against,
    rounds: count('--rounds', values.rounds, quick ? 3 : 15),
    sliceMs: count('--slice', values.slice, quick ? 40 : 250),
    warmUpMs: quick ? 500 : 1500,
    budgetMs: 1000 * count('--budget', values.budget, quick ? 15 : 120),
  };
}

/** A list of known names; all of them when none is given. */
function choice(option, text, known) {
  if (text === undefined) return known;
  const chosen = text.split(',');
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`${option}: no ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return chosen;
}

function count(option, text, fallback) {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`${option}: "${text}" is no number from 1 up`);
  return value;
}

module.exports = { readOptions, UsageError, help };
