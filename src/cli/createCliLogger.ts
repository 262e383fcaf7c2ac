import type { Logger } from '../index';
import type { Output } from './Io';
import { paint } from './paint';

const ignore = (): void => undefined;

/** What a command itself warns of, a line each, for people; what an app logs goes to `createAppLogger`. */
export function createCliLogger(output: Output): Logger {
  return {
    debug: ignore,
    info: ignore,
    warn: (_fields, text) => output.write(`${paint(output, 'yellow', 'warning:')} ${text}\n`),
    error: (_fields, text) => output.write(`${paint(output, 'red', 'error:')} ${text}\n`),
  };
}
