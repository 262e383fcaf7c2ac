import type { App } from '../index';
import { ExitCode } from './exitCodeInternals';
import { formatAddress } from './formatAddress';
import type { Io, Output } from './Io';
import { stopped } from './stopped';

/**
 * Opens the hosts of an app, says where they listen, and stays until the command is asked to end; then stops the app within its grace
 * time. SIGHUP has hosts with TLS read their certificates again. Exit code 0, or 1 when that cut messages off.
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
    const reason = error instanceof Error ? error.message : String(error);
    io.stderr.write(`certificates not taken, those in use stay: ${reason}\n`);
  }
}
