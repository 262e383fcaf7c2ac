import { createMemoryLinkPair } from '../../../../src/streams/transport/memory/createMemoryLinkPair';
import { describeLinkBehaviour } from '../../../support/describeLinkBehaviour';
import { recordLink } from '../../../support/recordLink';

describeLinkBehaviour(
  'memory',
  async () => {
    const [client, host] = createMemoryLinkPair();
    return { client: recordLink(client), host: recordLink(host) };
  },
  async () => undefined,
);

describe('createMemoryLinkPair', () => {
  it('tells nothing before open and nothing in the turn of the write', async () => {
    const [client, host] = createMemoryLinkPair();
    client.write(Buffer.from('early'));
    await Promise.resolve();
    const record = recordLink(host);
    expect(record.events).toEqual([]);
    await record.until((it) => it.text === 'early');
  });

  it('lets what a handler started run before the next event', async () => {
    const [client, host] = createMemoryLinkPair();
    const order: string[] = [];
    host.open({
      data(chunk) {
        order.push(`data ${String(chunk)}`);
        queueMicrotask(() => order.push(`after ${String(chunk)}`));
      },
      end: () => order.push('end'),
      drain: () => undefined,
      close: () => undefined,
    });
    client.write(Buffer.from('1'));
    client.write(Buffer.from('2'));
    client.end();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    expect(order).toEqual(['data 1', 'after 1', 'data 2', 'after 2', 'end']);
  });

  it('has room below the high-water mark, none at it, and drains once', async () => {
    const [client, host] = createMemoryLinkPair({ highWaterMark: 10 });
    const sender = recordLink(client);
    const receiver = recordLink(host);
    host.pause();
    expect([
      client.write(Buffer.alloc(9)),
      client.write(Buffer.alloc(1)),
      client.write(Buffer.alloc(1)),
    ]).toEqual([true, false, false]);
    expect(client.unsentBytes).toBe(11);
    host.resume();
    await sender.until((it) => it.events.includes('drain'));
    expect(receiver.receivedBytes).toBe(11);
    expect(sender.events).toEqual(['drain']);
  });

  it('stops in the middle when a handler pauses', async () => {
    const [client, host] = createMemoryLinkPair();
    const received: string[] = [];
    host.open({
      data(chunk) {
        received.push(String(chunk));
        host.pause();
      },
      end: () => received.push('end'),
      drain: () => undefined,
      close: () => undefined,
    });
    client.write(Buffer.from('1'));
    client.write(Buffer.from('2'));
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    expect(received).toEqual(['1']);
    expect(client.unsentBytes).toBe(1);
  });

  it('hands over bytes of its own', async () => {
    const [client, host] = createMemoryLinkPair();
    const sent = Buffer.from('mine');
    const record = recordLink(host);
    client.write(sent);
    await record.until((it) => it.text === 'mine');
    sent.fill('x');
    expect(record.text).toBe('mine');
  });

  it('ends quietly when the other end is destroyed with nothing unread, and resets who writes on', async () => {
    const [client, host] = createMemoryLinkPair();
    const left = recordLink(client);
    recordLink(host);
    host.destroy();
    await left.until((it) => it.events.includes('end'));
    expect(client.write(Buffer.from('nobody'))).toBe(false);
    await left.closed();
    expect(left.events).toEqual(['end', 'close']);
    expect(left.failure).toMatchObject({ code: 'ECONNRESET' });
  });

  it('breaks both ends on reset: the other with ECONNRESET and without what was on the way', async () => {
    const [client, host] = createMemoryLinkPair();
    const [breaking, broken] = [recordLink(client), recordLink(host)];
    client.write(Buffer.from('lost'));
    client.reset();
    await Promise.all([breaking.closed(), broken.closed()]);
    expect(breaking).toMatchObject({ events: ['close'], failure: undefined });
    expect(broken).toMatchObject({ events: ['close'], text: '', failure: { code: 'ECONNRESET' } });
  });

  it('tells a close that came before open', async () => {
    const [client, host] = createMemoryLinkPair();
    host.reset();
    const record = recordLink(client);
    await record.closed();
    expect(record.failure).toMatchObject({ code: 'ECONNRESET' });
  });
});
