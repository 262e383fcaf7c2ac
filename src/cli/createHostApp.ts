import { createApp, loadConfig, type App, type Logger } from '../index';
import type { Io } from './Io';
import { UsageError } from './UsageError';

/**
 * An app from a settings file that has at least one host; nothing is open yet.
 *
 * @param exact read integers beyond 2^53 as bigint whatever the file says, for commands that only pass values on
 */
export async function createHostApp(file: string, exact: boolean, logger: Logger, io: Io): Promise<App> {
  const config = await loadConfig(file);
  if (config.hosts.length === 0) {
    throw new UsageError(
      `${file} names no Host, so there is nothing to listen on`,
      'add one: Socket_connection: {Host: {IP: 127.0.0.1, Port: 65432}}',
    );
  }
  return createApp(exact ? { ...config, bigint: true } : config, {
    ...io.app,
    logger,
  });
}
