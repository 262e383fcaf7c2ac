import { main } from '../../src/cli/main';
import type { Io, Output, StopCause } from '../../src/cli/process/Io';

/** What a spec hands a command instead of the process. */
export interface RunOptions {
  readonly app?: Io['app'];
  readonly stdin?: readonly Uint8Array[];
  readonly colours?: boolean;
  readonly terminal?: boolean;
  /** What is written to stdout counts as taken only when `take` says so. */
  readonly slow?: boolean;
}

/** A command line at work in this process. */
export interface Run {
  readonly exitCode: Promise<number>;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves with the first match in what was written to either output. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  stop(cause: StopCause): void;
  /** With `slow`: the reader of stdout takes so many more writes. */
  take(count: number): void;
  /** As SIGHUP. */
  hangUp(): void;
}

/** Runs the command line with outputs in memory. */
export function runMain(args: readonly string[], options: RunOptions = {}): Run {
  const stop = new AbortController();
  const hangups: (() => void)[] = [];
  const written = { stdout: '', stderr: '' };
  let waiting: (() => void)[] = [];
  const untaken: (() => void)[] = [];
  let allowed = options.slow === true ? 0 : Infinity;
  const takeOn = (): void => {
    for (; allowed > 0 && untaken.length > 0; allowed -= 1) untaken.shift()?.();
  };
  const output = (name: keyof typeof written): Output => ({
    write(content, onTaken) {
      written[name] += typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
      for (const wake of waiting.splice(0)) wake();
      const taken = (): void => onTaken?.(true);
      if (name === 'stderr') queueMicrotask(taken);
      else {
        untaken.push(taken);
        queueMicrotask(takeOn);
      }
    },
    flushed: () => Promise.resolve(),
    dropped: 0,
    failure: undefined,
    colours: options.colours ?? false,
    tty: options.terminal ?? false,
    terminal: options.terminal ?? false,
  });
  const exitCode = main(args, {
    stdout: output('stdout'),
    stderr: output('stderr'),
    stdin: chunksOf(options.stdin ?? []),
    stop: stop.signal,
    onHangup: (callback) => hangups.push(callback),
    app: options.app ?? {},
  });
  let ended = false;
  void exitCode.then(() => {
    ended = true;
    waiting.forEach((wake) => wake());
    waiting = [];
  });
  return {
    exitCode,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(written.stdout) ?? pattern.exec(written.stderr);
        if (match !== null) return match;
        if (ended) throw new Error(`it ended without ${String(pattern)}: ${JSON.stringify(written)}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    stop: (cause) => stop.abort(cause),
    take(count) {
      allowed += count;
      takeOn();
    },
    hangUp: () => hangups.forEach((callback) => callback()),
  };
}

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}
