import { parseConfig } from '../../../src/config/parseConfig';
import { FrameWriter } from '../../../src/streams/wire/FrameWriter';
import type { Link } from '../../../src/streams/transport/Link';
import { createMemoryTransport } from '../../../src/streams/transport/memory/createMemoryTransport';
import { createTap } from '../../../src/recording/capture/createTap';
import type { RecordedEvent } from '../../../src/recording/RecordedEvent';
import { readRecording } from '../../../src/recording/format/readRecording';
import { RecordingWriter } from '../../../src/recording/format/RecordingWriter';
import type { FaultPlan } from '../../../src/streams/transport/faults/FaultPlan';
import { createVirtualClock } from '../../support/createVirtualClock';
import { listenTo } from '../../streams/transport/linkSupport';
import { collectingSink, eventsOf } from '../recordingSupport';

const config = parseConfig({
  Socket_connection: {
    Host: [
      { IP: '127.0.0.2', Port: 1000 },
      { IP: '127.0.0.3', Port: 2000 },
    ],
    Client: { Tapped: { IP: '127.0.0.3', Port: 2000 }, Tap: { IP: '127.0.0.2', Port: 1000 } },
  },
});
const [tapHost, realHost] = config.hosts;
const [toHost, toTap] = config.clients;
if (!tapHost || !realHost || !toHost || !toTap) throw new Error('incomplete');

const frames = (build: (writer: FrameWriter) => void): Buffer => {
  const chunks: Uint8Array[] = [];
  const writer = new FrameWriter((bytes) => {
    chunks.push(bytes);
    return true;
  });
  build(writer);
  writer.flush();
  return Buffer.concat(chunks);
};

async function setUp(options: { faults?: FaultPlan; refuse?: boolean; full?: boolean } = {}) {
  const clock = createVirtualClock();
  const disk = { full: options.full === true };
  const sink = collectingSink(() => {
    if (disk.full) throw new Error('ENOSPC');
  });
  const writer = new RecordingWriter('x', { clock, openSink: sink.open, maxPending: disk.full ? 1000 : 1e6 });
  const transport = createMemoryTransport();
  const accepted: Link[] = [];
  const hosts: ReturnType<typeof listenTo>[] = [];
  if (options.refuse !== true) {
    await transport.listen(
      realHost!,
      (link) => {
        accepted.push(link);
        hosts.push(listenTo(link));
      },
      () => undefined,
    );
  }
  const errors: Error[] = [];
  const tap = await createTap({
    listen: tapHost!,
    to: toHost!,
    transport,
    writer,
    clock,
    ...(options.faults === undefined ? {} : { faults: options.faults }),
    onError: (error) => errors.push(error),
  });
  const connect = async () => {
    const link = await transport.connect(toTap!, new AbortController().signal);
    return { link, heard: listenTo(link) };
  };
  const recorded = async (): Promise<RecordedEvent[]> => {
    await tap.close();
    await clock.settle();
    await writer.close();
    return eventsOf(readRecording([sink.bytes('x')]));
  };
  return { clock, disk, tap, connect, accepted, hosts, recorded, errors };
}
const RESET = '<close read ECONNRESET>';
const other = { client: 'host', host: 'client' } as const;
const brief = (events: RecordedEvent[]): unknown[] =>
  events.map(({ at: _at, side: _side, link: _link, ...rest }) => rest);

