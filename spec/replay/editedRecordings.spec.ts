import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createMemoryTransport,
  createStandIn,
  cutRecording,
  mergeRecordings,
  readRecording,
  replayRecording,
  replayToHost,
} from 'rxcomet/testing';
import { createApp, parseConfig, type App } from 'rxcomet';
import { silentLogger } from '../../src/runtime/Logger';
import type { RecordedEvent } from '../../src/recording/RecordedEvent';
import { ack, message } from '../recording/recordingSupport';

/** A made night: each second a connection that asks to move and to read. */
const night = Array.from({ length: 10 }, (_, second): RecordedEvent[] => {
  const common = { link: second + 1, side: 'host', dialect: 'native' } as const;
  const at = 1000 * second;
  return [
    { ...common, at, kind: 'open' },
    message(1, String(second), { ...common, at: at + 1 }),
    ack(1, String(2 * second), { ...common, at: at + 2 }),
    message(2, 'null', { ...common, at: at + 3, action: 'Read' }),
    ack(2, '7', { ...common, at: at + 4 }),
    { ...common, at: at + 5, kind: 'close', how: 'fin', from: 'client' },
  ];
}).flat();
const started = (at: string): string =>
  `{"rxcomet":"recording","version":1,"started":"2026-01-31T${at}.000Z"}\n`;
const lines = (events: readonly RecordedEvent[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

const handlers = (app: App): void => {
  app.handle('Move', (value) => Number(value) * 2);
  app.handle('Read', () => 7);
};

describe('What was cut and merged', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => path.join(folder, name);

  it.each([
    ['cut', 2],
    ['merged', 20],
  ])('%s is taken by handlers, by a live host and by a stand-in', async (name, compared) => {
    writeFileSync(file('night.ndjson'), started('02:00:00') + lines(night.slice(0, 30)));
    writeFileSync(file('later.ndjson'), started('02:00:02') + lines(night.slice(30)));
    if (name === 'merged') await mergeRecordings([file('night.ndjson'), file('later.ndjson')], file('small'));
    else
      await cutRecording(file('night.ndjson'), file('small'), {
        actions: ['Move'],
        fromMs: 1000,
        toMs: 3000,
      });
    const recording = (): ReturnType<typeof readRecording> => readRecording(file('small'));
    const whole = { passed: true, differenceCount: 0, compared, remarks: [] };

    expect((await replayRecording(recording(), { handlers })).verdict).toMatchObject(whole);

    const transport = createMemoryTransport();
    const Host = { IP: '127.0.0.2', Port: 4000 };
    const host = createApp(parseConfig({ Socket_connection: { Host } }), { transport, logger: silentLogger });
    handlers(host);
    await host.start();
    const { verdict } = await replayToHost(recording(), { to: Host, transport });
    await host.stop();
    expect(verdict).toMatchObject(whole);

    const standIn = await createStandIn(recording(), { listen: Host, transport });
    const { verdict: against } = await replayToHost(recording(), { to: Host, transport });
    expect(await standIn.close()).toMatchObject({ passed: true, answered: compared, leftoverCount: 0 });
    expect(against).toMatchObject(whole);
  });
});
