import type { App } from '../index';
import { ExitCode } from './exitCodeInternals';
import { formatAddress } from './formatAddress';
import type { Io, Output } from './Io';
import { stopped } from './stopped';

/**
 * Opens the hosts of an app, says where they listen, and stays until the command is asked to end; then stops the app within its grace
 * time. Exit code 0, or 1 when that cut messages off.
 */
export async function runHosts(app: App, announceTo: Output, io: Io): Promise<number> {
  try {
    if (!io.stop.aborted) await app.start();
  } catch (error) {
    await app.stop({ graceMs: 0 });
    throw error;
  }
  for (const address of app.addresses) announceTo.write(`listening on ${formatAddress(address)}\n`);
  await stopped(io);
  const { aborted, undelivered } = await app.stop();
  if (aborted + undelivered === 0) return ExitCode.ok;
  io.stderr.write(
    `not everything ended in time; messages cut off: ${aborted}, sends given up: ${undelivered}\n`,
  );
  return ExitCode.refused;
}
