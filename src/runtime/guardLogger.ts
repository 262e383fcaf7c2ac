import { isLevelEnabled } from './isLevelEnabled';
import type { Logger, LogLevel } from './Logger';

/** The same logger, which never throws: a full disk under a log must not end the work that the log tells of. */
export function guardLogger(logger: Logger): Logger {
  const at =
    (level: LogLevel) =>
    (fields: Readonly<Record<string, unknown>>, text: string): void => {
      try {
        logger[level](fields, text);
      } catch {
        // Nobody is left to be told.
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
