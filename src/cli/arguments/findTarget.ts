import { access } from 'node:fs/promises';
import { type ClientConfig, ConfigError, UnknownClient, loadConfig, parseConfig } from '../../index';
import { nearestName } from '../../runtime/nearestName';
import { configOption } from './options';
import { UsageError } from './Command';
import { parseAddress } from './parseAddress';

/**
 * A client of the settings by its name. Throws ConfigError, UnknownClient, and UsageError when there are no
 * settings.
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

/** An IP address and no port: no sensible name of a client. */
const LIKE_AN_ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[\da-f:.]+\]|(?=.*:.*:)[\da-f:.]+)$/i;

/** What the command line says about the client. */
interface TargetOptions {
  readonly config: string | undefined;
  readonly timeout: string | undefined;
  readonly dialect: string | undefined;
}

/**
 * The client that a TARGET stands for, with the options in place of its own settings: IP:PORT without any
 * settings file, else a name of the file. Throws UsageError, ConfigError and UnknownClient.
 */
export async function findTarget(target: string, options: TargetOptions): Promise<ClientConfig> {
  const address = parseAddress(target);
  if (address !== undefined) return decodeClient(target, address, options);
  if (LIKE_AN_ADDRESS.test(target)) {
    const ip = target.includes(':') && !target.startsWith('[') ? `[${target}]` : target;
    throw new UsageError(`TARGET ${target} has no port`, `give it as ${ip}:PORT, such as ${ip}:65432`);
  }
  const client = await findClient(target, options.config, 'or give TARGET as IP:PORT or [IPv6]:PORT');
  const { ackTimeoutMs, dialect } = decodeClient(target, { IP: '127.0.0.1', Port: 1 }, options);
  return {
    ...client,
    ...(options.timeout === undefined ? {} : { ackTimeoutMs }),
    ...(options.dialect === undefined ? {} : { dialect }),
  };
}

/** Checks by the same rules as a settings file. */
function decodeClient(
  target: string,
  address: { readonly IP: string; readonly Port: number },
  { timeout, dialect }: TargetOptions,
): ClientConfig {
  const entry = {
    ...address,
    ...(timeout === undefined ? {} : { Ack_timeout_ms: /^\d+$/.test(timeout) ? Number(timeout) : timeout }),
    ...(dialect === undefined ? {} : { Dialect: dialect }),
  };
  try {
    // No environment: what is typed here is no template.
    const { clients } = parseConfig({ Socket_connection: { Client: { target: entry } } }, { env: {} });
    return { ...(clients[0] as ClientConfig), name: target };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw toUsageError(error, target);
  }
}

const places: Readonly<Record<string, string>> = { Ack_timeout_ms: '--timeout', Dialect: '--dialect' };

function toUsageError(error: ConfigError, target: string): UsageError {
  const [problem] = error.problems;
  const key = problem?.path.split('.').at(-1) ?? '';
  const place = places[key] ?? `TARGET ${target}`;
  return new UsageError(`${place}: ${problem?.message ?? error.message}`, problem?.remedy, { cause: error });
}
