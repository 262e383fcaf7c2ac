import { createReadStream, fstatSync, statSync, type Stats } from 'node:fs';
import { devNull } from 'node:os';
import { addAbortSignal, Readable } from 'node:stream';
import { createOutput } from './createOutput';
import { ExitCode, type Io, type StopCause, stoppedExitCode } from './Io';

/**
 * The Io of this process. It takes SIGINT and SIGTERM over: the first asks to stop, a second ends the process
 * at once.
 */
export function createProcessIo(): Io {
  const stop = new AbortController();
  const onSignal = (signal: StopCause): void => {
    if (stop.signal.aborted) process.exit(stoppedExitCode[signal]);
    stop.abort(signal);
  };
  process.on('SIGINT', () => onSignal('SIGINT'));
  process.on('SIGTERM', () => onSignal('SIGTERM'));
  const onResultsEnded = ({ code }: NodeJS.ErrnoException): void =>
    stop.abort((code === 'EPIPE' ? 'EPIPE' : 'stdout') satisfies StopCause);
  return {
    stdout: createOutput(process.stdout, { resumes: false, stop: stop.signal, onEnded: onResultsEnded }),
    stderr: createOutput(process.stderr, { resumes: true, stop: stop.signal, onEnded: () => undefined }),
    // Opened only by who reads it; a signal ends the reading.
    get stdin() {
      return addAbortSignal(stop.signal, openStandardInput());
    },
    stop: stop.signal,
    onHangup: (callback) => process.on('SIGHUP', callback),
    guardExit,
    app: {},
  };
}

/**
 * Standard input as what it is. Of a directory Node makes a stream without content, and of none at all the
 * null device.
 */
function openStandardInput(): Readable {
  const found = fstatSync(0);
  if (isNullDevice(found)) {
    return new Readable({
      read() {
        this.destroy(
          new Error('standard input is closed or the null device; --file /dev/null sends no bytes'),
        );
      },
    });
  }
  return found.isDirectory() ? createReadStream('', { fd: 0, autoClose: false }) : process.stdin;
}

function isNullDevice(found: Stats): boolean {
  if (!found.isCharacterDevice()) return false;
  const device = statSync(devNull, { throwIfNoEntry: false });
  return device !== undefined && device.rdev === found.rdev;
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
