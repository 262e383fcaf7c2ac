import { access } from 'node:fs/promises';
import { loadConfig, UnknownClient, type ClientConfig } from '../index';
import { nearestName } from '../runtime/nearestName';
import { configOption } from './configOption';
import { UsageError } from './UsageError';

/**
 * A client of the settings by its name. Throws ConfigError, UnknownClient, and UsageError when there are no settings.
 *
 * @param otherwise what else can be done without settings, for the hint
 */
export async function findClient(
  name: string,
  config: string | undefined,
  otherwise: string,
): Promise<ClientConfig> {
  if (config === undefined && !(await exists(configOption.default))) {
    const message = `no ${configOption.default} here to look "${name}" up in`;
    throw new UsageError(message, `name the settings with -c FILE, ${otherwise}`);
  }
  const { clients } = await loadConfig(config ?? configOption.default);
  const client = clients.find((candidate) => candidate.name === name);
  if (client !== undefined) return client;
  const known = clients.map((candidate) => candidate.name);
  throw new UnknownClient(name, known, nearestName(name, known));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
