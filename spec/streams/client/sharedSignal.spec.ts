import { getEventListeners } from 'node:events';
import { createApp, parseConfig, type App } from 'rxcomet';
import { createMemoryTransport } from 'rxcomet/testing';
import { silentLogger } from '../../../src/runtime/Logger';

const ADDRESS = { IP: '127.0.0.2', Port: 65432 };
const SENDS = 50;

const neverSettles = (): Promise<void> => new Promise(() => undefined);

/** Everything that takes a signal, as a function that gives a promise of its end. */
const WAYS: Readonly<Record<string, (app: App, signal: AbortSignal) => Promise<unknown>>> = {
  'peer.ask': (app, signal) => app.peer('Lab').ask('Stick', 1, { signal }),
  'peer.send': (app, signal) =>
    app
      .peer('Lab')
      .send('Stick', 1, { signal })
      .forEach(() => undefined),
  'ref.ask': (app, signal) => app.actors.spawn(neverSettles).ask(1, { signal, timeoutMs: 60_000 }),
  'ref.offer': async (app, signal) => {
    let begins = (): void => undefined;
    const busy = new Promise<void>((resolve) => (begins = resolve));
    const behaviour = (): Promise<void> => {
      begins();
      return neverSettles();
    };
    const full = app.actors.spawn(behaviour, { mailbox: { capacity: 1 } });
    full.tell(1);
    await busy;
    full.tell(2);
    await full.offer(3, { signal });
  },
};

describe('One AbortSignal', () => {
  let app: App;
  const warnings: Error[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);

  beforeEach(async () => {
    warnings.length = 0;
    process.on('warning', onWarning);
    app = createApp(parseConfig({ Socket_connection: { Host: ADDRESS, Client: { Lab: ADDRESS } } }), {
      transport: createMemoryTransport(),
      logger: silentLogger,
    });
    app.handle('Stick', () => new Promise(() => undefined));
    app.handle('Echo', (value) => value);
    await app.start();
  });

  afterEach(async () => {
    await app.stop({ graceMs: 0 });
    process.off('warning', onWarning);
  });

  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  describe.each(Object.entries(WAYS))('of many calls of %s', (_, call) => {
    it('warns of no leak, ends them all, and is left alone afterwards', async () => {
      const controller = new AbortController();
      const ends = Array.from({ length: SENDS }, () =>
        call(app, controller.signal).then(
          () => 'answered',
          (error: { code?: string }) => error.code,
        ),
      );
      await turns();
      expect(getEventListeners(controller.signal, 'abort').length).toBeLessThanOrEqual(2);
      controller.abort();
      const codes = await Promise.all(ends);
      expect(new Set(codes)).toEqual(new Set([expect.stringMatching(/^ERR_(SEND|ASK)_ABORTED$/)]));
      await turns();
      expect(warnings).toEqual([]);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });
  });

  it('of many detached sends warns of no leak', async () => {
    const controller = new AbortController();
    for (let count = 0; count < SENDS; count += 1)
      app.peer('Lab').tell('Stick', 1, { signal: controller.signal });
    await turns();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    await turns();
    expect(warnings).toEqual([]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('that never aborts has no listener once its sends are answered', async () => {
    const { signal } = new AbortController();
    const values = Array.from({ length: SENDS }, (_, value) => value);
    expect(await Promise.all(values.map((value) => app.peer('Lab').ask('Echo', value, { signal })))).toEqual(
      values,
    );
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('of a message may be handed to more than ten sends of its handler', async () => {
    app.handle('Fan', async (_value, { signal }) => {
      const asks = Array.from({ length: SENDS }, (_, value) =>
        app.peer('Lab').ask('Echo', value, { signal }),
      );
      return (await Promise.all(asks)).length;
    });
    expect(await app.peer('Lab').ask('Fan')).toBe(SENDS);
    await turns();
    expect(warnings).toEqual([]);
  });

  it('ends the others also when the callback of one throws', async () => {
    const controller = new AbortController();
    const ends: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      app
        .peer('Lab')
        .send('Stick', 1, { signal: controller.signal })
        .subscribe({
          error: (error: { code: string }) => {
            ends.push(error.code);
          },
        });
    }
    await turns();
    controller.abort();
    expect(ends).toEqual(['ERR_SEND_ABORTED', 'ERR_SEND_ABORTED', 'ERR_SEND_ABORTED']);
  });
});
