import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { connectFirst } from '../../../../src/streams/transport/node/connectFirst';
import { createVirtualClock } from '../../../support/createVirtualClock';

/** A socket that does what the spec says. */
class HandSocket extends EventEmitter {
  destroyed = false;
  destroy(): void {
    this.destroyed = true;
  }
}

describe('connectFirst', () => {
  const start = (...addresses: string[]) => {
    const clock = createVirtualClock();
    const sockets = new Map<string, HandSocket>();
    const ends: unknown[] = [];
    const cancel = connectFirst(addresses, {
      clock,
      open: (address) => {
        const socket = new HandSocket();
        sockets.set(address, socket);
        return socket as unknown as Socket;
      },
      connected: (socket) => ends.push(socket),
      failed: (error) => ends.push(error),
    });
    return {
      clock,
      cancel,
      ends,
      tried: () => [...sockets.keys()],
      dropped: () => [...sockets].filter(([, { destroyed }]) => destroyed).map(([address]) => address),
      socket: (address: string) => sockets.get(address) as HandSocket,
      connect: (address: string) => sockets.get(address)?.emit('connect'),
      fail: (address: string, code: string) =>
        sockets.get(address)?.emit('error', Object.assign(new Error(code), { code })),
    };
  };

  it('gives the socket of the first address that connects, and drops the others', async () => {
    const { clock, ends, connect, socket, tried, dropped } = start('::1', '127.0.0.1');
    await clock.advance(249);
    expect(tried()).toEqual(['::1']);
    await clock.advance(1);
    expect(tried()).toEqual(['::1', '127.0.0.1']);
    connect('127.0.0.1');
    expect(ends).toEqual([socket('127.0.0.1')]);
    expect(dropped()).toEqual(['::1']);
    expect(clock.pending).toBe(0);
  });

  it.each([300, 1000, 60_000])(
    'waits for an address that answers after %d ms, whatever became of the others',
    async (ms) => {
      const { clock, ends, connect, fail, socket, dropped } = start('::1', '127.0.0.1');
      await clock.advance(250);
      fail('127.0.0.1', 'ENETUNREACH');
      await clock.advance(ms - 250);
      expect(ends).toEqual([]);
      connect('::1');
      expect(ends).toEqual([socket('::1')]);
      expect(dropped()).toEqual(['127.0.0.1']);
    },
  );

  it('tries the next address at once when one has failed', async () => {
    const { tried, fail, connect, ends, socket, clock } = start('::1', '127.0.0.1', '127.0.0.2');
    fail('::1', 'ECONNREFUSED');
    fail('127.0.0.1', 'ECONNREFUSED');
    expect(tried()).toEqual(['::1', '127.0.0.1', '127.0.0.2']);
    connect('127.0.0.2');
    expect(ends).toEqual([socket('127.0.0.2')]);
    expect(clock.pending).toBe(0);
  });

  it('alternates between the families, beginning with the one that the system names first', async () => {
    const { clock, tried } = start('::1', '::2', '::3', '127.0.0.1', '127.0.0.2');
    await clock.advance(1000);
    expect(tried()).toEqual(['::1', '127.0.0.1', '::2', '127.0.0.2', '::3']);
  });

  it('fails with the error of a single address as it is', () => {
    const { fail, ends } = start('127.0.0.1');
    fail('127.0.0.1', 'ECONNREFUSED');
    expect(ends).toMatchObject([{ code: 'ECONNREFUSED' }]);
  });

  it('fails when all have, with the errors of all in the order of the attempts', () => {
    const { fail, ends } = start('::1', '127.0.0.1');
    fail('::1', 'ENETUNREACH');
    fail('127.0.0.1', 'ECONNREFUSED');
    expect(ends).toMatchObject([{ errors: [{ code: 'ENETUNREACH' }, { code: 'ECONNREFUSED' }] }]);
  });

  it('drops everything when it is cancelled, and hears late errors in silence', async () => {
    const { clock, cancel, ends, dropped, fail, connect } = start('::1', '127.0.0.1');
    await clock.advance(250);
    cancel();
    expect(dropped()).toEqual(['::1', '127.0.0.1']);
    fail('::1', 'ECONNRESET');
    connect('127.0.0.1');
    await clock.advance(1000);
    expect(ends).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
