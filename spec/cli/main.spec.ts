import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../../src/cli/commands/commands';
import { runMain } from './runMain';

const manifest = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
  readonly version: string;
};

async function finish(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const run = runMain(args);
  const code = await run.exitCode;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

describe('rxcomet', () => {
  it.each([['--help'], ['-h'], ['help']])('lists its commands with %s', async (...args) => {
    const { code, stdout, stderr } = await finish(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const [name, load] of commands) {
      const { name: own, summary } = await load();
      expect(own).toBe(name);
      expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    }
  });

  it('shows the same on stderr, as wrong usage, when it is called with nothing', async () => {
    const { stdout: help } = await finish('--help');
    expect(await finish()).toEqual({ code: 2, stdout: '', stderr: help });
  });

  it.each([['--version'], ['-V'], ['-v']])('prints its version with %s', async (...args) => {
    expect(await finish(...args)).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it.each([...commands.keys()])('%s --help has usage, options and an example', async (name) => {
    const { code, stdout, stderr } = await finish(name, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: rxcomet ${name} .*\\[options\\]\n`));
    expect(stdout).toMatch(/^ {2}-h, --help +show this help$/m);
    expect(stdout).toMatch(new RegExp(`^Examples:\n  # .+\n  rxcomet ${name}`, 'm'));
    expect(stdout).toBe((await finish('help', name)).stdout);
  });

  it.each([
    [
      ['sned', 'x'],
      'rxcomet: unknown command "sned": did you mean send?\nrxcomet --help shows how it is used\n',
    ],
    [['Send'], 'rxcomet: unknown command "Send": did you mean send?\nrxcomet --help shows how it is used\n'],
    [
      ['help', 'watcj'],
      'rxcomet: unknown command "watcj": did you mean watch?\nrxcomet --help shows how it is used\n',
    ],
    [['--hlp'], 'rxcomet: unknown option --hlp: did you mean --help?\nrxcomet --help shows how it is used\n'],
    [['-x'], 'rxcomet: unknown option -x: options follow the command\nrxcomet --help shows how it is used\n'],
    [
      ['serve', '--handler', 'x'],
      'rxcomet serve: unknown option --handler: did you mean --handlers?\nrxcomet serve --help shows how it is used\n',
    ],
    [
      ['check', 'a', 'b'],
      'rxcomet check: "b" is one argument too many\nput quotes around an argument that has spaces\n',
    ],
    [
      ['__proto__'],
      'rxcomet: unknown command "__proto__": there are serve, send, check, watch, record, replay, recording, outbox\nrxcomet --help shows how it is used\n',
    ],
  ])('refuses %j', async (args, stderr) => {
    expect(await finish(...args)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('colours the name in front of a failure where stderr shows colours', async () => {
    const run = runMain(['Send'], { colours: true });
    await run.exitCode;
    expect(run.stderr).toMatch(/^\u001b\[31mrxcomet:\u001b\[0m unknown command/);
  });
});
