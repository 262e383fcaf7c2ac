import { createApp, parseConfig, type App, type Logger } from 'rxcomet';
import {
  createMemoryTransport,
  formatVerdict,
  readRecording,
  record,
  replayRecording,
  type RecordedEvent,
} from 'rxcomet/testing';
import { FramePeer } from '../../support/FramePeer';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const silent: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} } as never;
const Host = { IP: '127.0.0.1', Port: 1 };
const Stage = { IP: '127.0.0.1', Port: 2, Heartbeat_ms: 0 };

async function eventsOf(file: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const event of readRecording(file)) events.push(event);
  return events;
}

describe('record of an app that runs', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-joined-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const handlers = (app: App): void => {
    app.handle('Go', (value) => app.peer('Stage').ask('Move', value));
    app.handle('Echo', (value) => value);
  };

  async function lab() {
    const options = { transport: createMemoryTransport(), logger: silent };
    const stage = createApp(parseConfig({ Socket_connection: { Host: Stage } }), options);
    stage.handle('Move', (value) => Number(value) * 2);
    const app = createApp(parseConfig({ Socket_connection: { Host, Client: { Stage } } }), options);
    handlers(app);
    const outside = createApp(parseConfig({ Socket_connection: { Client: { Lab: Host } } }), options);
    await Promise.all([stage.start(), app.start()]);
    const connect = async (): Promise<FramePeer> =>
      new FramePeer(
        await options.transport.connect(outside.config.clients[0]!, new AbortController().signal),
      );
    return {
      app,
      peer: outside.peer('Lab'),
      connect,
      stop: () => Promise.all([outside, app, stage].map((one) => one.stop({ graceMs: 100 }))),
    };
  }
  const turn = async (): Promise<void> => {
    for (let count = 0; count < 3; count += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  it('holds open connections from their next message, marked as joined, and stops while it runs', async () => {
    const { app, peer, stop } = await lab();
    expect(await peer.ask('Go', 1)).toBe(2);
    const file = path.join(folder, 'a.ndjson');
    const recording = record(app, file);
    expect(await peer.ask('Go', 4)).toBe(8);
    const summary = await recording.stop();
    expect(await peer.ask('Go', 5)).toBe(10);
    expect(await recording.finished).toEqual(summary);
    await stop();

    const events = await eventsOf(file);
    expect(summary).toMatchObject({ written: events.length, lost: 0 });
    expect(events).toMatchObject([
      { side: 'host', dialect: 'native', kind: 'open', joined: true },
      { side: 'host', dialect: 'native', kind: 'message', action: 'Go', id: 2, text: '4' },
      { side: 'Stage', dialect: 'native', kind: 'open', joined: true },
      { side: 'Stage', dialect: 'native', kind: 'message', action: 'Move', id: 2, text: '4' },
      { side: 'Stage', kind: 'ack', id: 2, text: '8' },
      { side: 'host', kind: 'ack', id: 2, text: '8' },
    ]);
    const { verdict } = await replayRecording(events, { handlers });
    expect(verdict).toMatchObject({ passed: true, compared: 2 });
    expect(verdict.remarks).toEqual([
      expect.stringContaining('2 connections were open before the recording began'),
    ]);
    expect(formatVerdict(verdict)).toContain('2 connections were open before the recording began');
  });

  it('holds connections that are opened later as ever', async () => {
    const { app, connect, stop } = await lab();
    const recording = record(app, path.join(folder, 'b.ndjson'));
    const peer = await connect();
    peer.ask('Echo', 1);
    await turn();
    await recording.stop();
    await stop();
    const events = await eventsOf(path.join(folder, 'b.ndjson'));
    expect(events.map(({ kind }) => kind)).toEqual(['open', 'message', 'ack']);
    expect(events[0]).not.toHaveProperty('joined');
  });

  it('leaves out a message that was begun before, and its answer', async () => {
    const { app, connect, stop } = await lab();
    const peer = await connect();
    peer.request(1, 'Echo', 'first');
    await turn();
    const frame = Buffer.from(JSON.stringify({ action: 'Echo', value: 'begun' }));
    const header = Buffer.from(
      JSON.stringify({
        byteorder: 'little',
        'content-type': 'text/json',
        'content-encoding': 'utf-8',
        'content-length': frame.length,
        'message-id': 2,
        connection: 'keep-alive',
      }),
    );
    const bytes = Buffer.concat([Buffer.of(header.length >> 8, header.length & 255), header, frame]);
    peer.link.write(bytes.subarray(0, bytes.length - 5));
    await turn();
    const file = path.join(folder, 'c.ndjson');
    const recording = record(app, file);
    peer.link.write(bytes.subarray(bytes.length - 5));
    await turn();
    peer.request(3, 'Echo', 'whole');
    await turn();
    await recording.stop();
    await stop();
    expect(peer.log.join()).toContain('whole');
    expect(await eventsOf(file)).toMatchObject([
      { kind: 'open', joined: true },
      { kind: 'message', id: 3, text: '"whole"' },
      { kind: 'ack', id: 3, text: '"whole"' },
    ]);
  });

  it('leaves out the answer to what was asked before', async () => {
    const { app, peer, stop } = await lab();
    let release: (value: unknown) => void = () => undefined;
    app.handle('Wait', () => new Promise((resolve) => (release = resolve)));
    await peer.ask('Echo', 0);
    const waiting = peer.ask('Wait', 1);
    await turn();
    const file = path.join(folder, 'd.ndjson');
    const recording = record(app, file);
    expect(await peer.ask('Echo', 'between')).toBe('between');
    release('late');
    expect(await waiting).toBe('late');
    await recording.stop();
    await stop();
    const said = (await eventsOf(file)).filter(({ kind }) => kind === 'ack');
    expect(said).toMatchObject([{ text: '"between"' }]);
  });

  it('can be had twice, one after the other and side by side', async () => {
    const { app, peer, stop } = await lab();
    const files = ['e', 'f', 'g'].map((name) => path.join(folder, `${name}.ndjson`));
    const first = record(app, files[0]!);
    const second = record(app, files[1]!);
    await peer.ask('Echo', 1);
    await first.stop();
    await peer.ask('Echo', 2);
    await second.stop();
    const third = record(app, files[2]!);
    await peer.ask('Echo', 3);
    await stop();
    await third.finished;
    const texts = await Promise.all(
      files.map(async (file) =>
        (await eventsOf(file)).flatMap((event) => (event.kind === 'message' ? [event.text] : [])),
      ),
    );
    expect(texts).toEqual([['1'], ['1', '2'], ['3']]);
  });

  it('is refused once the app has stopped', async () => {
    const { app, stop } = await lab();
    await stop();
    expect(() => record(app, path.join(folder, 'h.ndjson'))).toThrow(/stopped/);
  });
});
