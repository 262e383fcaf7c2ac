import type { Handler } from '../../index';
import { record } from '../../testing/index';
import { addHandlers } from '../handlers/addHandlers';
import { configOption, logOptions, redactOption } from '../arguments/options';
import { createAppLogger } from '../output/createAppLogger';
import { createHostApp, runHosts } from './hosts';
import { defineCommand } from '../arguments/defineCommand';
import { parseSize } from '../arguments/parseSize';
import { reportRecording, warnOfRedact } from './reportRecording';
import { requireNewFile } from '../arguments/requireNewFile';
import { stopped } from '../process/Io';
import { UsageError } from '../arguments/Command';
import { isBytes } from '../../runtime/bytes';

/** `rxcomet serve`: opens the hosts and answers. */
export const serveCommand = defineCommand({
  name: 'serve',
  summary: 'open the hosts and answer messages',
  description: [
    'Opens the hosts of the settings file, prints "listening on IP:PORT" for each once ready, and answers until Ctrl-C.',
    '',
    'A module of handlers exports default (app) => …, or an object from action to handler; it may import "rxcomet" and',
    '"rxjs" wherever it lies. Without one every message is acknowledged with its own action and value.',
  ].join('\n'),
  operands: [],
  options: {
    config: configOption,
    handlers: { value: 'FILE', about: 'module of handlers: .js, .mjs, .cjs or .ts' },
    record: { value: 'FILE', about: 'record everything said and heard, for replay; .gz compresses' },
    rotate: {
      value: 'SIZE',
      about:
        'with --record: go on in a new file (name.2.ndjson, …) whenever one has this size, such as 64MiB or 100MB; at least 64KiB',
    },
    redact: { ...redactOption, about: `with --record: ${redactOption.about}` },
    ...logOptions,
  },
  examples: [
    ['', 'answer every message with its own action and value'],
    ['-c lab.yml --handlers handlers.mjs', 'answer with your own handlers'],
    ['--handlers handlers.mjs --record session.ndjson', 'and keep the conversation'],
  ],
  async run(
    { config = configOption.default, handlers, record: recordTo, rotate, redact, ...log },
    _operands,
    io,
  ) {
    if (rotate !== undefined && recordTo === undefined) throw new UsageError('--rotate goes with --record');
    if (redact.length > 0 && recordTo === undefined) throw new UsageError('--redact goes with --record');
    const rotateBytes = rotate === undefined ? 0 : parseSize('--rotate', rotate);
    // Handlers get numbers as the settings say; the echo passes them on as they came.
    const logger = createAppLogger(log, io);
    const app = await createHostApp(config, handlers === undefined, logger, io);
    warnOfRedact(redact, logger);
    if (recordTo !== undefined) await requireNewFile('--record', recordTo, rotateBytes > 0);
    const { clock } = io.app;
    const recording =
      recordTo === undefined
        ? undefined
        : record(app, recordTo, { ...(clock === undefined ? {} : { clock }), rotateBytes, redact });
    if (handlers === undefined) app.handle('*', echo);
    // A module may wait for a device; a signal ends that too.
    else await Promise.race([addHandlers(app, handlers), stopped(io)]);
    const exitCode = await runHosts(app, io.stdout, io);
    if (recordTo === undefined || recording === undefined) return exitCode;
    return Math.max(exitCode, reportRecording(await recording.finished, recordTo, io.stderr));
  },
});

/** Bytes cannot stand inside JSON, so they come back as they are. */
const echo: Handler = (value, { action }) => (isBytes(value) ? value : { action, value });
