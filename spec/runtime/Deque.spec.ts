import fc from '../support/fc';
import { Deque } from '../../src/runtime/Deque';

describe('a deque', () => {
  it('does what an array does, in any order of calls', () => {
    const call = fc.constantFrom('push', 'unshift', 'shift', 'peek', 'filter', 'clear');
    fc.assert(
      fc.property(fc.array(fc.tuple(call, fc.nat()), { maxLength: 200, size: 'max' }), (calls) => {
        const deque = new Deque<number>();
        let model: number[] = [];
        for (const [name, item] of calls) {
          if (name === 'shift') expect(deque.shift()).toBe(model.shift());
          else if (name === 'peek') expect(deque.peek()).toBe(model[0]);
          else if (name === 'filter') {
            deque.filter((kept) => kept % 3 !== 0);
            model = model.filter((kept) => kept % 3 !== 0);
          } else if (name === 'clear') {
            // Seldom, so that deep queues are tried too.
            if (item % 50 === 0) expect(deque.clear()).toEqual(model.splice(0));
          } else {
            deque[name](item);
            model[name](item);
          }
          expect(deque.length).toBe(model.length);
        }
        expect(deque.clear()).toEqual(model);
      }),
    );
  });

  it('works on after it has grown large and run empty', () => {
    const deque = new Deque<number>();
    for (let round = 0; round < 2; round += 1) {
      for (let item = 0; item < 5000; item += 1) deque.push(item);
      for (let item = 0; item < 5000; item += 1) if (deque.shift() !== item) throw new Error(`lost ${item}`);
    }
    deque.unshift(1);
    expect([deque.length, deque.shift(), deque.shift()]).toEqual([1, 1, undefined]);
  });

  it('gives back items that are undefined when it is emptied', () => {
    const deque = new Deque<number | undefined>();
    deque.push(undefined);
    deque.push(1);
    expect([deque.clear(), deque.length]).toEqual([[undefined, 1], 0]);
  });
});
