import { type Logger, guardLogger } from '../../src/runtime/Logger';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

const broken = (): never => {
  throw new Error('the disk is full');
};

describe('A guarded logger', () => {
  it.each(LEVELS)('does not throw at %s when the logger does', (level) => {
    const logger = guardLogger({ debug: broken, info: broken, warn: broken, error: broken });
    expect(() => logger[level]({}, 'text')).not.toThrow();
  });

  it('calls the logger as its own method, as classes of loggers need', () => {
    const lines: unknown[] = [];
    class Lines implements Logger {
      readonly #lines = lines;
      debug(fields: unknown, text: string): void {
        this.#lines.push(['debug', fields, text]);
      }
      info = broken;
      warn = broken;
      error = broken;
      isLevelEnabled(level: string): boolean {
        return this.#lines.length === 0 && level === 'warn';
      }
    }
    const logger = guardLogger(new Lines());
    expect(logger.isLevelEnabled?.('warn')).toBe(true);
    expect(logger.isLevelEnabled?.('debug')).toBe(false);
    logger.debug({ a: 1 }, 'text');
    expect(lines).toEqual([['debug', { a: 1 }, 'text']]);
  });

  it('takes every level as printed when the logger cannot tell', () => {
    const silent = { debug: broken, info: broken, warn: broken, error: broken };
    expect(guardLogger(silent).isLevelEnabled?.('debug')).toBe(true);
    expect(guardLogger({ ...silent, isLevelEnabled: broken }).isLevelEnabled?.('debug')).toBe(true);
  });
});
