import { plainIp } from '../../src/runtime/endpoint';

describe('plainIp', () => {
  it.each([
    ['::ffff:10.0.0.5', '10.0.0.5'],
    ['::FFFF:10.0.0.5', '10.0.0.5'],
    ['10.0.0.5', '10.0.0.5'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::ffff:0:1', '::ffff:0:1'],
    ['', ''],
  ])('shows %j as %j', (ip, plain) => {
    expect(plainIp(ip)).toBe(plain);
  });
});
