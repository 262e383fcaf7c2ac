import type { ClientConfig } from '../../index';
import { readRecording, rulesFileOf } from '../../testing/index';
import { createAppLogger } from '../output/createAppLogger';
import { defineCommand } from '../arguments/defineCommand';
import { endpointConfig } from '../arguments/parseAddress';
import { isCi } from '../../runtime/isCi';
import type { Io } from '../process/Io';
import { logOptions } from '../arguments/options';
import { runReplay } from './runReplay';
import { runStandIn } from './runStandIn';
import { UsageError } from '../arguments/Command';

/** `rxcomet replay`: a recording against a host, into handlers, or in place of a host. */
export const replayCommand = defineCommand({
  name: 'replay',
  summary: 'replay a recording and tell what differs',
  description: [
    'Sends what was recorded again, to a live host (--to) or into handlers without any socket (--handlers), and compares the',
    'acknowledgements; what handlers send is compared too, and answered from the recording. Or plays the recorded host',
    '(--as-host) until Ctrl-C and tells what it was asked for. Exit code 0 when nothing differs, 1 when something does or',
    'nothing was compared, 2 for a recording that cannot be used.',
  ].join('\n'),
  operands: [{ name: 'FILE', about: 'the recording; its further files follow by themselves' }],
  options: {
    to: { value: 'IP:PORT', about: 'a live host' },
    handlers: { value: 'FILE', about: 'module of handlers, as for serve' },
    'as-host': { value: 'IP:PORT', about: 'listen there and answer as recorded' },
    speed: {
      value: 'N|max',
      about:
        '1 as recorded, 10 ten times as fast, max (default) without pauses; what came after an answer waits for it at any speed; --as-host knows 1 and max',
    },
    'virtual-time': {
      about:
        'with --handlers: time stands still but for the replay, so that recorded hours and the timers of handlers pass in moments; as recorded unless --speed says otherwise',
    },
    timeout: {
      value: 'MS',
      about:
        'with --to or --handlers: how much later than recorded an answer may come before it counts as missing; default 5000 (Ack_timeout_ms) and 60000',
    },
    ignore: {
      value: 'PATH',
      many: true,
      about: 'leave out of the comparison, such as result.time or type:uuid; may be given more than once',
    },
    rules: {
      value: 'FILE',
      about:
        'a file of rules; default replay.rules.yml beside the recording, else in the current folder, if there is one',
    },
    'no-rules': { about: 'no file of rules' },
    cut: {
      value: 'NAME',
      about: 'allow: a recording that is cut may pass all the same; refuse (default): it does not',
    },
    mode: {
      value: 'NAME',
      about: 'strict (default), or lenient: a recorded answer that is used up is given again',
    },
    side: { value: 'NAME', about: 'with --as-host: whose answers, when the recording has several sides' },
    json: { about: 'print the verdict as JSON' },
    junit: { value: 'FILE', about: 'write the verdict as JUnit XML too' },
    update: {
      about:
        'with --to or --handlers: take over into FILE what differs, and nothing else; asks on a terminal, refused where CI is set',
    },
    yes: { about: 'with --update: do not ask' },
    ...logOptions,
  },
  examples: [
    ['session.ndjson --handlers handlers.mjs', 'do the handlers answer as recorded?'],
    ['night.ndjson --handlers handlers.mjs --virtual-time', 'also those that wait for timers?'],
    ['session.ndjson --to 127.0.0.1:65432 --speed 1 --ignore result.time', 'does a live host?'],
    ['session.ndjson --handlers handlers.mjs --update', 'accept the changes that are meant'],
    [
      'session.ndjson --handlers handlers.mjs --rules lab.rules.yml',
      'with tolerances for volts and seconds?',
    ],
    ['session.ndjson --as-host 127.0.0.1:65432', 'stand in for the host'],
  ],
  async run({ to, handlers, 'as-host': asHost, side, junit, json, ignore, ...rest }, [file = ''], io) {
    const targets = [to, handlers, asHost].filter((target) => target !== undefined);
    if (targets.length !== 1) {
      throw new UsageError('one of --to, --handlers and --as-host says what to do with the recording');
    }
    const logger = createAppLogger(rest, io);
    const mode = modeOf(rest.mode);
    const virtual = rest['virtual-time'];
    if (virtual && handlers === undefined) throw new UsageError('--virtual-time goes with --handlers');
    const speed = speedOf(rest.speed ?? (virtual ? '1' : 'max'));
    if (rest['no-rules'] && rest.rules !== undefined) throw new UsageError('--no-rules goes without --rules');
    const rules: string | false = rest['no-rules'] ? false : (rulesFileOf(rest.rules, file) ?? false);
    if (rules !== false) logger.info({}, `rules of ${rules}`);
    const update = updateOf(rest, io);
    const recording = readRecording(file);
    if (asHost !== undefined) {
      if (update !== undefined) throw new UsageError('--update goes with --to or --handlers');
      if (junit !== undefined) throw new UsageError('--junit goes with --to or --handlers');
      if (rest.timeout !== undefined) throw new UsageError('--timeout goes with --to or --handlers');
      if (rest.cut !== undefined) throw new UsageError('--cut goes with --to or --handlers');
      if (speed !== 'max' && speed !== 1) throw new UsageError('--speed: with --as-host expected 1 or max');
      const chosen = side === undefined ? {} : { side };
      return runStandIn(
        recording,
        asHost,
        { ...mode, ...chosen, delays: speed === 1, ignore, rules, json, logger },
        io,
      );
    }
    if (side !== undefined) throw new UsageError('--side goes with --as-host');
    const timeout = timeoutOf(rest.timeout);
    const options = {
      ...mode,
      ...timeout,
      ...cutOf(rest.cut),
      speed,
      virtual,
      ignore,
      rules,
      json,
      junit,
      update,
      logger,
    };
    if (to === undefined) return runReplay(recording, { handlers: handlers ?? '' }, options, io);
    if ('mode' in mode) throw new UsageError('--mode goes with --handlers or --as-host');
    const host = endpointConfig('--to', to, 'Client').clients[0] as ClientConfig;
    return runReplay(recording, { host }, options, io);
  },
});

