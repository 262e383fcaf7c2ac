import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const bin = path.join(__dirname, '..', '..', 'dist', 'cli', 'bin.js');

/** How a process of the command line is started. */
export interface StartOptions {
  readonly cwd: string;
  /** Default: pipes. */
  readonly stdio?: StdioOptions;
}

/** How it ended, and what it wrote to those of its outputs that are pipes. */
export interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line as a process of its own. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly finished: Promise<Ended>;
  /** Resolves with the first group of the first match in what either output wrote. */
  printed(pattern: RegExp): Promise<string>;
}

/** Starts the built command line without colours, and ends in `killAll` what is left. */
export class CliProcesses {
  readonly #running = new Set<ChildProcess>();

  start(args: readonly string[], { cwd, stdio = 'pipe' }: StartOptions): CliProcess {
    const env = { ...process.env, NO_COLOR: '1' };
    const child: ChildProcess = spawn(process.execPath, [bin, ...args], { cwd, env, stdio });
    this.#running.add(child);
    const written = { stdout: '', stderr: '' };
    const waiting = new Set<() => void>();
    const wake = (): void => {
      for (const resolve of waiting) resolve();
      waiting.clear();
    };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        written[name] += text;
        wake();
      });
    }
    const finished = once(child, 'close').then(([code, signal]: unknown[]) => {
      this.#running.delete(child);
      wake();
      return { code: code ?? signal, ...written };
    });
    const printed = async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const match = pattern.exec(written.stdout) ?? pattern.exec(written.stderr);
        if (match !== null) return match[1] ?? '';
        if (!this.#running.has(child)) throw new Error(`it ended: ${JSON.stringify(written)}`);
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    };
    return { child, finished, printed };
  }

  async killAll(): Promise<void> {
    for (const child of this.#running) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  }
}
