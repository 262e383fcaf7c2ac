import fc from '../../support/fc';
import { IdTable } from '../../../src/streams/client/IdTable';

it('holds what a Map would hold, whatever comes and goes', () => {
  const step = fc.oneof(fc.constant('add' as const), fc.nat({ max: 60 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const table = new IdTable<string>(4);
      const model = new Map<number, string>();
      let last = 0;
      for (const next of steps) {
        if (next === 'add') {
          last += 1;
          table.add(last, `#${last}`);
          model.set(last, `#${last}`);
        } else {
          const id = Math.max(1, last - next);
          expect(table.get(id)).toBe(model.get(id));
          expect(table.delete(id)).toBe(model.delete(id));
        }
        expect(table.size).toBe(model.size);
      }
      expect(table.entries()).toEqual([...model].sort(([a], [b]) => a - b));
    }),
  );
});

it('keeps an id that stays while others pass by, and finds it', () => {
  const table = new IdTable<string>(4);
  table.add(1, 'stream');
  for (let id = 2; id < 100_000; id += 1) {
    table.add(id, 'short');
    table.delete(id);
  }
  expect(table.get(1)).toBe('stream');
  expect(table.size).toBe(1);
});

it('tells ids apart that are further apart than 32 bits', () => {
  const table = new IdTable<string>();
  table.add(1, 'low');
  table.add(2 ** 32 + 1, 'high');
  expect([table.get(1), table.get(2 ** 32 + 1), table.get(2 ** 33 + 1)]).toEqual(['low', 'high', undefined]);
});

it('is empty after clear', () => {
  const table = new IdTable<string>();
  table.add(7, 'x');
  table.clear();
  expect([table.size, table.get(7), table.values()]).toEqual([0, undefined, []]);
});
