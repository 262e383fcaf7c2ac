import { createApp } from '../../../src/app/createApp';
import { parseConfig } from '../../../src/config/parseConfig';
import { silentLogger } from '../../../src/runtime/Logger';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { readRecording } from '../../../src/recording/format/readRecording';
import { record } from '../../../src/recording/capture/record';
import { replayRecording } from '../../../src/replay/replayRecording';
import { collectingSink, eventsOf } from '../recordingSupport';

const Host = { IP: '127.0.0.1', Port: 1 };
const Client = { Stage: { IP: '127.0.0.1', Port: 2 } };

/** A lab that asks a stage for each message it gets, both on a network in memory. */
function setUp() {
  const options = { transport: createMemoryTransport(), logger: silentLogger };
  const stage = createApp(
    parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 2 } } }),
    options,
  );
  stage.handle('Move', (value) => Number(value) * 2);
  const lab = createApp(parseConfig({ Socket_connection: { Host, Client } }), options);
  lab.handle('Go', (value) => lab.peer('Stage').ask('Move', value));
  const outside = createApp(parseConfig({ Socket_connection: { Client: { Lab: Host } } }), options);
  const sink = collectingSink();
  return { stage, lab, outside, sink };
}

describe('record', () => {
  it('records an app as host and as client, until it has stopped', async () => {
    const { stage, lab, outside, sink } = setUp();
    const recording = record(lab, 'x', { openSink: sink.open });
    await Promise.all([stage.start(), lab.start()]);
    expect(await outside.peer('Lab').ask('Go', 4)).toBe(8);
    await outside.stop();
    await lab.stop();
    const summary = await recording.finished;
    await stage.stop();

    const events = await eventsOf(readRecording([sink.bytes('x')]));
    expect(summary).toMatchObject({ written: events.length, lost: 0 });
    expect(sink.closed).toEqual(['x']);
    const said = events.filter(({ kind }) => kind === 'message' || kind === 'ack');
    expect(said).toMatchObject([
      { side: 'host', kind: 'message', action: 'Go', text: '4' },
      { side: 'Stage', kind: 'message', action: 'Move', text: '4' },
      { side: 'Stage', kind: 'ack', text: '8' },
      { side: 'host', kind: 'ack', text: '8' },
    ]);
    const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
    expect({ open: count('open'), close: count('close') }).toEqual({ open: 2, close: 2 });

    // What was recorded can be replayed into the same handlers, without the stage.
    const { verdict } = await replayRecording(events, {
      handlers: (app) => void app.handle('Go', (value) => app.peer('Stage').ask('Move', value)),
    });
    expect(verdict).toMatchObject({ passed: true, compared: 2 });
  });

  it('tells how connections ended that the app dropped when it stopped', async () => {
    const { lab, outside, sink } = setUp();
    const recording = record(lab, 'x', { openSink: sink.open });
    lab.handle('Stick', () => new Promise(() => undefined));
    await lab.start();
    const asked = outside.peer('Lab').ask('Stick', 1);
    asked.catch(() => undefined);
    await new Promise((resolve) => lab.messages$.subscribe(resolve));
    await lab.stop({ graceMs: 0 });
    await recording.finished;
    await expect(asked).rejects.toMatchObject({ delivered: expect.any(String) as string });
    await outside.stop({ graceMs: 0 });
    expect((await eventsOf(readRecording([sink.bytes('x')]))).at(-1)).toMatchObject({ kind: 'close' });
  });

  it('is refused, and makes no file, for an app that has stopped or is none of ours', async () => {
    const { lab, outside, stage, sink } = setUp();
    await Promise.all([outside.stop(), lab.stop(), stage.stop()]);
    expect(() => record(lab, 'x', { openSink: sink.open })).toThrow(
      expect.objectContaining({
        code: 'ERR_BAD_OPTION',
        message: expect.stringContaining('has stopped') as string,
      }) as Error,
    );
    expect(() => record({ ...lab } as never, 'x', { openSink: sink.open })).toThrow(/made by createApp/);
    expect(sink.bytes('x')).toHaveLength(0);
  });

  it('refuses an option that is none and leaves the app as it was', async () => {
    const { lab, outside } = setUp();
    expect(() => record(lab, 'x', { redact: ['a['] })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }) as Error,
    );
    lab.handle('Ping', () => 'pong');
    await lab.start();
    expect(await outside.peer('Lab').ask('Ping', 1)).toBe('pong');
    await Promise.all([outside.stop(), lab.stop()]);
  });
});
