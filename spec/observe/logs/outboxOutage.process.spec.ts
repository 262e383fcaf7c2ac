import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { silentLogger } from '../../../src/runtime/Logger';
import type { FramePeer } from '../../support/FramePeer';
import { listenByHand, openTestApp, stopNow, type TestApp } from '../../support/openTestApp';

type Host = Awaited<ReturnType<typeof listenByHand>>;

let folder: string;
let opened: TestApp[] = [];
let hosts: Host[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rxcomet-outage-'));
});

afterEach(async () => {
  for (const test of opened) await stopNow(test);
  for (const host of hosts) await host.close();
  opened = [];
  hosts = [];
  rmSync(folder, { recursive: true });
});

/**
 * A client with an outbox that holds one message, a host that is played by hand, and what is logged at warn.
 */
async function open(): Promise<TestApp & { readonly host: Host; readonly lines: unknown[][] }> {
  const lines: unknown[][] = [];
  const logger = { ...silentLogger, warn: (...line: unknown[]): void => void lines.push(line) };
  const client = { Outbox: { Path: join(folder, 'outbox') } };
  const test = await openTestApp({ host: false, client, logger });
  opened.push(test);
  const host = await listenByHand(test.transport);
  hosts.push(host);
  test.app.peer('Peer').tell('Point', 1);
  await test.app.peer('Peer').persisted();
  return { ...test, host, lines };
}

/** Deals with each connection for some time; the disk is real, so each step leaves it a turn. */
async function live(
  { clock, host }: TestApp & { readonly host: Host },
  seconds: number,
  deal: (peer: FramePeer) => void,
): Promise<void> {
  let dealt = 0;
  for (let step = 0; step < seconds * 2; step += 1) {
    await clock.advance(500);
    for (const peer of host.peers.slice(dealt)) deal(peer);
    dealt = host.peers.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const outage = expect.stringMatching(
  /^Peer has not been reachable for 1\d s; .*ends them without an answer/,
) as string;

describe('a peer that takes connections and answers nothing while an outbox holds messages', () => {
  it.each<readonly [string, (peer: FramePeer) => void]>([
    ['closes each at once', (peer) => peer.link.end()],
    ['resets each', (peer) => peer.link.reset()],
    ['breaks each off', (peer) => peer.link.destroy()],
  ])('is told of once after 10 s, when it %s', async (_what, deal) => {
    const test = await open();
    await live(test, 9, deal);
    expect(test.lines).toEqual([]);
    await live(test, 170, deal);
    expect(test.host.peers.length).toBeGreaterThan(5);
    expect(test.lines.map(([, text]) => text)).toEqual([outage]);
  });

  it('is reachable again once it answers', async () => {
    const test = await open();
    await live(test, 60, (peer) => peer.link.end());
    await live(test, 30, (peer) => {
      peer.hello();
      peer.answer(1, 'kept');
    });
    await firstValueFrom(test.app.peer('Peer').outbox$.pipe(filter(({ depth }) => depth === 0)));
    expect(test.lines.map(([, text]) => text)).toEqual([
      outage,
      expect.stringMatching(/^Peer is reachable again, after \d+ s$/),
    ]);
  });

  it('is not told of when one of the connections brings an answer in time', async () => {
    const test = await open();
    await live(test, 5, (peer) => peer.link.end());
    await live(test, 60, (peer) => {
      peer.hello();
      peer.answer(1, 'kept');
    });
    expect(test.lines).toEqual([]);
  });
});
