import net from 'node:net';
import { parseConfig } from '../../src/config/parseConfig';
import { FrameWriter } from '../../src/streams/wire/FrameWriter';
import { createStandIn, type StandIn } from '../../src/replay/standIn/createStandIn';
import type { RecordedEnd, RecordedEvent } from '../../src/recording/RecordedEvent';
import { replayToHost } from '../../src/replay/replayToHost';
import { PlainSocket } from '../support/PlainSocket';
import { ack, message } from '../recording/recordingSupport';

const [listen] = parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } }).hosts;
const bytesOf = (build: (writer: FrameWriter) => void): Uint8Array => {
  const chunks: Uint8Array[] = [];
  const writer = new FrameWriter((bytes) => chunks.push(bytes) > 0);
  build(writer);
  writer.flush();
  return Buffer.concat(chunks);
};
const requestOf = (dialect: 'comet' | 'native'): Uint8Array => {
  const keys = dialect === 'native' ? { native: 1, connection: 'keep-alive', 'message-id': 1 } : {};
  return bytesOf((writer) => writer.frame(keys, '{"action": "Move", "value": 1}'));
};

describe.each(['comet', 'native'] as const)('a recorded reset between real sockets, %s', (dialect) => {
  let standIn: StandIn | undefined;
  let server: net.Server | undefined;
  const plains: PlainSocket[] = [];
  const recordingOf = (...events: RecordedEvent[]): RecordedEvent[] =>
    events.map((event) => ({ ...event, dialect }));
  const reset = (how: 'reset' | 'timeout', from: RecordedEnd): RecordedEvent => ({
    ...{ at: 20, link: 1, side: 'host', dialect, kind: 'close', how, from },
  });

  afterEach(async () => {
    for (const { socket } of plains.splice(0)) socket.destroy();
    await standIn?.close();
    const open = server;
    if (open !== undefined) await new Promise((resolve) => open.close(resolve));
    [standIn, server] = [undefined, undefined];
  });

  const askStandIn = async (recording: RecordedEvent[]): Promise<PlainSocket> => {
    if (listen === undefined) throw new Error('incomplete');
    standIn = await createStandIn(recording, { listen });
    const client = new PlainSocket(
      net.connect({ port: standIn.port, host: '127.0.0.1', allowHalfOpen: true }),
    );
    plains.push(client);
    client.socket.write(requestOf(dialect));
    await client.until((it) => it.told.includes('close'));
    return client;
  };

  it.each(['reset', 'timeout'] as const)(
    'is a reset by the stand-in in place of an answer: %s',
    async (how) => {
      const client = await askStandIn(recordingOf(message(1, '1'), reset(how, 'host')));
      expect(client.told).toEqual(['ECONNRESET', 'close']);
      expect(client.text).not.toContain('result');
    },
  );

  if (dialect === 'native') {
    it('is a reset by the stand-in after the last answer', async () => {
      const client = await askStandIn(recordingOf(message(1, '1'), ack(1, '"done"'), reset('reset', 'host')));
      expect(client.told).toEqual(['ECONNRESET', 'close']);
      expect(client.text).toContain('{"result": "done"}');
    });
  }

  /**
   * Replays to a socket that answers with these bytes, and tells what it heard and how the connection ended
   * for the replay.
   */
  const replayTo = async (recording: RecordedEvent[], answer?: Uint8Array) => {
    const host = net.createServer({ allowHalfOpen: true });
    server = host;
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const accepted = new Promise<PlainSocket>((resolve) =>
      host.once('connection', (socket) => resolve(new PlainSocket(socket))),
    );
    const { port: Port } = host.address() as net.AddressInfo;
    const [to] = parseConfig({ Socket_connection: { Client: { Host: { IP: '127.0.0.1', Port } } } }).clients;
    if (to === undefined) throw new Error('incomplete');
    const replay = replayToHost(recording, { to });
    const heard = await accepted;
    plains.push(heard);
    if (answer !== undefined) {
      await heard.until((it) => it.text.includes('"Move"'));
      heard.socket.write(answer);
    }
    await heard.until((it) => it.told.includes('close'));
    return { heard, ended: (await replay).events.at(-1) };
  };

  it.each(['reset', 'timeout'] as const)(
    'is a reset by the replay that leaves the message before it whole: %s',
    async (how) => {
      const { heard, ended } = await replayTo(recordingOf(message(1, '1'), reset(how, 'client')));
      expect(heard.text).toContain('{"action": "Move", "value": 1}');
      expect(heard.told).toEqual(['ECONNRESET', 'close']);
      expect(ended).toMatchObject({ kind: 'close', how: 'reset', from: 'client' });
    },
  );

  it('is a reset by the replay after the last answer, too', async () => {
    const keys = dialect === 'native' ? { 'message-id': 1 } : {};
    const answer = bytesOf((writer) => {
      if (dialect === 'native') writer.frame({ status: 'hello', native: 1 }, '{}');
      writer.frame(keys, '{"result": 2}');
    });
    const recording = recordingOf(message(1, '1'), ack(1, '2'), { ...reset('reset', 'client'), at: 1.6 });
    const { heard, ended } = await replayTo(recording, answer);
    expect(heard.told).toEqual(['ECONNRESET', 'close']);
    expect(ended).toMatchObject({ kind: 'close', how: 'reset', from: 'client' });
  });
});