describe('createTap', () => {
  it('records a legacy exchange and passes every byte', async () => {
    const { clock, connect, accepted, hosts, recorded, tap } = await setUp();
    const { link, heard } = await connect();
    const request = frames((writer) => writer.frame({}, '{"action": "Move", "value": {"x": 1.0, "y": NaN}}'));
    const reply = frames((writer) => writer.frame({}, '{"result": -0}'));
    link.write(request);
    await clock.settle();
    expect(hosts[0]?.bytes()).toEqual(request);
    expect(tap.open).toBe(1);
    accepted[0]?.write(reply);
    accepted[0]?.end();
    await clock.settle();
    expect(heard.bytes()).toEqual(reply);
    link.end();
    await clock.settle();
    expect(heard.log.slice(-2)).toEqual(['<end>', '<close>']);
    expect(tap.open).toBe(0);
    expect(brief(await recorded())).toEqual([
      { dialect: 'unknown', kind: 'open', peer: expect.stringContaining('127.0.0.1:') as unknown },
      { dialect: 'unknown', kind: 'message', id: 1, action: 'Move', text: '{"x": 1.0, "y": NaN}' },
      { dialect: 'comet', kind: 'ack', id: 1, text: '-0' },
      { dialect: 'comet', kind: 'close', how: 'fin', from: 'host' },
    ]);
  });

  it('records a native connection: pipelining, streams, cancel, errors, raw values, no tokens', async () => {
    const { clock, connect, accepted, recorded } = await setUp();
    const { link } = await connect();
    const keys = { native: 1, connection: 'keep-alive' };
    link.write(
      frames((writer) => {
        writer.frame(
          { ...keys, 'message-id': 1, authorization: 'Bearer secret' },
          '{"action":"A","value":1}',
        );
        writer.frame(
          { 'message-id': 2, connection: 'keep-alive', 'message-key': 'k2' },
          '{"action":"B","value":[]}',
        );
        writer.frame({ 'message-id': 3, connection: 'keep-alive', action: 'Raw' }, Uint8Array.of(0, 255));
        writer.frame({ 'message-id': 4, connection: 'keep-alive', ack: 'none' }, '{"action":"C","value":0}');
      }),
    );
    await clock.settle();
    accepted[0]?.write(
      frames((writer) => {
        writer.frame({ status: 'hello', native: 1 }, '{}');
        writer.frame({ 'message-id': 3 }, '{"result": null}');
        writer.frame({ 'message-id': 2, status: 'next' }, '{"result": 1e2}');
        writer.frame({ 'message-id': 2, status: 'complete' }, '');
        writer.frame({ ping: 1 }, '');
        writer.frame({ 'message-id': 9, status: 'error' }, '{"result": {"code":"E","message":"m"}}');
      }),
    );
    await clock.settle();
    link.write(frames((writer) => writer.frame({ cancel: 1 }, '')));
    await clock.settle();
    link.destroy();
    await clock.settle();
    const events = await recorded();
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(brief(events).slice(1)).toEqual([
      { dialect: 'unknown', kind: 'message', id: 1, action: 'A', text: '1' },
      { dialect: 'unknown', kind: 'message', id: 2, action: 'B', text: '[]' },
      { dialect: 'unknown', kind: 'message', id: 3, action: '', base64: 'AP8=', type: 'binary/rxcomet' },
      { dialect: 'unknown', kind: 'message', id: 4, action: 'C', text: '0' },
      { dialect: 'native', kind: 'ack', id: 3, text: 'null' },
      { dialect: 'native', kind: 'ack', id: 2, status: 'next', text: '1e2' },
      { dialect: 'native', kind: 'ack', id: 2, status: 'complete' },
      { dialect: 'native', kind: 'ack', id: 9, status: 'error', text: '{"code":"E","message":"m"}' },
      { dialect: 'native', kind: 'cancel', id: 1 },
      expect.objectContaining({ kind: 'close' }),
    ]);
  });

  it('passes and marks what it cannot read, once', async () => {
    const { clock, connect, hosts, recorded } = await setUp();
    const { link } = await connect();
    link.write(Buffer.from('GET / HTTP/1.1\r\n'));
    link.write(Buffer.from('\r\n'));
    await clock.settle();
    expect(hosts[0]?.bytes().toString()).toBe('GET / HTTP/1.1\r\n\r\n');
    link.end();
    await clock.settle();
    const errors = (await recorded()).filter(({ kind }) => kind === 'error');
    expect(errors).toMatchObject([{ code: 'ERR_BAD_HEADER', from: 'client' }]);
  });

  it('keeps half-closes as they are', async () => {
    const { clock, connect, accepted, hosts, recorded } = await setUp();
    const { link, heard } = await connect();
    link.end();
    await clock.settle();
    expect(hosts[0]?.log).toEqual(['<end>']);
    accepted[0]?.write(Buffer.from('late'));
    accepted[0]?.end();
    await clock.settle();
    expect(heard.log).toEqual(['late', '<end>', '<close>']);
    expect((await recorded()).at(-1)).toMatchObject({ kind: 'close', how: 'fin', from: 'client' });
  });

  it.each(['client', 'host'] as const)('makes a reset by the %s a reset of the other', async (from) => {
    const { clock, connect, accepted, hosts, recorded } = await setUp();
    const { link, heard } = await connect();
    await clock.settle();
    if (from === 'client') link.reset();
    else accepted[0]?.reset();
    await clock.settle();
    const told = { client: heard.log, host: hosts[0]?.log };
    expect(told).toEqual({ client: ['<close>'], host: ['<close>'], [other[from]]: [RESET] });
    expect((await recorded()).at(-1)).toMatchObject({ kind: 'close', how: 'reset', from });
  });

  it('resets what is left after a half-close, too', async () => {
    const { clock, connect, accepted, hosts, recorded } = await setUp();
    const { link, heard } = await connect();
    link.end();
    await clock.settle();
    accepted[0]?.reset();
    await clock.settle();
    expect(heard.log).toEqual([RESET]);
    expect(hosts[0]?.log).toEqual(['<end>', '<close>']);
    // The end that closed first, and how it ended.
    expect((await recorded()).at(-1)).toMatchObject({ kind: 'close', how: 'reset', from: 'client' });
  });

  it('resets a host that is reached only after its client was reset', async () => {
    const { clock, connect, hosts, recorded } = await setUp();
    const { link } = await connect();
    link.reset();
    await clock.settle();
    expect(hosts[0]?.log).toEqual([RESET]);
    expect((await recorded()).at(-1)).toMatchObject({ kind: 'close', how: 'reset', from: 'client' });
  });

  it('resets the client when the host cannot be reached, and tells', async () => {
    const { clock, connect, errors, recorded } = await setUp({ refuse: true });
    const { heard } = await connect();
    await clock.settle();
    expect(heard.log).toEqual([RESET]);
    expect(errors).toHaveLength(1);
    expect((await recorded()).at(-1)).toMatchObject({ kind: 'close', how: 'reset', from: 'host' });
  });

  it('makes a client wait whose host does not read', async () => {
    const { clock, connect, accepted, hosts, recorded } = await setUp();
    const { link } = await connect();
    await clock.settle();
    accepted[0]?.pause();
    const chunk = Buffer.alloc(10_000, 'x');
    let taken = 0;
    for (let turn = 0; turn < 100; turn += 1) {
      if (link.unsentBytes === 0) {
        link.write(chunk);
        taken += 1;
      }
      await clock.settle();
    }
    expect(taken).toBeLessThan(10);
    accepted[0]?.resume();
    await clock.settle();
    expect(hosts[0]?.bytes().length).toBe(taken * chunk.length);
    await recorded();
  });

  it('goes on while the disk is full, and marks what is missing', async () => {
    const { clock, disk, connect, hosts, recorded } = await setUp({ full: true });
    const { link } = await connect();
    await clock.advance(200);
    const request = frames((writer) => writer.frame({}, '{"action": "Move", "value": 1}'));
    for (let count = 0; count < 50; count += 1) link.write(request);
    await clock.settle();
    expect(hosts[0]?.bytes()).toHaveLength(50 * request.length);
    disk.full = false;
    await clock.advance(2000);
    link.write(request);
    await clock.settle();
    link.end();
    await clock.settle();
    const kinds = (await recorded()).map((event) => ('lost' in event ? event : event.kind));
    const written = kinds.indexOf('message');
    const place = kinds.findIndex((kind) => typeof kind === 'object');
    expect(kinds.slice(written, place)).toEqual(Array(place - written).fill('message'));
    expect(kinds.slice(place)).toEqual([
      expect.objectContaining({ lost: 50 - (place - written) }),
      'message',
      'close',
    ]);
  });

  it('injects faults on the way to the client', async () => {
    const { clock, connect, accepted, recorded } = await setUp({ faults: { direction: 'out', split: true } });
    const { heard } = await connect();
    await clock.settle();
    accepted[0]?.write(Buffer.from('abc'));
    await clock.settle();
    expect(heard.log).toEqual(['a', 'b', 'c']);
    await recorded();
  });

  it('leaves nothing open when closed', async () => {
    const { clock, connect, hosts, recorded, tap } = await setUp();
    const { heard } = await connect();
    await clock.settle();
    await recorded();
    expect(tap.open).toBe(0);
    expect(heard.log.join()).toMatch(/<end>|<close/);
    expect(hosts[0]?.log.join()).toMatch(/<end>|<close/);
    expect(clock.pending).toBe(0);
  });
});
