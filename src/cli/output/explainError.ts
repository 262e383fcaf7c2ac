import { stackOf } from '../../runtime/describeError';
import {
  BadOption,
  BadRecording,
  ConfigError,
  MissingPackage,
  RemoteError,
  RxcometError,
  SendError,
  UnknownClient,
} from '../../index';
import { ExitCode, type Output } from '../process/Io';
import { paint } from './paint';
import { UsageError } from '../arguments/Command';
import { escapeControls } from '../../runtime/names';

/** Tells what went wrong, and what to do where that is known, and gives the exit code. */
export function explainError(error: unknown, command: string | undefined, output: Output): number {
  if (error instanceof UsageError) {
    say(error.message, command, output);
    output.write(`${error.hint === '' ? `${nameOf(command)} --help shows how it is used` : error.hint}\n`);
    return ExitCode.usage;
  }
  if (error instanceof ConfigError) {
    // Lines that begin with file:line:column, for editors.
    output.write(`${error.message}\n`);
    return ExitCode.usage;
  }
  if (error instanceof RxcometError) {
    // A peer may have written it.
    say(escapeControls(`${error.message} [${[error.code, ...details(error)].join(', ')}]`), command, output);
    const hint = hints[error.code];
    if (hint !== undefined) output.write(`${hint}\n`);
    return usageErrors.some((kind) => error instanceof kind) ? ExitCode.usage : ExitCode.refused;
  }
  // Nothing that we expect, so all of it is told.
  say(stackOf(error), command, output);
  return ExitCode.refused;
}

/** One sentence of a command about what ends it. */
export function say(text: string, command: string | undefined, output: Output): void {
  output.write(`${paint(output, 'red', `${nameOf(command)}:`)} ${text}\n`);
}

function nameOf(command: string | undefined): string {
  return command === undefined ? 'rxcomet' : `rxcomet ${command}`;
}

/** What to do on the command line, where the message speaks of programs and settings. */
const hints: Readonly<Record<string, string>> = {
  ERR_DIALECT_UNKNOWN: 'if the peer is rxcomet, add --dialect native',
};

const usageErrors = [BadOption, BadRecording, MissingPackage, UnknownClient];

function details(error: RxcometError): string[] {
  // Without a client it is about no message.
  if (!(error instanceof SendError) || error.client === '') return [];
  const remote =
    error instanceof RemoteError && error.remoteCode !== '' ? [`peer's code ${error.remoteCode}`] : [];
  return [...remote, `delivered ${error.delivered}`];
}
