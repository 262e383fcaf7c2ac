import { AllowList } from '../../../src/streams/host/AllowList';

const covers = (cidr: string, ip: string): boolean =>
  new AllowList([{ cidr, legacy: false }]).find(ip) !== undefined;

describe('AllowList', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
    ['10.1.2.3', '10.1.2.3', '10.1.2.4'],
    ['10.1.2.3/32', '10.1.2.3', '10.1.2.2'],
    ['192.168.4.0/22', '192.168.7.255', '192.168.8.0'],
    ['192.168.4.77/22', '192.168.4.0', '192.168.3.255'],
    ['128.0.0.0/1', '255.255.255.255', '127.255.255.255'],
    ['0.0.0.0/0', '203.0.113.9', '2001:db8::1'],
    ['fd00::/8', 'fdff:ffff::1', 'fe00::1'],
    ['2001:db8:0:8000::/49', '2001:db8:0:ffff::', '2001:db8:0:7fff:ffff::'],
    ['::1', '::1', '::2'],
    ['::/0', 'fe80::1', '10.0.0.5'],
    ['fe80::/10', 'fe80::1%eth0', 'fec0::1'],
    ['::ffff:10.0.0.0/104', '10.9.9.9', '11.0.0.0'],
    ['::ffff:a00:0/104', '10.9.9.9', '11.0.0.0'],
    ['10.0.0.0/8', '::ffff:10.1.2.3', '::ffff:11.0.0.1'],
    ['10.0.0.0/8', '::ffff:a01:203', '::10.1.2.3'],
    ['64:ff9b::10.0.0.0/104', '64:ff9b::a01:203', '10.1.2.3'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:9'],
    ['1::8', '1:0:0:0:0:0:0:8', '1::7'],
  ])('%s covers %s and not %s', (cidr, inside, outside) => {
    expect(covers(cidr, inside)).toBe(true);
    expect(covers(cidr, outside)).toBe(false);
  });

  it.each([
    '',
    'localhost',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0.0',
    '1:2:3',
    '::1::',
    '1:2:3:4:5:6:7:8:9',
    'g::',
  ])('covers no peer without a readable address: %p', (ip) => {
    const all = new AllowList([
      { cidr: '0.0.0.0/0', legacy: true },
      { cidr: '::/0', legacy: true },
    ]);
    expect(all.find(ip)).toBeUndefined();
  });

  it.each(['10.0.0.0/33', '::/129', '::ffff:0.0.0.0/95', 'lab', '10.0.0.0/x'])(
    'lets nobody in by a network that means nothing: %p',
    (cidr) => {
      expect(covers(cidr, '10.0.0.1')).toBe(false);
      expect(covers(cidr, '::1')).toBe(false);
    },
  );

  it('covers nobody when it is empty', () => {
    expect(new AllowList([]).find('127.0.0.1')).toBeUndefined();
  });

  it('takes the most generous of several entries, in any order', () => {
    const wide = { cidr: '10.0.0.0/8', legacy: false };
    const narrow = { cidr: '10.1.0.0/16', legacy: true };
    for (const list of [new AllowList([wide, narrow]), new AllowList([narrow, wide])]) {
      expect(list.find('10.1.0.1')).toEqual({ legacy: true });
      expect(list.find('10.2.0.1')).toEqual({ legacy: false });
    }
  });
});
