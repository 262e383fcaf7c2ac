import { rm } from 'node:fs/promises';
import {
  cutRecording,
  describeRecording,
  type EditedRecording,
  mergeRecordings,
  readRecording,
} from '../../testing/index';
import { nearestName } from '../../runtime/nearestName';
import { createCliLogger } from '../output/createAppLogger';
import { defineCommand } from '../arguments/defineCommand';
import { ExitCode, type Io } from '../process/Io';
import { redactOption } from '../arguments/options';
import { requireNewFile } from '../arguments/requireNewFile';
import { tellUnusedRedact, warnOfRedact } from './reportRecording';
import { UsageError } from '../arguments/Command';

const tasks = ['cut', 'info', 'merge'] as const;

/** `rxcomet recording`: looks into recordings, and makes small ones of large ones. */
export const recordingCommand = defineCommand({
  name: 'recording',
  summary: 'look into a recording, cut a small one out of it, merge several',
  description: [
    '`info FILE` tells what is in a recording. `cut FILE` makes a small one of what is asked for: messages with their answers',
    'and connections, and what the recorded program sent meanwhile. `merge FILE FILE…` makes one of several, by the time of',
    'day. The result is written as a whole or not at all; what a recording hides stays hidden.',
  ].join('\n'),
  operands: [
    { name: 'TASK', about: 'cut, info or merge' },
    { name: 'FILE', about: 'a recording; its further files follow by themselves' },
    { name: '[FILE…]', about: 'with merge: the others' },
  ],
  options: {
    output: { value: 'FILE', short: 'o', about: 'with cut and merge: the result; .gz compresses' },
    action: {
      value: 'NAME',
      many: true,
      about: 'with cut: messages of this action; may be given more than once',
    },
    link: {
      value: 'N',
      many: true,
      about: 'with cut: messages on this connection; may be given more than once',
    },
    from: {
      value: 'TIME',
      about: 'with cut: from then on; 02:00 or 01:30:00 after the start, or as 2026-01-31T02:00Z',
    },
    to: { value: 'TIME', about: 'with cut: until then' },
    redact: redactOption,
    json: { about: 'with info: print it as JSON' },
  },
  examples: [
    ['info night.ndjson', 'what is in it?'],
    [
      'cut night.ndjson --action Move --from 02:00 --to 02:05 -o small.ndjson',
      'a small test of a long night',
    ],
    ['merge stage.ndjson meter.ndjson -o both.ndjson', 'one of two'],
  ],
  async run({ output, action, link, from, to, redact, json }, [task = '', file = '', ...others], io) {
    const cuts = action.length + link.length > 0 || from !== undefined || to !== undefined;
    if (cuts && task !== 'cut') throw new UsageError('--action, --link, --from and --to go with cut');
    if (task === 'info') {
      if (output !== undefined || redact.length > 0)
        throw new UsageError('info takes no --output and no --redact');
      if (others.length > 0) throw new UsageError('info takes one recording');
      return info(file, json, io);
    }
    if (task !== 'cut' && task !== 'merge') throw unknownTask(task);
    if (json) throw new UsageError('--json goes with info');
    if (output === undefined) throw new UsageError('--output is missing');
    const logger = createCliLogger(io.stderr);
    warnOfRedact(redact, logger);
    if (task === 'merge') {
      if (others.length === 0) throw new UsageError('merge needs two recordings or more');
      return make(output, () => mergeRecordings([file, ...others], output, { redact }), io);
    }
    if (others.length > 0) throw new UsageError('cut takes one recording; merge makes one of several');
    const { started } = await readRecording(file).header();
    const fromMs = from === undefined ? 0 : timeOf('--from', from, Date.parse(started));
    const toMs = to === undefined ? Infinity : timeOf('--to', to, Date.parse(started));
    if (!(toMs > fromMs)) throw new UsageError('--to: expected a time after --from');
    const links = link.map(linkOf);
    const cut = { actions: action, links, fromMs, toMs, redact };
    return make(output, () => cutRecording(file, output, cut), io);
  },
});

function unknownTask(task: string): UsageError {
  const nearest = nearestName(task, tasks);
  const hint = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  return new UsageError(`"${task}" is no task${hint}`, `there are ${tasks.join(', ')}`);
}

/** Milliseconds since the recording started. */
function timeOf(option: string, text: string, started: number): number {
  const [, hours = '0', minutes, seconds] = /^(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)$/.exec(text) ?? [];
  if (minutes !== undefined && seconds !== undefined && Number(seconds) < 60) {
    return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  }
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) - started : NaN;
  if (ms >= 0) return ms;
  throw new UsageError(
    `${option}: expected minutes and seconds after the start such as 02:00, 01:30:00, or a time after it such as 2026-01-31T02:00Z, got "${text}"`,
  );
}

function linkOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`--link: expected the number of a connection, from 1, got "${text}"`);
}

async function make(output: string, edit: () => Promise<EditedRecording>, { stderr }: Io): Promise<number> {
  await requireNewFile('-o', output);
  let isMade = false;
  try {
    const { written, unusedRedact } = await edit();
    tellUnusedRedact(unusedRedact, stderr);
    isMade = written > 0 && unusedRedact.length === 0;
    const left = written === 0 ? ': nothing of the recording is left' : '';
    const events = `${written} ${written === 1 ? 'event' : 'events'}`;
    stderr.write(isMade ? `${events} in ${output}\n` : `${output} was not written${left}\n`);
    return isMade ? ExitCode.ok : ExitCode.refused;
  } finally {
    // It was made to see whether it can be.
    if (!isMade) await rm(output, { force: true });
  }
}

async function info(file: string, json: boolean, { stdout, stderr }: Io): Promise<number> {
  const found = await describeRecording(file);
  const { started, durationMs, events, connections, redact, actions, warnings } = found;
  if (json) {
    stdout.write(`${JSON.stringify(found)}\n`);
    return ExitCode.ok;
  }
  const logger = createCliLogger(stderr);
  for (const warning of warnings) logger.warn({}, warning);
  const lines = [
    `started ${started}, ${formatTime(durationMs)} long`,
    `${events} events on ${connections} connections`,
    ...(redact.length > 0 ? [`hidden: ${redact.join(', ')}`] : []),
    ...actions.map(
      ({ side, action, messages, firstMs, lastMs }) =>
        `${side} ${JSON.stringify(action)}: ${messages} from ${formatTime(firstMs)} to ${formatTime(lastMs)}`,
    ),
  ];
  stdout.write(lines.map((line) => `${line}\n`).join(''));
  return ExitCode.ok;
}

/** As --from and --to take it. */
function formatTime(ms: number): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${two(hours)}:` : ''}${two(minutes)}:${two(seconds % 60)}`;
}
