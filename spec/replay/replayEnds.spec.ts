import { parseConfig, type App } from 'rxcomet';
import { replayRecording, virtualTime, type RecordedEvent, type ReplayOptions } from 'rxcomet/testing';
import { createVirtualClock } from '../support/createVirtualClock';
import { ack, message } from '../recording/recordingSupport';

/** A replay that waits for nothing that cannot come, and for what can. */

const open = (link: number): RecordedEvent => ({
  at: 0,
  link,
  side: 'host',
  dialect: 'native',
  kind: 'open',
});
const move = (app: App): void => void app.handle('Move', (value) => Number(value) * 2);

/** Time stands still, so that a replay that waits for an answer's time never ends. */
const replayAtOnce = (recording: RecordedEvent[], more: Partial<ReplayOptions> = {}) =>
  replayRecording(recording, { handlers: move, clock: createVirtualClock(), ...more });

describe('a replay waits no time', () => {
  it.each<[string, RecordedEvent[]]>([
    ['for the answer to a message that is not in the recording', [ack(7, '2')]],
    ['for a second last answer', [ack(1, '2'), ack(1, '2')]],
    ['for the answer to a message that was cancelled', []],
  ])('%s', async (what, events) => {
    const cancelled: RecordedEvent[] = what.includes('cancelled')
      ? [{ at: 2, link: 1, side: 'host', dialect: 'native', kind: 'cancel', id: 2 }, ack(2, '4')]
      : [];
    const second = message(2, '2', what.includes('cancelled') ? { action: 'Slow' } : {});
    const { verdict } = await replayAtOnce(
      [open(1), message(1, '1'), ack(1, '2'), ...events, second, ...cancelled, message(3, '3'), ack(3, '6')],
      {
        handlers: (app) => {
          move(app);
          app.handle('Slow', () => new Promise(() => undefined));
        },
      },
    );
    expect(verdict.compared).toBeGreaterThan(1);
  });

  it('for results that a shorter stream does not have', async () => {
    const results = [1, 2, 3].map((value) => ack(1, String(value), { status: 'next' } as never));
    const { verdict } = await replayAtOnce(
      [open(1), message(1, '1'), ...results, ack(1, '', { status: 'complete', text: undefined } as never)],
      { handlers: (app) => void app.handle('Move', () => [1].values()) },
    );
    expect(verdict.differences.length).toBeGreaterThan(0);
  });
});

describe('a replay of connections', () => {
  it('opens none that says nothing', async () => {
    const opened: number[] = [];
    const recording = Array.from({ length: 2000 }, (_, index) => open(index + 1));
    await replayAtOnce([...recording, message(1, '1'), ack(1, '2')], {
      handlers: (app) => {
        move(app);
        app.connections$.subscribe(({ kind, open: now }) => void (kind === 'open' && opened.push(now)));
      },
    });
    expect(opened).toEqual([1]);
  });

  it('has room for more at once than a host has by default', async () => {
    const links = Array.from({ length: 1100 }, (_, index) => index + 1);
    const { verdict } = await replayAtOnce([
      ...links.map((link) => message(1, String(link), { link })),
      ...links.map((link) => ack(1, String(link * 2), { link })),
    ]);
    expect(verdict).toMatchObject({ passed: true, compared: 1100 });
  });
});

describe('a send after the answer', () => {
  const recording = [open(1), message(1, '1'), ack(1, '2')];
  const config = parseConfig({
    Socket_connection: {
      Host: { IP: '127.0.0.1', Port: 0 },
      Client: { Log: { IP: '127.0.0.1', Port: 1 } },
    },
  });
  const replayLate = (lateMs: number, more: Partial<ReplayOptions> = {}) =>
    replayRecording(recording, {
      config,
      handlers: (app) =>
        void app.handle('Move', (value) => {
          setTimeout(() => app.peer('Log').tell('Moved'), lateMs);
          return Number(value) * 2;
        }),
      ...more,
    });

  it('is found, each time', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { verdict } = await replayLate(10);
      expect(verdict.differences).toMatchObject([{ kind: 'extra', what: 'send', action: 'Moved' }]);
    }
  });

  it('is found as late as `quietMs` says, in virtual time too', async () => {
    const time = virtualTime();
    try {
      const { verdict } = await replayLate(5000, { time, quietMs: 6000 });
      expect(verdict.differences).toMatchObject([{ kind: 'extra', action: 'Moved' }]);
    } finally {
      time.uninstall();
    }
  });

  it('that is followed by others without end does not keep the replay going', async () => {
    const time = virtualTime();
    try {
      const { verdict } = await replayRecording(recording, {
        config,
        time,
        handlers: (app) =>
          void app.handle('Move', (value) => {
            setInterval(() => app.peer('Log').tell('Moved'), 20).unref();
            return Number(value) * 2;
          }),
      });
      expect(verdict.passed).toBe(false);
    } finally {
      time.uninstall();
    }
  });
});
