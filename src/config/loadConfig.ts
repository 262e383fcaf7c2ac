import { readFile } from 'node:fs/promises';
import { ProblemList } from './nodes/ProblemList';
import { decodeSettings, refuseUnread } from './settingsText';
import type { CometConfig } from './types/CometConfig';
import { parseConfig } from './parseConfig';

/**
 * Reads COMET's settings file (YAML 1.1, UTF-8 or UTF-16 with a byte order mark) with `${NAME}` taken from
 * the environment of the process. What it gives back and what it refuses: `parseConfig`. All keys:
 * docs/configuration.md.
 *
 * @param file path of the file, from the current folder
 * @throws ConfigError (ERR_CONFIG) when the file cannot be read or is wrong, with all problems at once, as
 * `file:line:column: path: what`.
 * @example
 * const app = createApp(await loadConfig('settings.yml'));
 */
export async function loadConfig(file: string): Promise<CometConfig> {
  const problems = new ProblemList(file);
  let bytes: Uint8Array | undefined;
  let cause: unknown;
  try {
    bytes = await readFile(file);
  } catch (error) {
    cause = error;
    refuseUnread(error, problems);
  }
  const text = bytes === undefined ? undefined : decodeSettings(bytes, problems);
  problems.throwIfAny(cause);
  return parseConfig(text, { file, env: process.env });
}
