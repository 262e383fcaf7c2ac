import { escapeControls } from '../runtime/names';
import type { Logger } from '../runtime/Logger';

const ignore = (): void => undefined;

/**
 * Warnings and errors a line each to stderr, nothing else. The default of an app, so that what goes wrong is
 * seen.
 */
export const consoleLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: (_fields, text) => console.warn(`rxcomet: ${escapeControls(text)}`),
  error: (_fields, text) => console.error(`rxcomet: ${escapeControls(text)}`),
  // Told, so that no line is made for each message only to be thrown away.
  isLevelEnabled: (level) => level === 'warn' || level === 'error',
};
