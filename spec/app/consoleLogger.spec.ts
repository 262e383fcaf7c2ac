import { consoleLogger } from '../../src/app/consoleLogger';
import { MessageLog } from '../../src/observe/logs/MessageLog';
import { createVirtualClock } from '../support/createVirtualClock';

describe('the logger of an app that was given none', () => {
  it('prints warnings and errors only, and says so, so that nothing is made for each message', () => {
    const levels = (['debug', 'info', 'warn', 'error'] as const).map((level) =>
      consoleLogger.isLevelEnabled?.(level),
    );
    expect(levels).toEqual([false, false, true, true]);
    expect(MessageLog.for(consoleLogger, createVirtualClock())).toBeUndefined();
  });
});
