import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

const HOOK = path.join(__dirname, '..', '..', 'scripts', 'typescript.js');

/** What becomes of a program. */
export interface ProgramEvents {
  /** It says something. */
  readonly message?: (message: unknown) => void;
  /** It was killed with SIGKILL. */
  readonly killed: () => void;
  /** It ended by itself, as asked. */
  readonly ended: () => void;
  /** It ended in another way; what it wrote to stderr is in the error. */
  readonly failed: (error: Error) => void;
}

/** A program of this folder as a process of its own. */
export class ChildProgram {
  readonly #child: ChildProcess;

  /** @param nodeOptions options of the node that runs it */
  constructor(name: string, options: object, events: ProgramEvents, nodeOptions: readonly string[] = []) {
    const child = fork(path.join(__dirname, `${name}.ts`), [JSON.stringify(options)], {
      execArgv: [...nodeOptions, '-r', HOOK],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#child = child;
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
    if (events.message !== undefined) child.on('message', events.message);
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') events.killed();
      else if (code === 0) events.ended();
      else events.failed(new Error(`${name} ended with ${String(code ?? signal)}:\n${errors}`));
    });
  }

  /** Asks it to end; in vain when it has ended already. */
  finish(): void {
    if (this.#child.connected) this.#child.send('finish', () => undefined);
  }

  /** Ends it, however it stands. */
  destroy(): void {
    this.#child.removeAllListeners();
    this.#child.kill('SIGKILL');
  }
}
