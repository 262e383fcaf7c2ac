import {
  createHandlerStandIn,
  createMemoryTransport,
  createStandIn,
  createTestMessage,
  formatAnswers,
  formatAsked,
  toHaveBeenAsked,
  type AskedMessage,
} from 'rxcomet/testing';
import { createApp, parseConfig, type App } from 'rxcomet';
import { silentLogger } from '../../src/runtime/Logger';
import { ack, message } from '../recording/recordingSupport';

const asked = (action: string, value: unknown): AskedMessage => ({
  action,
  value,
  peer: '127.0.0.1:1',
  key: undefined,
});
const apps: App[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop({ graceMs: 0 })));
});

const transport = createMemoryTransport();
const listen = { IP: '127.0.0.2', Port: 0 };
function clientOf({ ip, port }: { readonly ip: string; readonly port: number }) {
  const Peer = { IP: ip, Port: port };
  const app = createApp(parseConfig({ Socket_connection: { Client: { Peer } } }), {
    transport,
    logger: silentLogger,
  });
  apps.push(app);
  return app.peer('Peer');
}

describe('toHaveBeenAsked', () => {
  const all = [asked('Set', { volts: 5, at: 1 }), asked('Set', { volts: 6, at: 2 }), asked('Read', null)];

  it.each<[boolean, Parameters<typeof toHaveBeenAsked> extends [unknown, ...infer Rest] ? Rest : never]>([
    [true, ['Set']],
    [true, ['Set', { volts: 5, at: 1 }]],
    [false, ['Set', { volts: 5 }]],
    [true, ['Set', { volts: 5 }, { ignore: ['value.at'] }]],
    [true, ['Set', { volts: 5.001, at: 1 }, { tolerance: [{ absolute: 0.01 }] }]],
    [true, ['Set', undefined, { times: 2 }]],
    [false, ['Set', undefined, { times: 1 }]],
    [true, ['Reset', undefined, { times: 0 }]],
    [true, ['Read', null]],
    [false, ['Reset']],
  ])('is %s for %j', (pass, given) => {
    expect(toHaveBeenAsked(all, ...given).pass).toBe(pass);
  });

  it('says where the nearest differs, and what came', () => {
    expect(toHaveBeenAsked(all, 'Set', { volts: 6, at: 3 }).message()).toBe(
      [
        'expected that it was asked Set {"volts":6,"at":3}',
        'the nearest differs:',
        '  - value.at: 3',
        '  + value.at: 2',
        'it was asked:',
        'Set {"volts":5,"at":1}',
        'Set {"volts":6,"at":2}',
        'Read null',
        '',
      ].join('\n'),
    );
    expect(toHaveBeenAsked([], 'Set').message()).toContain('it was asked nothing');
    expect(toHaveBeenAsked(all, 'Set').message()).toMatch(/^expected that it was not asked Set$/m);
  });

  it('cuts a long list, and lets no control character through', () => {
    const many = Array.from({ length: 60 }, () => asked('\u001b[31mRed', 1));
    expect(formatAsked(many)).toContain('… and 10 more');
    expect(formatAsked(many)).not.toContain('\u001b');
  });
});

describe('createHandlerStandIn', () => {
  it('answers by its handlers, and null what has none, and remembers what came in its order', async () => {
    const standIn = await createHandlerStandIn({
      listen,
      transport,
      handlers: (app) => void app.handle('Read', () => 4),
    });
    const peer = clientOf(standIn);
    expect(await peer.ask('Set', 1, { key: 'k1' })).toBeNull();
    expect(await peer.ask('Read')).toBe(4);
    expect(standIn.asked).toMatchObject([
      { action: 'Set', value: 1, key: 'k1' },
      { action: 'Read', value: null, key: undefined },
    ]);
    await standIn.close();
    await expect(peer.ask('Read', null, { timeoutMs: 50 })).rejects.toMatchObject({ delivered: 'no' });
    expect(standIn.asked).toHaveLength(2);
  });
});

describe('createTestMessage', () => {
  it('has every fact of a message, and takes those that matter', () => {
    const { message: plain } = createTestMessage('Move', 4);
    expect(plain).toMatchObject({ action: 'Move', value: 4, id: 1, dialect: 'native', redelivered: false });
    expect(createTestMessage('Move', 4, { dialect: 'comet', id: 7 }).message).toMatchObject({
      dialect: 'comet',
      id: 7,
    });
  });

  it('tells the first answer, a failure, the end and a peer that gives up', async () => {
    const first = createTestMessage('Move', 4);
    first.message.ack('one');
    first.message.ack('two');
    expect(await first.answer).toBe('one');
    const failing = createTestMessage('Move', 4);
    failing.message.fail(new Error('stuck'));
    await expect(failing.answer).rejects.toThrow('stuck');
    const { message: cancelled, cancel, release } = createTestMessage('Move', 4);
    const released = jest.fn();
    cancelled.onReleased(released);
    cancel('gone');
    release();
    release();
    expect([cancelled.signal.aborted, cancelled.signal.reason, released.mock.calls.length]).toEqual([
      true,
      'gone',
      1,
    ]);
  });
});

describe('A message that is not recorded', () => {
  const recording = [
    message(1, '{"mm":5,"axis":"x"}'),
    ack(1, '1'),
    message(2, '{"mm":6,"axis":"y","token":"[redacted]"}', { redacted: ['value.token'] }),
    ack(2, '2'),
  ];

  it.each<[string, unknown, string]>([
    ['Move', { mm: 5, axis: 'z' }, 'the nearest one: value.axis is "x" there and "z" here'],
    ['Move', { mm: 7, axis: 'y', token: 's3cret' }, 'the nearest one: value.mm is 6 there and 7 here'],
    ['Stop', null, 'no message of that action is recorded'],
  ])('%s %j: the error names what is nearest', async (action, value, why) => {
    const standIn = await createStandIn(recording, { listen, transport });
    await expect(clientOf(standIn).ask(action, value)).rejects.toMatchObject({
      remoteCode: 'ERR_NOT_RECORDED',
      message: expect.stringContaining(why) as string,
    });
    const report = await standIn.close();
    expect(formatAnswers(report)).toContain(why);
    expect(formatAnswers(report)).not.toContain('s3cret there');
  });

  it('is told that the recorded ones are used up', async () => {
    const standIn = await createStandIn(recording, { listen, transport });
    const peer = clientOf(standIn);
    await peer.ask('Move', { mm: 5, axis: 'x' });
    await expect(peer.ask('Move', { mm: 5, axis: 'x' })).rejects.toThrow(/used up; the mode lenient/);
    await standIn.close();
  });
});
