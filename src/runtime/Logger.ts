/** Levels of a {@link Logger}, from the one that says most. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * A logger in the manner of pino: fields first, then a sentence. Any pino-compatible logger fits, and `console` does.
 *
 * @example
 * const app = createApp(config, { logger: pino({ level: 'info' }) });
 */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, text: string): void;
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
  error(fields: Readonly<Record<string, unknown>>, text: string): void;
  /**
   * Whether lines of a level are printed; pino has it. What prints nothing is not watched either, so that it costs nothing. Without it
   * every level counts as printed.
   */
  isLevelEnabled?(level: LogLevel): boolean;
}
