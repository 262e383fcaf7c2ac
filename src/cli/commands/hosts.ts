import { describeError } from '../../runtime/describeError';
import { type App, ListenFailed, type Logger, createApp, loadConfig } from '../../index';
import { ExitCode, type Io, type Output, stopped } from '../process/Io';
import { formatAddress } from '../output/formatResult';
import { UsageError } from '../arguments/Command';

/**
 * Opens the hosts of an app, says where they listen, and stays until the command is asked to end; then stops
 * the app within its grace time. SIGHUP has hosts with TLS read their certificates again. Exit code 0, or 1
 * when that cut messages off.
 */
export async function runHosts(app: App, announceTo: Output, io: Io): Promise<number> {
  try {
    if (!io.stop.aborted) await app.start();
  } catch (error) {
    await app.stop({ graceMs: 0 });
    throw error;
  }
  for (const address of app.addresses) announceTo.write(`listening on ${formatAddress(address)}\n`);
  // Without TLS there is nothing to read again, and a terminal that closes ends the command as usual.
  if (app.config.hosts.some(({ tls }) => tls !== undefined)) io.onHangup(() => void reload(app, io));
  await stopped(io);
  const { aborted, undelivered } = await app.stop();
  if (aborted + undelivered === 0) return ExitCode.ok;
  io.stderr.write(
    `not everything ended in time; messages cut off: ${aborted}, sends given up: ${undelivered}\n`,
  );
  return ExitCode.refused;
}

async function reload(app: App, io: Io): Promise<void> {
  try {
    await app.reloadCertificates();
    io.stderr.write('certificates read again, for connections from now on\n');
  } catch (error) {
    const reason = describeError(error);
    io.stderr.write(`certificates not taken, those in use stay: ${reason}\n`);
  }
}

/**
 * An app from a settings file that has at least one host; nothing is open yet.
 *
 * @param exact read integers beyond 2^53 as bigint whatever the file says, for commands that only pass values
 * on
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

/**
 * Waits for what listens at the address of an option. When that fails, what to change is told by the option,
 * where ListenFailed (ERR_LISTEN) speaks of the settings.
 *
 * @param option what the message calls it, such as --listen
 */
export async function listenBy<T>(option: string, listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    if (!(error instanceof ListenFailed)) throw error;
    throw error.naming({ ip: `the IP of ${option}`, port: `the port of ${option}` });
  }
}
