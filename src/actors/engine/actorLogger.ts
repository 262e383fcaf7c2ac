import { type Logger, isLevelEnabled } from '../../runtime/Logger';

/** A logger that adds the path of an actor to each line. */
export function actorLogger(logger: Logger, actor: string): Logger {
  return {
    debug: (fields, text) => logger.debug({ actor, ...fields }, text),
    info: (fields, text) => logger.info({ actor, ...fields }, text),
    warn: (fields, text) => logger.warn({ actor, ...fields }, text),
    error: (fields, text) => logger.error({ actor, ...fields }, text),
    isLevelEnabled: (level) => isLevelEnabled(logger, level),
  };
}
