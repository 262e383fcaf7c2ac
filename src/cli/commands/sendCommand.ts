import { AckTimeout, createApp, type ClientConfig, type Logger } from '../../index';
import { configOption, logOptions } from '../arguments/options';
import { createAppLogger } from '../output/createAppLogger';
import { defineCommand } from '../arguments/defineCommand';
import { describeState, formatResult } from '../output/formatResult';
import { ExitCode, type Io, type StopCause, stoppedExitCode } from '../process/Io';
import { findTarget } from '../arguments/findTarget';
import { readContent } from '../arguments/parseValue';
import { showProgress } from '../output/showProgress';

/** `rxcomet send`: sends one message. */
export const sendCommand = defineCommand({
  name: 'send',
  summary: 'send one message and print the results',
  description: [
    'Sends one message and prints its results, one a line: text as it is, anything else as JSON. Exit code 1 when the',
    'peer answered with an error or not at all; code and what is known of the delivery go to stderr.',
  ].join('\n'),
  operands: [
    {
      name: 'TARGET',
      about: "a client's name in the settings, or IP:PORT ([::1]:65432), which needs no settings",
    },
    { name: 'ACTION', about: 'what the peer is to do' },
    { name: '[VALUE]', about: "JSON (NaN and Infinity too), or plain text when it doesn't look like JSON" },
  ],
  options: {
    config: configOption,
    detach: { about: 'print no results: end as soon as the message is acknowledged or has failed' },
    timeout: {
      value: 'MS',
      about: 'time until the first result (default Ack_timeout_ms of the client, 5000)',
    },
    dialect: { value: 'NAME', about: 'auto, comet or native (default Dialect of the client, auto)' },
    json: { about: 'print results that are text as JSON too' },
    text: { about: 'send VALUE as text, also when it looks like JSON' },
    file: { value: 'PATH', about: 'send the bytes of a file, or of standard input with -, instead of VALUE' },
    ...logOptions,
  },
  examples: [
    [`Telegram Status '{"unit": 4}' -c lab.yml`, 'ask a client of the settings'],
    ['127.0.0.1:65432 Move -2.5', 'ask an address'],
    [`127.0.0.1:65432 Log 'ramp finished' --detach`, 'send without waiting for results'],
    [
      '127.0.0.1:65432 Waveform --file wave.bin --dialect native',
      'send bytes; a peer in the comet dialect cannot take them with an action',
    ],
  ],
  async run(options, [target = '', action = '', value], io) {
    const logger = createAppLogger(options, io);
    try {
      const content = await readContent(value, options, io);
      const client = await findTarget(target, options);
      await send(client, action, content, { ...options, logger }, io);
      return ExitCode.ok;
    } catch (error) {
      if (io.stop.aborted) return stoppedExitCode[io.stop.reason as StopCause];
      // The time came from the command line, so that the setting is not what is to be changed.
      if (options.timeout !== undefined && error instanceof AckTimeout) throw error.naming('--timeout');
      throw error;
    }
  },
});

async function send(
  client: ClientConfig,
  action: string,
  content: unknown,
  { detach, json, logger }: { readonly detach: boolean; readonly json: boolean; readonly logger: Logger },
  io: Io,
): Promise<void> {
  // Results are only passed on, so integers keep all their digits.
  const config = { file: '', hosts: [], clients: [client], bigint: true, warnings: [] };
  const app = createApp(config, { ...io.app, logger });
  const peer = app.peer(client.name);
  let waiting = '';
  const states = peer.state$.subscribe((state) => (waiting = describeState(state, client.name)));
  const hide = showProgress(io.stderr, io.app.clock, () => waiting);
  try {
    await peer.send(action, content, { signal: io.stop }).forEach((result) => {
      // Results may go to the same terminal.
      hide();
      if (!detach) io.stdout.write(formatResult(result, json, io.stdout.tty));
    });
  } finally {
    hide();
    states.unsubscribe();
    await app.stop();
  }
}
