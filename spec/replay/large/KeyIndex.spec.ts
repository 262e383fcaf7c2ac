import fc from '../../support/fc';
import { KeyIndex } from '../../../src/replay/large/KeyIndex';

const hash = KeyIndex.hash;
const rowsOf = (index: KeyIndex, key: string): number[] => {
  const rows: number[] = [];
  index.visit(hash(key), (row) => {
    rows.push(row);
    return 'on';
  });
  return rows;
};

describe('KeyIndex', () => {
  it('finds the rows of each key in the order added, as a map of lists does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 300 }), (keys) => {
        const index = new KeyIndex();
        const lists = new Map<number, number[]>();
        for (const key of keys) {
          const row = index.add(hash(`${key}`));
          lists.set(key, [...(lists.get(key) ?? []), row]);
        }
        for (const [key, rows] of lists) {
          expect(rowsOf(index, `${key}`)).toEqual(rows);
          expect(index.last(hash(`${key}`))).toBe(rows[rows.length - 1]);
          expect(index.is(rows[0] ?? -1, hash(`${key}`))).toBe(true);
        }
        expect(rowsOf(index, 'none')).toEqual([]);
        expect(index.last(hash('none'))).toBe(-1);
      }),
      { numRuns: 50 },
    );
  });

  it('drops rows where asked to, but keeps the last of a key', () => {
    const index = new KeyIndex();
    for (const key of ['a', 'b', 'a', 'a', 'a']) index.add(hash(key));
    index.visit(hash('a'), (row) => (row === 2 ? 'on' : 'drop'));
    expect(rowsOf(index, 'a')).toEqual([2, 4]);
    expect(rowsOf(index, 'b')).toEqual([1]);
    expect(index.add(hash('a'))).toBe(5);
    expect(rowsOf(index, 'a')).toEqual([2, 4, 5]);
  });

  it('stops where asked to', () => {
    const index = new KeyIndex();
    for (let row = 0; row < 5; row += 1) index.add(hash('a'));
    const seen: number[] = [];
    index.visit(hash('a'), (row) => {
      seen.push(row);
      return row === 1 ? 'stop' : 'on';
    });
    expect(seen).toEqual([0, 1]);
  });

  it('holds ten thousand keys, and is empty when cleared', () => {
    const index = new KeyIndex();
    for (let key = 0; key < 10_000; key += 1) index.add(hash(`${key}`));
    expect(rowsOf(index, '0')).toEqual([0]);
    expect(rowsOf(index, '9999')).toEqual([9999]);
    index.clear();
    expect(rowsOf(index, '0')).toEqual([]);
    expect(index.add(hash('x'))).toBe(0);
  });
});
