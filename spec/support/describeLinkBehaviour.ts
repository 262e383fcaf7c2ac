import type { LinkRecord } from './recordLink';

/** Two joined links of one kind. */
export interface OpenPair {
  readonly client: LinkRecord;
  readonly host: LinkRecord;
}

/**
 * What holds for every link, whatever carries it. `close` stops what `open` started; the links of the pair
 * are destroyed before.
 *
 * @param afterReset what the peer is told; beneath TLS nothing can be reset, so it learns of an end.
 */
export function describeLinkBehaviour(
  kind: string,
  open: () => Promise<OpenPair>,
  close: () => Promise<void>,
  afterReset: 'ECONNRESET' | 'end' = 'ECONNRESET',
): void {
  describe(`a ${kind} link`, () => {
    let pair: OpenPair;

    beforeEach(async () => {
      pair = await open();
    });

    afterEach(async () => {
      pair.client.link.destroy();
      pair.host.link.destroy();
      await Promise.all([pair.client.closed(), pair.host.closed()]);
      await close();
    });

    it('carries bytes both ways in order', async () => {
      const { client, host } = pair;
      for (const part of ['one ', 'two ', 'three']) client.link.write(Buffer.from(part));
      host.link.write(Buffer.from('back'));
      await Promise.all([
        host.until((it) => it.receivedBytes === 13),
        client.until((it) => it.receivedBytes === 4),
      ]);
      expect([host.text, client.text]).toEqual(['one two three', 'back']);
    });

    it('lets the answer come after the peer ended its direction, then closes both ends without error', async () => {
      const { client, host } = pair;
      client.link.write(Buffer.from('request'));
      client.link.end();
      await host.until((it) => it.events.includes('end'));
      host.link.write(Buffer.from('answer'));
      host.link.end();
      await Promise.all([client.closed(), host.closed()]);
      expect(host).toMatchObject({ events: ['data', 'end', 'close'], text: 'request', failure: undefined });
      expect(client).toMatchObject({ events: ['data', 'end', 'close'], text: 'answer', failure: undefined });
    });

    it('says false and counts unsent bytes while the peer does not read, then drains and loses nothing', async () => {
      const { client, host } = pair;
      host.link.pause();
      const chunk = Buffer.alloc(262_144, 'x');
      let written = 0;
      do written += chunk.length;
      while (client.link.write(chunk));
      expect(client.link.unsentBytes).toBeGreaterThan(0);
      expect(client.events).not.toContain('drain');
      host.link.resume();
      await client.until((it) => it.events.includes('drain'));
      expect(client.link.unsentBytes).toBe(0);
      await host.until((it) => it.receivedBytes === written);
    });

    it('tells a paused end nothing until it is resumed, also not the end', async () => {
      const { client, host } = pair;
      host.link.pause();
      client.link.write(Buffer.from('waits'));
      client.link.end();
      // An exchange the other way shows that there was time enough for it to arrive.
      host.link.write(Buffer.from('other way'));
      await client.until((it) => it.receivedBytes === 9);
      expect(host.events).toEqual([]);
      host.link.resume();
      await host.until((it) => it.events.includes('end'));
      expect(host).toMatchObject({ events: ['data', 'end'], text: 'waits' });
    });

    it('closes without error where it is destroyed, and the other end learns of it', async () => {
      const { client, host } = pair;
      client.link.destroy();
      client.link.destroy();
      await client.closed();
      await host.until((it) => it.events.includes('end') || it.events.includes('close'));
      expect(client).toMatchObject({ events: ['close'], failure: undefined });
    });

    it('resets the peer when it is destroyed with unread bytes', async () => {
      const { client, host } = pair;
      client.link.write(Buffer.from('unread'));
      await host.until((it) => it.receivedBytes === 6);
      host.link.pause();
      // More than all buffers on the way hold, so that some of it is certainly unread.
      while (client.link.write(Buffer.alloc(262_144)));
      host.link.destroy();
      await client.closed();
      // Met while reading, or while writing what is left.
      expect(['ECONNRESET', 'EPIPE']).toContain((client.failure as NodeJS.ErrnoException).code);
    });

    it(`breaks on reset: without error where it was asked for, with ${afterReset} alone at the peer`, async () => {
      const { client, host } = pair;
      client.link.write(Buffer.from('x'));
      await host.until((it) => it.receivedBytes === 1);
      host.link.reset();
      host.link.reset();
      await host.closed();
      await client.until((it) => it.events.length > 0);
      expect(host).toMatchObject({ events: ['data', 'close'], failure: undefined });
      if (afterReset === 'end') expect(client.events).toEqual(['end']);
      else expect(client).toMatchObject({ events: ['close'], failure: { code: afterReset } });
      expect(host.link.write(Buffer.from('late'))).toBe(false);
    });

    it('closes on reset also right after its end, and when the peer is gone', async () => {
      const { client, host } = pair;
      client.link.end();
      client.link.reset();
      await client.closed();
      expect(client).toMatchObject({ events: ['close'], failure: undefined });
      await host.until((it) => it.events.length > 0);
      host.link.reset();
      await host.closed();
      host.link.reset();
    });

    it('drops what is written after end and after destroy', async () => {
      const { client, host } = pair;
      client.link.write(Buffer.from('sent'));
      client.link.end();
      client.link.end();
      expect(client.link.write(Buffer.from('late'))).toBe(false);
      await host.until((it) => it.events.includes('end'));
      host.link.destroy();
      expect(host.link.write(Buffer.from('late'))).toBe(false);
      host.link.end();
      await Promise.all([client.closed(), host.closed()]);
      expect(host.text).toBe('sent');
      expect(client.text).toBe('');
      expect(client.failure).toBeUndefined();
    });
  });
}
