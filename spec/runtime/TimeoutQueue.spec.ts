import { TimeoutQueue, type TimeoutEntry } from '../../src/runtime/TimeoutQueue';
import { createVirtualClock } from '../support/createVirtualClock';

interface Entry extends TimeoutEntry {
  readonly name: string;
}

function entry(name: string): Entry {
  return { name, timeoutPrevious: undefined, timeoutNext: undefined, timeoutAt: 0, timeoutArmed: false };
}

function setUp(onExpire: (entry: Entry) => void = () => undefined) {
  const clock = createVirtualClock();
  const expired: string[] = [];
  const queue = new TimeoutQueue<Entry>(clock, 100, (late) => {
    expired.push(`${late.name} ${clock.now()}`);
    onExpire(late);
  });
  return { clock, expired, queue };
}

it('lets entries run out in the order they came, each after the whole duration, on one timer', async () => {
  const { clock, expired, queue } = setUp();
  queue.add(entry('a'));
  await clock.advance(30);
  queue.add(entry('b'));
  queue.add(entry('c'));
  expect(clock.pending).toBe(1);
  await clock.advance(1000);
  expect(expired).toEqual(['a 100', 'b 130', 'c 130']);
  expect(queue.empty).toBe(true);
  expect(clock.pending).toBe(0);
});

it.each([0, 1, 2])('never calls an entry that was removed (place %d)', async (place) => {
  const { clock, expired, queue } = setUp();
  const entries = ['a', 'b', 'c'].map(entry);
  for (const item of entries) queue.add(item);
  const removed = entries[place] ?? entry('none');
  queue.remove(removed);
  queue.remove(removed);
  await clock.advance(100);
  expect(expired).toEqual(['a 100', 'b 100', 'c 100'].filter((_line, index) => index !== place));
});

it('takes an entry again while it runs out', async () => {
  const { clock, expired, queue } = setUp((late) => {
    if (expired.length < 3) queue.add(late);
  });
  queue.add(entry('a'));
  await clock.advance(1000);
  expect(expired).toEqual(['a 100', 'a 200', 'a 300']);
});

it('forgets everything at clear, its timer too, and can be used again', async () => {
  const { clock, expired, queue } = setUp();
  const first = entry('a');
  queue.add(first);
  queue.clear();
  expect(clock.pending).toBe(0);
  expect(first.timeoutArmed).toBe(false);
  queue.add(entry('b'));
  await clock.advance(100);
  expect(expired).toEqual(['b 100']);
});
