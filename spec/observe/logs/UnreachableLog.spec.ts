import { type Logger, silentLogger } from '../../../src/runtime/Logger';
import { listenByHand, openTestApp, stopNow, type TestApp } from '../../support/openTestApp';

let opened: TestApp[] = [];

afterEach(async () => {
  for (const test of opened) await stopNow(test);
  opened = [];
});

/** An app whose client `Peer` finds nobody at its address, and what it logs at warn. */
async function open(warn?: Logger['warn']): Promise<TestApp & { readonly lines: unknown[][] }> {
  const lines: unknown[][] = [];
  const logger = { ...silentLogger, warn: warn ?? ((...line: unknown[]): void => void lines.push(line)) };
  const test = await openTestApp({ host: false, logger });
  opened.push(test);
  return { ...test, lines };
}

describe('a peer that cannot be reached while messages wait for it', () => {
  it('is told of once in the log, with the reason, and once more when it is back', async () => {
    const { app, clock, transport, lines } = await open();
    app.peer('Peer').tell('Log', 'ramp started');
    await clock.advance(9000);
    expect(lines).toEqual([]);
    await clock.advance(3_600_000);
    expect(lines).toEqual([
      [
        { side: 'client', link: 'Peer', reason: expect.stringContaining('ECONNREFUSED') as string },
        expect.stringMatching(
          /^Peer has not been reachable for 1\d s; what was sent to it waits and is tried on: .*ECONNREFUSED/,
        ),
      ],
    ]);
    const host = await listenByHand(transport);
    for (let second = 0; host.peers.length === 0 && second < 20; second += 1) await clock.advance(1000);
    expect(lines.slice(1)).toEqual([]);
    host.peers[0]?.hello();
    await clock.advance(1);
    expect(lines.slice(1)).toEqual([
      [{ side: 'client', link: 'Peer' }, expect.stringMatching(/^Peer is reachable again, after 36\d\d s$/)],
    ]);
    await host.close();
  });

  it('is not told of when it was only gone for a moment', async () => {
    const { app, clock, transport, lines } = await open();
    app.peer('Peer').tell('Log', 'ramp started');
    await clock.advance(3000);
    const host = await listenByHand(transport);
    await clock.advance(60_000);
    expect(lines).toEqual([]);
    await host.close();
  });

  it('is not told of by sends that end with an error of their own', async () => {
    const { app, clock, lines } = await open();
    for (let turn = 0; turn < 10; turn += 1) {
      const asked = app
        .peer('Peer')
        .ask('Status')
        .catch(() => 'failed');
      await clock.advance(6000);
      expect(await asked).toBe('failed');
    }
    expect(lines).toEqual([]);
  });

  it('harms nothing when the logger throws', async () => {
    const { app, clock, transport, codes } = await open(() => {
      throw new Error('the disk is full');
    });
    app.peer('Peer').tell('Log', 'ramp started');
    await clock.advance(60_000);
    const host = await listenByHand(transport);
    await clock.advance(20_000);
    expect(host.peers).toHaveLength(1);
    expect(codes()).not.toContain('ERR_SUBSCRIBER');
    await host.close();
  });
});