function modeOf(text: string | undefined): { readonly mode?: 'strict' | 'lenient' } {
  if (text === undefined) return {};
  if (text === 'strict' || text === 'lenient') return { mode: text };
  throw new UsageError(`--mode: expected strict or lenient, got "${text}"`);
}

function cutOf(text: string | undefined): { readonly cut?: 'refuse' | 'allow' } {
  if (text === undefined) return {};
  if (text === 'allow' || text === 'refuse') return { cut: text };
  throw new UsageError(`--cut: expected allow or refuse, got "${text}"`);
}

function timeoutOf(text: string | undefined): { readonly answerMs?: number } {
  if (text === undefined) return {};
  const answerMs = /^\d+$/.test(text) ? Number(text) : NaN;
  if (answerMs > 0) return { answerMs };
  throw new UsageError(`--timeout: expected milliseconds > 0, got "${text}"`);
}

function updateOf(
  { update, yes }: { readonly update: boolean; readonly yes: boolean },
  { stderr }: Pick<Io, 'stderr'>,
): 'ask' | 'at once' | undefined {
  if (!update) {
    if (yes) throw new UsageError('--yes goes with --update');
    return undefined;
  }
  if (isCi()) {
    throw new UsageError(
      'recordings are not updated under CI (the variable CI is set)',
      'update them where you work, and commit them',
    );
  }
  if (yes) return 'at once';
  if (stderr.terminal) return 'ask';
  throw new UsageError(
    '--update asks before it writes, and there is no terminal to ask on',
    '--yes says yes',
  );
}

function speedOf(text: string): number | 'max' {
  if (text === 'max') return text;
  const speed = /^[\d.]+$/.test(text) ? Number(text) : NaN;
  if (speed > 0) return speed;
  throw new UsageError(`--speed: expected a number > 0 or max, got "${text}"`);
}
