import { toConnectFailed } from '../../../src/streams/transport/failures';

describe('toConnectFailed', () => {
  it.each([
    ['ENOTFOUND', 'lab-pc', 'lab-pc:65432: unknown host name "lab-pc" (ENOTFOUND)'],
    [
      'EHOSTUNREACH',
      '10.0.0.9',
      '10.0.0.9:65432: no way to that address (EHOSTUNREACH); is the machine on, is the network right?',
    ],
    [
      'ETIMEDOUT',
      '10.0.0.9',
      '10.0.0.9:65432: no answer from that address (ETIMEDOUT); is the machine on, does a firewall drop the port?',
    ],
    [
      'ECONNREFUSED',
      '::1',
      '[::1]:65432: nothing listens there (ECONNREFUSED); is the peer started, are IP and Port right?',
    ],
    ['EMFILE', '::1', '[::1]:65432: too many open files (EMFILE); raise the limit of the system (ulimit -n)'],
    ['EOTHER', '::1', '[::1]:65432: connect EOTHER'],
  ])('tells %s of %s', (code, ip, message) => {
    const cause = Object.assign(new Error(`connect ${code}`), { code });
    expect(toConnectFailed(cause, ip, 65432)).toMatchObject({ code: 'ERR_CONNECT', message, cause });
  });

  it('tells each failure when the addresses of a name failed in different ways', () => {
    const cause = new AggregateError([new Error('connect A'), new Error('connect B')]);
    expect(toConnectFailed(cause, 'lab-pc', 65432).message).toBe('lab-pc:65432: connect A; connect B');
  });

  it('tells the common failure of all addresses of a name once', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const cause = Object.assign(new AggregateError([refused, refused]), { code: 'ECONNREFUSED' });
    expect(toConnectFailed(cause, 'lab-pc', 65432).message).toContain('nothing listens there');
  });
});
