import fc from '../../support/fc';
import { fractionKey } from '../../../src/replay/verdict/ValueComparer';

describe('fractionKey', () => {
  it('gives each number another text, also as bytes, and none that looks like part of a key', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (a, b) => {
        const [left, right] = [fractionKey(a), fractionKey(b)];
        expect(Buffer.from(left).equals(Buffer.from(right))).toBe(Object.is(a, b));
        expect(left).not.toMatch(/[\0-\x7f]/);
      }),
    );
    expect(fractionKey(0.1 + 0.2)).not.toBe(fractionKey(0.3));
  });
});
