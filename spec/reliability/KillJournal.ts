import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** A program ends itself at the NTH time it comes to a step. */
export interface KillPoint {
  readonly step: string;
  readonly nth: number;
}

/** What a program writes down, each line with the system before the program goes on; and its end. */
export class KillJournal {
  readonly #file: number;
  readonly #killAt: KillPoint | undefined;
  #times = 0;

  constructor(file: string, killAt: KillPoint | undefined) {
    this.#file = openSync(file, 'a');
    this.#killAt = killAt;
    this.write('start');
  }

  /** The lines of a journal, of all lives of its program. */
  static read(file: string): string[] {
    const lines = readFileSync(file, 'utf8').split('\n');
    // Each line ends in a line feed.
    lines.pop();
    return lines;
  }

  write(line: string): void {
    writeSync(this.#file, `${line}\n`);
  }

  /** The program comes to a step; it may be its last. */
  reach(step: string): void {
    if (step !== this.#killAt?.step) return;
    this.#times += 1;
    if (this.#times < this.#killAt.nth) return;
    this.write(`kill ${step}`);
    process.kill(process.pid, 'SIGKILL');
  }

  close(): void {
    fsyncSync(this.#file);
    closeSync(this.#file);
  }
}
