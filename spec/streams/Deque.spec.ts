import fc from 'fast-check';
import { Deque } from '../../src/runtime/Deque';

it('does what an array does, whatever the order of operations', () => {
  const operations = fc.array(
    fc.tuple(fc.constantFrom('push', 'unshift', 'shift', 'peek', 'clear'), fc.nat()),
    {
      maxLength: 200,
    },
  );
  fc.assert(
    fc.property(operations, (list) => {
      const deque = new Deque<number>();
      const array: number[] = [];
      for (const [operation, value] of list) {
        if (operation === 'push') {
          deque.push(value);
          array.push(value);
        } else if (operation === 'unshift') {
          deque.unshift(value);
          array.unshift(value);
        } else if (operation === 'shift') expect(deque.shift()).toBe(array.shift());
        else if (operation === 'peek') expect(deque.peek()).toBe(array[0]);
        else if (value % 50 === 0) expect(deque.clear()).toEqual(array.splice(0));
        expect(deque.length).toBe(array.length);
      }
      expect(deque.clear()).toEqual(array);
    }),
  );
});
