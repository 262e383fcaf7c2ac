import { type CometConfig, ConfigError, parseConfig } from '../../index';
import { UsageError } from './Command';

const ADDRESS = /^(?:\[([^\]]*)\]|([^:[\]]+)):(\d+)$/;

/**
 * IP:PORT, NAME:PORT or [IPv6]:PORT in the spelling of the settings; undefined for what is no address. Port
 * and IP are not checked yet.
 */
export function parseAddress(text: string): { readonly IP: string; readonly Port: number } | undefined {
  const [, bracketed, plain, port] = ADDRESS.exec(text) ?? [];
  return port === undefined ? undefined : { IP: bracketed ?? plain ?? '', Port: Number(port) };
}

/**
 * A configuration of nothing but one host or one client, from an option that holds an address. Throws
 * UsageError.
 *
 * @param option what messages call it, such as --to
 * @example endpointConfig('--to', '127.0.0.1:65432', 'Client').clients
 */
export function endpointConfig(option: string, text: string, kind: 'Host' | 'Client'): CometConfig {
  const address = parseAddress(text);
  if (address === undefined)
    throw new UsageError(`${option}: expected IP:PORT or [IPv6]:PORT, got "${text}"`);
  const section = kind === 'Host' ? { Host: address } : { Client: { Peer: address } };
  try {
    // No environment: what is typed here is no template.
    return parseConfig({ Socket_connection: section }, { env: {} });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [problem] = error.problems;
    throw new UsageError(`${option}: ${problem?.message ?? error.message}`, problem?.remedy, {
      cause: error,
    });
  }
}
