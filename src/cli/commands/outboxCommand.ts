import { stat } from 'node:fs/promises';
import { inspectOutbox, type OutboxInspector } from '../../index';
import { nearestName } from '../../runtime/nearestName';
import { configOption } from '../arguments/options';
import { defineCommand } from '../arguments/defineCommand';
import { ExitCode, type Io, written } from '../process/Io';
import { findClient } from '../arguments/findTarget';
import { formatOutboxEntry } from '../output/formatOutboxEntry';
import { UsageError } from '../arguments/Command';

const tasks = ['list', 'retry', 'drop'] as const;
type Task = (typeof tasks)[number];

interface Options {
  readonly all: boolean;
  readonly waiting: boolean;
  readonly json: boolean;
}

/** `rxcomet outbox`: what an outbox holds, and its dead letters sent again or deleted. */
export const outboxCommand = defineCommand({
  name: 'outbox',
  summary: 'list, send again or delete what a peer refused',
  description: [
    'Works on the Outbox of a client whose app is not running. `list` prints the dead letters, messages that the peer',
    'refused five times: key, time, action, reason, content. `retry` puts them back, so that they go out at the next start',
    'of the app; `drop` deletes them for good. Both print the keys of what they did.',
  ].join('\n'),
  operands: [
    { name: 'TASK', about: 'list, retry or drop' },
    { name: 'OUTBOX', about: "folder of the outbox, or a client's name in the settings" },
    { name: '[KEY…]', about: 'which dead letters; drop takes keys of waiting messages too' },
  ],
  options: {
    config: configOption,
    all: { about: 'all dead letters, for retry and drop' },
    waiting: { about: 'list what waits to be delivered instead of the dead letters' },
    json: { about: 'print each message as a line of JSON, with everything in full' },
  },
  examples: [
    ['list Results -c lab.yml', 'what the peer of a client refused'],
    ['list /var/lib/lab/outbox --waiting --json', 'what waits in a folder'],
    ['retry Results --all', 'send everything again that was refused'],
    ['drop Results 5f0c2a-17', 'give up one message'],
  ],
  async run(options, [task = '', target = '', ...keys], io) {
    const known = taskOf(task);
    checkKeys(known, keys, options);
    const outbox = await inspectOutbox(await folderOf(target, options.config));
    try {
      return known === 'list'
        ? await list(outbox, options, io)
        : await change(known, outbox, keys, options, io);
    } finally {
      await outbox.close();
    }
  },
});

function taskOf(task: string): Task {
  const known = tasks.find((name) => name === task);
  if (known !== undefined) return known;
  const nearest = nearestName(task, tasks);
  const hint = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  throw new UsageError(`"${task}" is no task${hint}`, `there are ${tasks.join(', ')}`);
}

/** What is deleted cannot be had again, so nobody shall mean one and get all. */
function checkKeys(task: Task, keys: readonly string[], { all, waiting }: Options): void {
  if (task === 'list') {
    if (keys.length > 0 || all) throw new UsageError('list takes no keys and no --all');
    return;
  }
  if (waiting) throw new UsageError(`--waiting is for list, not for ${task}`);
  if (all && keys.length > 0) throw new UsageError('give keys or --all, not both');
  if (!all && keys.length === 0) throw new UsageError(`${task} needs the keys of messages, or --all`);
}

/** A folder that is there, or anything with a slash, is a path; else it is a name to look up. */
async function folderOf(target: string, config: string | undefined): Promise<string> {
  if (config === undefined && (/[\\/]/.test(target) || (await isFolder(target)))) return target;
  const { outbox } = await findClient(target, config, 'or give the folder of the outbox');
  if (outbox !== undefined) return outbox.path;
  throw new UsageError(`the client "${target}" has no Outbox`, 'give one of a client that has Outbox.Path');
}

async function isFolder(target: string): Promise<boolean> {
  return stat(target).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function list(outbox: OutboxInspector, { waiting, json }: Options, io: Io): Promise<number> {
  const { depth, bytes, deadLetters } = outbox.totals;
  io.stderr.write(
    `${count(depth, 'message')} (${bytes} bytes) waiting, ${count(deadLetters, 'dead letter')}\n`,
  );
  for await (const entry of waiting ? outbox.waiting() : outbox.deadLetters()) {
    if (io.stop.aborted || !(await written(io.stdout, formatOutboxEntry(entry, json, io.stdout)))) break;
  }
  return ExitCode.ok;
}

async function change(
  task: 'retry' | 'drop',
  outbox: OutboxInspector,
  keys: readonly string[],
  { all }: Options,
  io: Io,
): Promise<number> {
  const changed = await outbox[task](all ? undefined : keys);
  for (const key of changed) io.stdout.write(`${key}\n`);
  const goes = changed.length === 1 ? 'goes' : 'go';
  const what = task === 'retry' ? `${goes} out at the next start of the app` : 'deleted';
  io.stderr.write(`${count(changed.length, 'message')} ${what}\n`);
  const missing = keys.filter((key) => !changed.includes(key));
  for (const key of missing)
    io.stderr.write(`no ${task === 'retry' ? 'dead letter' : 'message'} has the key ${key}\n`);
  return missing.length > 0 ? ExitCode.refused : ExitCode.ok;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
