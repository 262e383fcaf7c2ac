import { reportRejection } from './guards';

/** Levels of a {@link Logger}, from the one that says most. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * A logger in the manner of pino: fields first, then a sentence. Any pino-compatible logger fits, and
 * `console` does.
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
   * Whether lines of a level are printed; pino has it. What prints nothing is not watched either, so that it
   * costs nothing. Without it every level counts as printed.
   */
  isLevelEnabled?(level: LogLevel): boolean;
}

const ignore = (): void => undefined;

/** Says nothing. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  isLevelEnabled: () => false,
};

/** Whether a logger prints lines of a level, as far as it tells; asked for once, not for each line. */
export function isLevelEnabled(logger: Logger, level: LogLevel): boolean {
  return logger.isLevelEnabled?.(level) ?? true;
}

/**
 * The same logger, which never throws: a full disk under a log must not end the work that the log tells of.
 */
export function guardLogger(logger: Logger): Logger {
  const at =
    (level: LogLevel) =>
    (fields: Readonly<Record<string, unknown>>, text: string): void => {
      // A second time for one that cannot make a line of the fields, of an error whose getters throw for
      // instance.
      for (const told of [fields, {}]) {
        try {
          reportRejection(logger[level](told, text), ignore);
          return;
        } catch {
          // Nobody is left to be told.
        }
      }
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isLevelEnabled: (level) => {
      try {
        return isLevelEnabled(logger, level);
      } catch {
        return true;
      }
    },
  };
}
