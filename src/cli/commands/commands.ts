import { checkCommand } from './checkCommand';
import type { Command } from '../arguments/Command';
import { outboxCommand } from './outboxCommand';
import { recordCommand } from './recordCommand';
import { replayCommand } from './replayCommand';
import { sendCommand } from './sendCommand';
import { serveCommand } from './serveCommand';
import { watchCommand } from './watchCommand';

/** All commands, in the order of the help. A new one is a file and a line here. */
export const commands: readonly Command[] = [
  serveCommand,
  sendCommand,
  checkCommand,
  watchCommand,
  recordCommand,
  replayCommand,
  outboxCommand,
];
