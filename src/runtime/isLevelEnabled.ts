import type { Logger, LogLevel } from './Logger';

/** Whether a logger prints lines of a level, as far as it tells; asked for once, not for each line. */
export function isLevelEnabled(logger: Logger, level: LogLevel): boolean {
  return logger.isLevelEnabled?.(level) ?? true;
}
