import { createAppLogger } from '../../../src/cli/output/createAppLogger';
import { Secret } from '../../../src/config/types/Secret';
import { HandlerFailed } from '../../../src/errors/handling';
import { createVirtualClock } from '../../support/createVirtualClock';
import type { Output } from '../../../src/cli/process/Io';
import { memoryOutput } from '../memoryOutput';

function setUp(options: { level?: string; tty?: boolean; verbose?: boolean; output?: Output } = {}) {
  const { level, tty = false, verbose = false } = options;
  const kept = memoryOutput(tty);
  const { output = kept } = options;
  const io = {
    stdout: output,
    stderr: output,
    stdin: (async function* () {})(),
    stop: new AbortController().signal,
    onHangup: () => undefined,
    app: { clock: createVirtualClock() },
  };
  const logger = createAppLogger({ 'log-level': level, verbose }, io);
  return {
    logger,
    lines: () => kept.written.join('').split('\n').slice(0, -1),
    objects: () =>
      kept.written
        .join('')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const failed = (): HandlerFailed =>
  new HandlerFailed('it broke', { action: 'A', peer: 'p', cause: new Error('the lamp is out') });

describe('in a pipe', () => {
  it('writes an object a line: level, time, text and fields, an error as code and message', () => {
    const { logger, objects } = setUp();
    logger.warn({ peer: '10.0.0.7:1', err: failed() }, 'p: it\nbroke');
    logger.error({}, 'worse');
    const [first, second] = objects();
    expect(first).toEqual({
      level: 'warn',
      time: expect.stringMatching(ISO) as unknown,
      msg: 'p: it\nbroke',
      peer: '10.0.0.7:1',
      err: { code: 'ERR_HANDLER_FAILED', message: 'it broke' },
    });
    expect(second).toMatchObject({ level: 'error', msg: 'worse' });
  });

  it('lets no control character through, and loses none', () => {
    const { logger, lines, objects } = setUp();
    const text = 'a\u009b2Jb\u202ec\u007f';
    logger.warn({ action: text }, text);
    expect(lines().join('')).toMatch(/^[\x20-\x7e]+$/);
    expect(objects()[0]).toMatchObject({ action: text, msg: text });
  });

  it('gives the stacks, causes included, only when asked for', () => {
    const { logger, objects } = setUp({ verbose: true });
    logger.warn({ err: failed() }, 'x');
    const { stack } = objects()[0]?.['err'] as { stack: string };
    expect(stack).toMatch(
      /HandlerFailed: it broke[^]*createAppLogger\.spec[^]*caused by: Error: the lamp is out/,
    );
  });

  it('writes whatever an app logs itself: its fields pose as no others, bigint is text, circles are left out', () => {
    const { logger, objects } = setUp();
    const circle: Record<string, unknown> = {
      bytes: 2n ** 60n,
      level: 'debug',
      token: new Secret('hunter2'),
    };
    logger.warn(circle, 'plain');
    circle['self'] = circle;
    logger.warn(circle, 'round');
    expect(objects()).toMatchObject([
      { level: 'warn', bytes: '1152921504606846976', token: '[secret]' },
      { level: 'warn', msg: 'round' },
    ]);
  });
});

describe('on a terminal', () => {
  it('writes lines for people: time, level and text, in which nothing reaches the terminal', () => {
    const { logger, lines } = setUp({ tty: true });
    logger.warn({ err: failed() }, 'action "\u001b[2J" \nfailed');
    logger.error({}, 'worse');
    expect(lines().map((line) => line.slice(line.indexOf(' ') + 1))).toEqual([
      'warning: action "\\u001b[2J" \\u000afailed',
      'error: worse',
    ]);
    expect(lines()[0]?.split(' ')[0]).toMatch(ISO);
  });

  it('shows stacks below with --verbose', () => {
    const { logger, lines } = setUp({ tty: true, verbose: true });
    logger.warn({ err: failed() }, 'x');
    expect(lines()[1]).toBe('HandlerFailed: it broke');
    expect(lines().some((line) => line === 'caused by: Error: the lamp is out')).toBe(true);
  });
});

it.each([
  [undefined, ['warn', 'error']],
  ['error', ['error']],
  ['warn', ['warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['silent', []],
])('--log-level %s writes %j, and says so', (level, expected) => {
  const { logger, objects } = setUp(level === undefined ? {} : { level });
  const levels = ['debug', 'info', 'warn', 'error'] as const;
  for (const each of levels) logger[each]({}, 'x');
  expect(objects().map((line) => line['level'])).toEqual(expected);
  expect(levels.filter((each) => logger.isLevelEnabled?.(each))).toEqual(expected);
});

it('refuses a level that there is not', () => {
  expect(() => setUp({ level: 'loud' })).toThrow(
    '--log-level: expected error, warn, info, debug or silent, got "loud"',
  );
});

describe('a log that could not be written for a while', () => {
  it('says how many lines it lacks once it can be written again, also when that line is lost too', () => {
    const written: string[] = [];
    const fails = [true, true, false, true, false, false];
    let dropped = 0;
    const output = {
      ...memoryOutput(),
      get dropped() {
        return dropped;
      },
      write: (content: string | Uint8Array, onTaken?: (taken: boolean) => void) => {
        const failing = fails.shift() ?? false;
        if (failing) dropped += 1;
        else written.push(String(content));
        onTaken?.(!failing);
      },
    };
    const { logger } = setUp({ output });
    for (const text of ['one', 'two', 'three', 'four', 'five']) logger.warn({}, text);
    const lines = written.map(
      (line) => JSON.parse(line) as { readonly msg: string; readonly dropped?: number },
    );
    expect(lines.map(({ msg }) => msg)).toEqual([
      'three',
      'four',
      '2 lines of this log could not be written',
      'five',
    ]);
    expect(lines.map((line) => line.dropped)).toEqual([undefined, undefined, 2, undefined]);
  });
});
