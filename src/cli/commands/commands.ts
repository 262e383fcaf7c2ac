import type { Command } from '../arguments/Command';

/**
 * All commands by their names, in the order of the help. Each is loaded when it is asked for: most of the
 * package comes with it, which `rxcomet --version` and a mistyped name need not wait for. A new one is a file
 * and a line here.
 */
export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['serve', async () => (await import('./serveCommand.js')).serveCommand],
  ['send', async () => (await import('./sendCommand.js')).sendCommand],
  ['check', async () => (await import('./checkCommand.js')).checkCommand],
  ['watch', async () => (await import('./watchCommand.js')).watchCommand],
  ['record', async () => (await import('./recordCommand.js')).recordCommand],
  ['replay', async () => (await import('./replayCommand.js')).replayCommand],
  ['recording', async () => (await import('./recordingCommand.js')).recordingCommand],
  ['outbox', async () => (await import('./outboxCommand.js')).outboxCommand],
]);
