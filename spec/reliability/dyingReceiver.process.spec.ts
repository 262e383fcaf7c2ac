import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { firstValueFrom, filter } from 'rxjs';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { type Clock, systemClock } from '../../src/runtime/Clock';
import { ChildProgram } from './ChildProgram';

/** Twenty times as fast, since pauses between tries are seconds. */
const fastClock: Clock = {
  ...systemClock,
  now: () => 20 * systemClock.now(),
  setTimeout: (callback, delayMs, options) => systemClock.setTimeout(callback, delayMs / 20, options),
};

/** A receiver that is started again, at the same port, each time it is killed. */
class Receiver {
  deaths = 0;
  readonly handled: unknown[] = [];
  /** Settles when it has ended as asked. */
  readonly ended: Promise<void>;
  #program: ChildProgram | undefined;
  #onEnd: () => void = () => undefined;
  #onFailed: (error: Error) => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve, reject) => {
      this.#onEnd = resolve;
      this.#onFailed = reject;
    });
  }

  /** Resolves with the port. */
  start(port: number): Promise<number> {
    return new Promise((resolve) => {
      const message = (said: unknown): void => {
        const { port: taken, handled } = said as { readonly port?: number; readonly handled?: unknown };
        if (taken === undefined) this.handled.push(handled);
        else resolve((port = taken));
      };
      const killed = (): void => {
        this.deaths += 1;
        void this.start(port);
      };
      const events = { message, killed, ended: this.#onEnd, failed: this.#onFailed };
      this.#program = new ChildProgram('dyingProgram', { port }, events);
    });
  }

  finish(): void {
    this.#program?.finish();
  }
}

describe('A message that ends its receiver each time', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rxcomet-dying-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is told after a few deaths, becomes a dead letter, and what comes next is delivered', async () => {
    const receiver = new Receiver();
    const Port = await receiver.start(0);
    const Peer = { IP: '127.0.0.1', Port, Dialect: 'native', Outbox: { Path: folder } };
    const app = createApp(parseConfig({ Socket_connection: { Client: { Peer } } }), {
      logger: silentLogger,
      clock: fastClock,
    });
    const told: { readonly code: string; readonly text: string; readonly deaths: number }[] = [];
    app.failures$.subscribe(({ code, error }) =>
      told.push({ code, text: error.message, deaths: receiver.deaths }),
    );
    await app.start();
    const peer = app.peer('Peer');
    try {
      peer.tell('Deadly', 1);
      await firstValueFrom(peer.outbox$.pipe(filter(({ deadLetters }) => deadLetters === 1)));
      expect(told.map(({ code }) => code)).toEqual(['ERR_CONNECTION_CLOSED', 'ERR_MESSAGE_REFUSED']);
      expect(told[0]?.text).toMatch(
        /"Deadly" and stays without it, so that this message may be what ends the peer/,
      );
      expect(told[0]?.deaths).toBeLessThanOrEqual(7);
      expect(receiver.deaths).toBeLessThanOrEqual(10);
      peer.tell('Harmless', 2);
      await peer.persisted();
      await firstValueFrom(peer.outbox$.pipe(filter(({ depth }) => depth === 0)));
    } finally {
      await app.stop({ graceMs: 0 });
      receiver.finish();
    }
    await receiver.ended;
    expect(receiver.handled).toEqual([2]);
  });
});
