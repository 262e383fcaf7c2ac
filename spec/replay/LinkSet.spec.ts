import fc from '../support/fc';
import { LinkSet } from '../../src/replay/Replay';

describe('LinkSet', () => {
  it('holds what was added and nothing else', () => {
    const links = fc.array(fc.oneof(fc.nat(200), fc.nat(200_000), fc.maxSafeNat()));
    fc.assert(
      fc.property(links, links, (added, asked) => {
        const set = new LinkSet();
        for (const link of added) set.add(link);
        expect(added.every((link) => set.has(link))).toBe(true);
        expect(asked.map((link) => set.has(link))).toEqual(asked.map((link) => added.includes(link)));
      }),
    );
  });
});
