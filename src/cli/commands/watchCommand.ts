import type { Message } from '../../index';
import { configOption, logOptions } from '../arguments/options';
import { createAppLogger } from '../output/createAppLogger';
import { createHostApp, runHosts } from './hosts';
import { defineCommand } from '../arguments/defineCommand';
import { formatMessage } from '../output/formatMessage';
import { parseValue } from '../arguments/parseValue';
import { ExitCode, type Output, written } from '../process/Io';

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
    const shown = new ShownMessages((message) => formatMessage(message, json, io.stdout), answer, io.stdout);
    app.handle('*', (_value, message) => shown.show(message));
    // Only messages on stdout.
    const exitCode = await runHosts(app, io.stderr, io);
    if (shown.missed === 0) return exitCode;
    io.stderr.write(`messages not shown, because stdout was read too slowly: ${shown.missed}\n`);
    return Math.max(exitCode, ExitCode.refused);
  },
});

/**
 * Messages on their way to stdout, one line after the other; each is acknowledged when its line is out. So
 * what waits for a slow reader is what peers still wait for, and a message that is given up takes its line
 * along.
 */
class ShownMessages {
  /** Messages given up before their turn came. */
  missed = 0;
  readonly #format: (message: Message) => string;
  readonly #answer: unknown;
  readonly #output: Output;
  readonly #waiting = new Set<{ readonly message: Message; readonly settle: () => void }>();
  #writing = false;

  constructor(format: (message: Message) => string, answer: unknown, output: Output) {
    this.#format = format;
    this.#answer = answer;
    this.#output = output;
  }

  /** Resolves when the message is answered or given up. */
  show(message: Message): Promise<void> {
    return new Promise((settle) => {
      const entry = { message, settle };
      this.#waiting.add(entry);
      const giveUp = (): void => {
        if (this.#waiting.delete(entry)) this.missed += 1;
        settle();
      };
      message.signal.addEventListener('abort', giveUp, { once: true });
      if (!this.#writing) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    for (const entry of this.#waiting) {
      this.#waiting.delete(entry);
      const { message, settle } = entry;
      const taken = await written(this.#output, this.#format(message));
      // By hand: null as the return value of a handler means that somebody else is to answer.
      if (taken) message.ack(this.#answer);
      else message.fail(new Error('its line could not be written'));
      settle();
    }
    this.#writing = false;
  }
}
