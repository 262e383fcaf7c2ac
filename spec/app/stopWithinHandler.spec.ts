import { NEVER, Subject, mergeMap } from 'rxjs';
import type { App } from 'rxcomet';
import type { FramePeer } from '../support/FramePeer';
import { openTestApp, type TestApp } from '../support/openTestApp';

/** Ways to handle an action without ever answering it. */
const SILENT: Readonly<Record<string, (app: App) => void>> = {
  'a promise that never settles': (app) => app.handle('Stick', () => new Promise(() => undefined)),
  'an Observable that never emits': (app) => app.handle('Stick', () => NEVER),
  'a generator that never yields': (app) =>
    app.handle('Stick', async function* () {
      yield await new Promise(() => undefined);
    }),
  'a pipeline that acknowledges nothing': (app) =>
    app.handleStream('Stick', (message$) => message$.pipe(mergeMap(() => NEVER))),
  'an actor that does not reply': (app) =>
    app.handle(
      'Stick',
      app.actors.spawn('silent', () => new Promise(() => undefined)),
    ),
  'a handler that awaits app.stop()': (app) =>
    app.handle('Stick', async () => {
      await app.stop({ graceMs: 100 });
      return 'stopped';
    }),
};

describe('app.stop() with a request that is not answered', () => {
  let test: TestApp;

  const open = async (handle: (app: App) => void): Promise<FramePeer> => {
    test = await openTestApp();
    handle(test.app);
    return test.connect();
  };
  const stop = async (graceMs: number): Promise<unknown> => {
    const stopped = test.app.stop({ graceMs });
    await test.clock.advance(graceMs + 5000);
    return stopped;
  };

  describe.each(Object.entries(SILENT))('by %s', (_, handle) => {
    it.each([0, 100])('and %d ms of grace gives a one-shot peer its one frame, then FIN', async (graceMs) => {
      const peer = await open(handle);
      peer.ask('Stick');
      await test.clock.settle();
      await stop(graceMs);
      expect(peer.frames).toHaveLength(1);
      expect(peer.frames[0]?.header).toMatchObject({ status: 'error', code: 'ERR_APP_STOPPING' });
      expect(peer.contents).toEqual([{ result: expect.stringMatching(/^Error: the app stops/) as string }]);
      expect(peer.events[0]).toBe('end');
    });
  });

  it('is not held up by a one-shot peer that does not read its end', async () => {
    const peer = await open((app) => app.handle('Stick', () => NEVER));
    peer.ask('Stick');
    await test.clock.settle();
    let stopped = false;
    void test.app.stop({ graceMs: 0 }).then(() => (stopped = true));
    await test.clock.advance(2000);
    expect(stopped).toBe(true);
  });

  it('gives one that waits behind another its frame as well', async () => {
    const release = new Subject<void>();
    test = await openTestApp();
    test.app.handle('Stick', () => release, { concurrency: 1 });
    const peers = await Promise.all([test.connect(), test.connect()]);
    for (const peer of peers) peer.ask('Stick');
    await test.clock.settle();
    await stop(10);
    expect(peers.map(({ frames }) => frames.map(({ header }) => header.code))).toEqual([
      ['ERR_APP_STOPPING'],
      ['ERR_APP_STOPPING'],
    ]);
  });
});
