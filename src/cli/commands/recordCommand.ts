import { describeError } from '../../runtime/describeError';
import type { ClientConfig, HostConfig } from '../../index';
import {
  createTap,
  parseFaultPlan,
  RecordingWriter,
  type EventSink,
  type RecordingOptions,
  type RecordingSink,
  type Tap,
} from '../../testing/index';
import { createAppLogger } from '../output/createAppLogger';
import { defineCommand } from '../arguments/defineCommand';
import { endpointConfig } from '../arguments/parseAddress';
import { formatAddress } from '../output/formatResult';
import { formatSpeed, showProgress } from '../output/showProgress';
import { type Io, stopped, written, partsOf } from '../process/Io';
import { listenBy } from './hosts';
import { logOptions, redactOption } from '../arguments/options';
import { parseSize } from '../arguments/parseSize';
import { reportRecording, warnOfRedact } from './reportRecording';
import { requireNewFile } from '../arguments/requireNewFile';
import { UsageError } from '../arguments/Command';

/** `rxcomet record`: a tap between two peers. */
export const recordCommand = defineCommand({
  name: 'record',
  summary: 'record what two peers say to each other',
  description: [
    'Listens in place of a host, passes everything on to it untouched, and records the conversation. Let clients connect to',
    '--listen instead of the host; neither side notices. Ends at Ctrl-C. A slow or full disk never holds up the traffic: what',
    'could not be written is counted and marked in the file, and the exit code is 1; so it is when a path of --redact hid',
    'nothing, since the secret may be in the file then.',
  ].join('\n'),
  operands: [],
  options: {
    listen: { value: 'IP:PORT', about: 'where clients connect; port 0 takes any that is free' },
    to: { value: 'IP:PORT', about: 'the host' },
    output: { value: 'FILE', short: 'o', about: 'the recording, written anew; - writes it to stdout' },
    redact: redactOption,
    rotate: {
      value: 'SIZE',
      about:
        'go on in a new file (name.2.ndjson, …) whenever one has this size, in bytes or as 64MiB or 100MB; at least 64KiB',
    },
    gzip: { about: 'compress (default when FILE ends in .gz)' },
    fault: {
      value: 'PLAN',
      about:
        'make the way to clients bad: a list of delay=MS, split, cut@BYTES, reset@BYTES, half-close@BYTES, stall@BYTES, in, out',
    },
    ...logOptions,
  },
  examples: [
    ['--listen 127.0.0.1:7000 --to 127.0.0.1:65432 -o session.ndjson', 'record until Ctrl-C'],
    [
      '--listen 127.0.0.1:7000 --to 127.0.0.1:65432 -o night.ndjson.gz --rotate 64MiB',
      'spread a long recording over files of about 64 MiB',
    ],
    ['--listen 127.0.0.1:7000 --to 127.0.0.1:65432 -o - | grep TelegramBot', 'look on'],
    [
      '--listen 127.0.0.1:7000 --to 127.0.0.1:65432 -o bad.ndjson --fault delay=20,split',
      'see what a bad network does to your peers',
    ],
  ],
  async run({ listen, to, output, redact, rotate, gzip, fault, ...log }, _operands, io) {
    const required = (name: string, text: string | undefined): string => {
      if (text === undefined) throw new UsageError(`--${name} is missing`);
      return text;
    };
    const host = endpointConfig('--listen', required('listen', listen), 'Host');
    const target = endpointConfig('--to', required('to', to), 'Client');
    const file = required('output', output);
    const rotateBytes = rotate === undefined ? 0 : parseSize('--rotate', rotate);
    if (rotate !== undefined && file === '-') throw new UsageError('--rotate needs a file, not -o -');
    const faults = fault === undefined ? {} : { faults: parseFaultPlan(fault) };
    const logger = createAppLogger(log, io);
    for (const warning of host.warnings) logger.warn({}, warning);
    warnOfRedact(redact, logger);
    if (file !== '-') await requireNewFile('-o', file, rotateBytes > 0);

    const { clock } = io.app;
    const writer = new RecordingWriter(file, {
      ...(clock === undefined ? {} : { clock }),
      redact,
      rotateBytes,
      ...(gzip ? { gzip } : {}),
      ...(file === '-' ? { openSink: () => Promise.resolve(sinkOf(io)) } : {}),
      onTrouble: (error) =>
        logger.warn({}, `the recording cannot be written, trying again: ${describeError(error)}`),
    } satisfies RecordingOptions);
    const counted = countMessages(writer);
    let tap: Tap | undefined;
    try {
      tap = await listenBy(
        '--listen',
        createTap({
          ...partsOf(io),
          ...faults,
          listen: host.hosts[0] as HostConfig,
          to: target.clients[0] as ClientConfig,
          writer: counted,
          onError: (error) => logger.warn({}, error.message),
        }),
      );
      // Where the recording goes to stdout, nothing else may.
      const announceTo = file === '-' ? io.stderr : io.stdout;
      announceTo.write(`listening on ${formatAddress(tap)}\n`);
      const hide = showProgress(io.stderr, io.app.clock, (elapsedMs) =>
        formatSpeed(counted.messages, elapsedMs),
      );
      await stopped(io);
      hide();
    } finally {
      // The closing of the connections just dropped belongs to the recording.
      await tap?.close();
      await writer.close();
    }
    return reportRecording(await writer.close(), file === '-' ? 'stdout' : file, io.stderr);
  },
});

/** A slow reader of stdout is a slow disk: what waits for it has the limit of the writer. */
function sinkOf({ stdout }: Pick<Io, 'stdout'>): RecordingSink {
  return {
    async write(bytes) {
      if (await written(stdout, bytes)) return;
      // A reader that is gone has had what it wanted.
      if (stdout.failure?.code !== 'EPIPE') throw stdout.failure ?? new Error('stdout takes no more');
    },
    close: () => Promise.resolve(),
  };
}

function countMessages(sink: EventSink): EventSink & { readonly messages: number } {
  let messages = 0;
  return {
    get messages() {
      return messages;
    },
    get elapsedMs() {
      return sink.elapsedMs;
    },
    write(event) {
      if (event.kind === 'message') messages += 1;
      sink.write(event);
    },
  };
}
