import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { declaredPromises } from '../support/declaredPromises';
import {
  SHORT_MS,
  awaitedCases,
  createSurroundings,
  withoutCase,
  withoutFakeTimers,
  type Begin,
  type Condition,
} from './awaitedCases';

const root = path.join(__dirname, '..', '..');
/** No case may take longer in virtual time. */
const LONGEST_MS = 40 * SHORT_MS;

const every = { ...awaitedCases, ...withoutFakeTimers };

const cellsOf = (cases: typeof every): [name: string, condition: Condition, begin: Begin][] =>
  Object.entries(cases).flatMap(([name, conditions]) =>
    Object.entries(conditions).flatMap(([condition, begin]): [string, Condition, Begin][] =>
      typeof begin === 'string' ? [] : [[name, condition as Condition, begin]],
    ),
  );

describe('every promise and stream of the published declarations', () => {
  it('has a case, also when it is new', () => {
    const names = declaredPromises();
    expect(names.filter((name) => every[name] === undefined && withoutCase[name] === undefined)).toEqual([]);
    expect(Object.keys(every).filter((name) => !names.includes(name))).toEqual([]);
  });

  describe('ends once time is advanced, with the timers of a test runner', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it.each(cellsOf(awaitedCases))('%s: %s', async (_name, _condition, begin) => {
      // Files and LevelDB know no fake timers: they are given real turns beside the virtual time.
      const around = await turnsUntil(createSurroundings());
      await turnsUntil(Promise.resolve(begin(around)).then(ignore, ignore));
      await turnsUntil(around.stop());
    });
  });
});

describe('while something is awaited', () => {
  it('the process stays, also when nothing else keeps it', async () => {
    const left = await leftOpen();
    expect(left).toEqual([]);
  }, 120_000);
});

const ignore = (): void => undefined;
const { setTimeout: realTimeout } = globalThis;

/** Advances time in small steps, and lets real work go on between them, until the promise has settled. */
async function turnsUntil<T>(promise: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  promise.then(end, end);
  for (let ms = 0; !over; ms += 1) {
    if (ms > LONGEST_MS) throw new Error(`it has not ended within ${LONGEST_MS} ms`);
    // A turn that takes real time, so that a file can be read in it.
    await new Promise<void>((resolve) => realTimeout(resolve, 0));
    await jest.advanceTimersByTimeAsync(1);
  }
  return promise;
}

/** Has a process await each case alone; gives those at which it ended before they did. */
async function leftOpen(): Promise<string[]> {
  const left: string[] = [];
  const count = cellsOf(every).length;
  for (let from = 0; from < count;) {
    const program = path.join(__dirname, 'everythingEndsProgram.ts');
    const hook = path.join(root, 'scripts', 'typescript.js');
    const child = spawn(process.execPath, ['-r', hook, program, String(from)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    await once(child, 'close');
    const lines = text.trim().split('\n');
    left.push(...lines.filter((line) => line.includes(' leaves open: ')));
    const last = lines.at(-1) ?? '';
    if (last === 'all') break;
    const [, index = String(count), name = last] = /^(\d+) (.*)$/.exec(last) ?? [];
    left.push(name);
    from = Number(index) + 1;
  }
  return left;
}
