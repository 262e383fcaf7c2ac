import { toListenFailed } from '../../../src/streams/transport/failures';

describe('toListenFailed', () => {
  it.each([
    [
      'EADDRINUSE',
      '::1',
      65432,
      'another program listens on [::1]:65432; stop it, or set Host.Port to 0 for a free port',
    ],
    [
      'EADDRINUSE',
      '::',
      65432,
      'another program listens on [::]:65432; stop it, or set Host.Port to 0 for a free port (:: takes IPv4 too, a second host on 0.0.0.0 is not needed)',
    ],
    [
      'EACCES',
      '127.0.0.1',
      80,
      'no permission to listen on 127.0.0.1:80: ports below 1024 need special rights; set Host.Port to 1024 or above',
    ],
    ['EACCES', '127.0.0.1', 5000, 'no permission to listen on 127.0.0.1:5000; set Host.Port to another port'],
    [
      'ENOTFOUND',
      'lab-pc',
      65432,
      'unknown host name "lab-pc" in Host.IP; set it to an IP address or to a name this machine can resolve',
    ],
    ['EAFNOSUPPORT', '::1', 65432, 'this machine has no IPv6, which ::1 in Host.IP needs'],
    [
      'EINVAL',
      'fe80::1',
      65432,
      'fe80::1 cannot be listened on; a link-local address needs its interface, such as fe80::1%eth0',
    ],
    ['EOTHER', '127.0.0.1', 65432, 'cannot listen on 127.0.0.1:65432: listen EOTHER'],
  ])('tells %s on %s, port %i, with its remedy', (code, ip, port, message) => {
    const cause = Object.assign(new Error(`listen ${code}`), { code });
    expect(toListenFailed(cause, ip, port)).toMatchObject({ code: 'ERR_LISTEN', message, cause });
  });
});
