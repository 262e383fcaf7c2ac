import { Send } from '../../../src/streams/client/Send';
import { SendQueue } from '../../../src/streams/client/SendQueue';

function send(text: string): Send {
  const sink = { next: () => undefined, complete: () => undefined, error: () => undefined };
  return new Send('A', text, undefined, 'awaited', 1000, undefined, undefined, sink);
}

it('counts messages and bytes, and gives them out in order', () => {
  const queue = new SendQueue();
  const [a, b, c] = [send('a'), send('bb'), send('ccc')];
  queue.push(b);
  queue.push(c);
  queue.unshift(a);
  expect([queue.length, queue.bytes]).toEqual([3, 6]);
  expect(queue.peek()).toBe(a);
  expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([a, b, c, undefined]);
  expect([queue.length, queue.bytes]).toEqual([0, 0]);
});

it('neither counts nor gives out what was forgotten', () => {
  const queue = new SendQueue();
  const sends = ['a', 'b', 'c'].map(send);
  for (const item of sends) queue.push(item);
  sends[0]?.drop();
  if (sends[0] !== undefined) queue.forget(sends[0]);
  expect([queue.length, queue.bytes]).toEqual([2, 2]);
  expect(queue.peek()).toBe(sends[1]);
  expect(queue.clear()).toEqual([sends[1], sends[2]]);
});

it('does not grow with 100,000 messages that leave it behind one that stays', () => {
  const queue = new SendQueue();
  const first = send('first');
  queue.push(first);
  for (let turn = 0; turn < 100_000; turn += 1) {
    const item = send('x');
    queue.push(item);
    item.drop();
    queue.forget(item);
  }
  expect([queue.length, queue.bytes]).toEqual([1, 5]);
  expect(queue.shift()).toBe(first);
});
