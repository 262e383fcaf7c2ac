import { createTestApp } from '../../src/testing/createTestApp';

describe('createTestApp', () => {
  it('answers as an app over TCP does, without a socket', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'));
    const { peer, stop } = await createTestApp({
      handlers: (app) => void app.handle('Double', (value) => Number(value) * 2),
    });
    expect(await peer.ask('Double', 21)).toBe(42);
    await expect(peer.ask('Nothing', 1)).rejects.toMatchObject({ remoteCode: 'ERR_UNKNOWN_ACTION' });
    expect(process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'))).toEqual(before);
    await stop();
  });
});
