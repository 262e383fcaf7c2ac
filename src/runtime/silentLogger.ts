import type { Logger } from './Logger';

const ignore = (): void => undefined;

/** Says nothing. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  isLevelEnabled: () => false,
};
