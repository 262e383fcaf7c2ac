import { formatEndpoint } from '../../runtime/endpoint';
import { type Address, type ClientState, type ConfigProblem, encodeJson } from '../../index';
import type { Output } from '../process/Io';
import { paint } from './paint';
import { escapeControls } from '../../runtime/names';
import { isBytes } from '../../runtime/bytes';

/**
 * One result for stdout: a line of text as it is, anything else as JSON. Bytes are given as they came,
 * without a line end, so that they can go into a file; with `json` as {"base64": …}. In text for a `terminal`
 * control characters are escaped, but for line ends and tabs.
 */
export function formatResult(result: unknown, json: boolean, terminal = false): string | Uint8Array {
  if (isBytes(result)) return json ? `${bytesAsJson(result)}\n` : result;
  if (typeof result !== 'string' || json) return `${escapeControls(encodeJson(result))}\n`;
  return `${terminal ? result.replace(/[^\n\t]+/g, escapeControls) : result}\n`;
}

function bytesAsJson(bytes: Uint8Array): string {
  return JSON.stringify({ base64: Buffer.from(bytes).toString('base64') });
}

/** As users write it: ip:port, [ip]:port for IPv6. */
export function formatAddress({ ip, port }: Address): string {
  return formatEndpoint(ip, port);
}

/** FILE:LINE:COLUMN: path: what; remedy — as compilers do, so that editors find the place. */
export function formatProblem(problem: ConfigProblem, output: Output): string {
  const { file, line, column, path, message, remedy } = problem;
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  const what = remedy === '' ? message : `${message}; ${remedy}`;
  return [paint(output, 'bold', place), path, what].filter((part) => part !== '').join(': ');
}

/** What a send waits for, in a line for people. */
export function describeState(state: ClientState, target: string): string {
  switch (state.kind) {
    case 'open':
      return `waiting for the answer of ${target}`;
    case 'backoff':
      return `${target} cannot be reached, trying again (attempt ${state.attempt}: ${state.reason})`;
    case 'idle':
    case 'connecting':
      return `connecting to ${target}`;
    case 'closed':
      return `closing the connection to ${target}`;
    default:
      return state satisfies never;
  }
}
