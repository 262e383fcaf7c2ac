import { configOption, logOptions } from '../arguments/options';
import { createAppLogger } from '../output/createAppLogger';
import { createHostApp, runHosts } from './hosts';
import { defineCommand } from '../arguments/defineCommand';
import { formatMessage } from '../output/formatMessage';
import { parseValue } from '../arguments/parseValue';

/** `rxcomet watch`: opens the hosts and shows what arrives. */
export const watchCommand = defineCommand({
  name: 'watch',
  summary: 'open the hosts and show messages as they arrive',
  description: [
    'Opens the hosts of the settings file and prints a line for each message: time (UTC), peer, action and value.',
    'Every message is acknowledged with null, or with what --ack gives. Ends at Ctrl-C.',
  ].join('\n'),
  operands: [],
  options: {
    config: configOption,
    ack: { value: 'JSON', about: 'acknowledge with this value instead of null' },
    json: { about: 'print each message as a line of JSON, values in full' },
    ...logOptions,
  },
  examples: [
    ['-c lab.yml', 'show what other programs send to this one'],
    [`--ack '"ok"' --json > messages.ndjson`, 'answer "ok" and keep what came'],
  ],
  async run({ config = configOption.default, ack, json, ...log }, _operands, io) {
    const answer = ack === undefined ? null : parseValue(ack, '--ack', `text goes in double quotes: '"ok"'`);
    const app = await createHostApp(config, true, createAppLogger(log, io), io);
    app.handle('*', (_value, message) => {
      io.stdout.write(formatMessage(message, json, io.stdout));
      // By hand: null as the return value of a handler means that somebody else is to answer.
      message.ack(answer);
    });
    // Only messages on stdout.
    return runHosts(app, io.stderr, io);
  },
});
