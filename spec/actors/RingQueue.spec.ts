import fc from 'fast-check';
import { RingQueue } from '../../src/actors/RingQueue';

describe('a ring queue', () => {
  it('does what an array does, in any order of calls', () => {
    const call = fc.constantFrom('push', 'unshift', 'shift', 'filter');
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200, size: 'max' }), (calls) => {
        const queue = new RingQueue<number>();
        let model: number[] = [];
        calls.forEach((name, item) => {
          if (name === 'shift') expect(queue.shift()).toBe(model.shift());
          else if (name === 'filter') {
            queue.filter((kept) => kept % 3 !== 0);
            model = model.filter((kept) => kept % 3 !== 0);
          } else {
            queue[name](item);
            model[name](item);
          }
          expect(queue.size).toBe(model.length);
        });
        expect(model.map(() => queue.shift())).toEqual(model);
      }),
    );
  });

  it('works on after it has grown large and run empty', () => {
    const queue = new RingQueue<number>();
    for (let round = 0; round < 2; round += 1) {
      for (let item = 0; item < 5000; item += 1) queue.push(item);
      for (let item = 0; item < 5000; item += 1) if (queue.shift() !== item) throw new Error(`lost ${item}`);
    }
    queue.unshift(1);
    expect([queue.size, queue.shift(), queue.shift()]).toEqual([1, 1, undefined]);
  });
});
