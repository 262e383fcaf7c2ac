import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

interface Outcome {
  readonly before: string[];
  readonly after: string[];
  readonly [key: string]: unknown;
}

/** Runs a scenario as a process of its own, which has to end by itself within 2 s of its last word. */
async function run(scenario: string): Promise<Outcome> {
  const hook = join(ROOT, 'scripts', 'typescript.js');
  const child = spawn(process.execPath, ['-r', hook, join(__dirname, 'shutdownProgram.ts'), scenario], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let deadline: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    deadline ??= setTimeout(() => child.kill('SIGKILL'), 2000);
  });
  const [code, signal] = (await once(child, 'close')) as unknown[];
  clearTimeout(deadline);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  return JSON.parse(text) as Outcome;
}

describe('after stop() nothing is left and the process ends by itself', () => {
  it('with hosts, clients, actors, unanswered messages, a client in backoff and handlers that never end', async () => {
    const { before, after, stopped, lost } = await run('everything');
    expect(after).toEqual(before);
    expect(lost).toBe('ERR_APP_STOPPED');
    expect(stopped).toEqual([
      { finished: 0, aborted: 0, undelivered: 3 },
      { finished: 0, aborted: expect.any(Number) as number, undelivered: 0 },
    ]);
  });

  it('when it comes during start()', async () => {
    const { before, after, stopped, addresses } = await run('duringStart');
    expect(after).toEqual(before);
    expect({ stopped, addresses }).toEqual({
      stopped: { finished: 0, aborted: 0, undelivered: 0 },
      addresses: [],
    });
  });

  it('when it comes twice, with one result for all', async () => {
    const { before, after, same, third } = await run('twice');
    expect(after).toEqual(before);
    expect({ same, third }).toEqual({ same: true, third: true });
  });

  it('when nothing was started', async () => {
    const { before, after } = await run('neverStarted');
    expect(after).toEqual(before);
  });
});
