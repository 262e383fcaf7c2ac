import { FailureReporter } from '../../src/app/FailureReporter';
import { HandlerFailed } from '../../src/errors/handling';
import { QueueFull } from '../../src/errors/sending';
import { createVirtualClock } from '../support/createVirtualClock';

const failed = (peer = '1.2.3.4:5'): HandlerFailed => new HandlerFailed('it broke', { action: 'A', peer });
const full = new QueueFull('the queue is full', { client: 'P', action: 'A', delivered: 'no' });

function setUp() {
  const clock = createVirtualClock();
  const lines: string[] = [];
  const ignore = (): void => undefined;
  const warn = (_fields: unknown, text: string): void => void lines.push(text);
  const logger = { debug: ignore, info: ignore, error: ignore, warn };
  const codes: string[] = [];
  const reporter = new FailureReporter(clock, logger, (code) => codes.push(code));
  return { clock, lines, codes, reporter };
}

it('logs the first of a kind, holds back the others of its code and peer, and tells how many there were', async () => {
  const { clock, lines, reporter } = setUp();
  for (let turn = 0; turn < 5; turn += 1) reporter.report(failed(), '1.2.3.4:5', 'A');
  reporter.report(failed('6.7.8.9:1'), '6.7.8.9:1', 'A');
  expect(lines).toEqual([
    '1.2.3.4:5: it broke [ERR_HANDLER_FAILED]',
    '6.7.8.9:1: it broke [ERR_HANDLER_FAILED]',
  ]);
  await clock.advance(10_000);
  reporter.report(failed(), '1.2.3.4:5', 'A');
  expect(lines[2]).toBe('1.2.3.4:5: it broke [ERR_HANDLER_FAILED] (4 more of this kind before)');
});

it('holds back those of a peer that comes from another port each time', async () => {
  const { clock, lines, reporter } = setUp();
  for (let port = 1; port <= 5; port += 1) {
    for (const peer of [`1.2.3.4:${port}`, `[fe80::1]:${port}`]) reporter.report(failed(peer), peer, 'A');
  }
  expect(lines).toEqual([
    '1.2.3.4:1: it broke [ERR_HANDLER_FAILED]',
    '[fe80::1]:1: it broke [ERR_HANDLER_FAILED]',
  ]);
  await clock.advance(10_000);
  reporter.report(failed('1.2.3.4:9'), '1.2.3.4:9', 'A');
  expect(lines[2]).toBe('1.2.3.4:9: it broke [ERR_HANDLER_FAILED] (4 more of this kind before)');
});

it('tells at its end how many it held back', () => {
  const { lines, reporter } = setUp();
  for (let turn = 0; turn < 200; turn += 1) reporter.report(failed(), '1.2.3.4:5', 'A');
  reporter.report(failed(''), '', 'A');
  reporter.report(failed(''), '', 'A');
  reporter.report(failed('6.7.8.9:1'), '6.7.8.9:1', 'A');
  reporter.complete();
  reporter.complete();
  expect(lines.slice(3)).toEqual([
    '1.2.3.4: 199 more of this kind [ERR_HANDLER_FAILED] until the app stopped',
    '1 more of this kind [ERR_HANDLER_FAILED] until the app stopped',
  ]);
});

it('is silent while somebody subscribes, and gives every failure', () => {
  const { lines, reporter } = setUp();
  const seen: string[] = [];
  const subscription = reporter.failures$.subscribe(({ code }) => seen.push(code));
  reporter.report(failed(), 'p', 'A');
  reporter.report(failed(), 'p', 'A');
  subscription.unsubscribe();
  reporter.report(failed(), 'p', 'A');
  expect(seen).toEqual(['ERR_HANDLER_FAILED', 'ERR_HANDLER_FAILED']);
  expect(lines).toHaveLength(1);
});

it('makes one failure with a count of thousands within a second', async () => {
  const { clock, codes, reporter } = setUp();
  const counts: number[] = [];
  reporter.failures$.subscribe(({ count }) => counts.push(count));
  for (let turn = 0; turn < 5000; turn += 1) reporter.report(full, 'P', 'A');
  expect(counts).toEqual([1]);
  await clock.advance(1000);
  expect(counts).toEqual([1, 4999]);
  await clock.advance(5000);
  expect(counts).toHaveLength(2);
  expect(codes).toHaveLength(5000);
  expect(clock.pending).toBe(0);
});

it('gives out what it still counts when it completes', () => {
  const { clock, reporter } = setUp();
  const seen: unknown[] = [];
  reporter.failures$.subscribe({ next: ({ count }) => seen.push(count), complete: () => seen.push('end') });
  reporter.report(full, 'P', 'A');
  reporter.report(full, 'P', 'A');
  reporter.complete();
  expect(seen).toEqual([1, 1, 'end']);
  expect(clock.pending).toBe(0);
});

it('keeps what a peer chose out of the form of its lines', () => {
  const { lines, reporter } = setUp();
  const error = new HandlerFailed('no\n\u001b[2Jrxcomet: all is well', { action: 'A', peer: 'p' });
  reporter.report(error, 'p', 'A');
  expect(lines).toEqual(['p: no\\u000a\\u001b[2Jrxcomet: all is well [ERR_HANDLER_FAILED]']);
});
