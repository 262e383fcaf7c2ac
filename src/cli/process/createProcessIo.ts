import { addAbortSignal } from 'node:stream';
import { ExitCode, type Io, type Output, type StopCause, stoppedExitCode } from './Io';

/** The Io of this process. It takes SIGINT and SIGTERM over: the first asks to stop, a second ends the process at once. */
export function createProcessIo(): Io {
  const stop = new AbortController();
  const onSignal = (signal: StopCause): void => {
    if (stop.signal.aborted) process.exit(stoppedExitCode[signal]);
    stop.abort(signal);
  };
  process.on('SIGINT', () => onSignal('SIGINT'));
  process.on('SIGTERM', () => onSignal('SIGTERM'));
  return {
    stdout: createOutput(process.stdout, () => stop.abort('EPIPE' satisfies StopCause)),
    stderr: createOutput(process.stderr, () => undefined),
    // Opened only by who reads it; a signal ends the reading.
    get stdin() {
      return addAbortSignal(stop.signal, process.stdin);
    },
    stop: stop.signal,
    onHangup: (callback) => process.on('SIGHUP', callback),
    guardExit,
    app: {},
  };
}

function createOutput(stream: NodeJS.WriteStream, onClosed: () => void): Output {
  let closed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed = true;
    onClosed();
  });
  const { NO_COLOR = '', TERM } = process.env;
  const terminal = stream.isTTY && TERM !== 'dumb';
  return {
    write: (content) => {
      if (!closed) stream.write(content);
    },
    colours: terminal && NO_COLOR === '',
    tty: stream.isTTY,
    terminal,
  };
}

function guardExit(text: string): () => void {
  const onExit = (code: number): void => {
    if (code !== 0) return;
    process.stderr.write(`${text}\n`);
    process.exitCode = ExitCode.refused;
  };
  process.once('exit', onExit);
  return () => process.off('exit', onExit);
}
