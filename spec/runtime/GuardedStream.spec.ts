import { EmptyError, Subject, firstValueFrom, map, share, take, type Observable } from 'rxjs';
import { guardStream } from '../../src/runtime/GuardedStream';

function setUp() {
  const source = new Subject<number>();
  const reported: string[] = [];
  const stream$ = guardStream(source, (error) => reported.push(error.message));
  return { source, stream$, reported };
}

const mistake = (): never => {
  throw new Error('mine');
};

it.each<[string, (stream$: Observable<number>) => void]>([
  ['a function', (stream$) => stream$.subscribe(mistake)],
  ['an observer', (stream$) => stream$.subscribe({ next: mistake })],
  ['a callback for complete', (stream$) => stream$.subscribe({ complete: mistake })],
  ['a function behind operators', (stream$) => stream$.pipe(map((n) => n + 1)).subscribe(mistake)],
  ['a function behind share', (stream$) => stream$.pipe(share()).subscribe(mistake)],
  ['an operator', (stream$) => stream$.pipe(map(mistake)).subscribe()],
  [
    'an operator, and the error callback too',
    (stream$) => stream$.pipe(map(mistake)).subscribe({ error: mistake }),
  ],
])('reports %s that throws', (_name, subscribe) => {
  const { source, stream$, reported } = setUp();
  subscribe(stream$);
  source.next(1);
  source.complete();
  expect(reported).toEqual(['a subscriber threw: mine']);
});

it('keeps a subscriber that throws, and disturbs no other', () => {
  const { source, stream$, reported } = setUp();
  const seen: number[] = [];
  stream$.subscribe((value) => {
    seen.push(value);
    throw new Error('mine');
  });
  stream$.subscribe((value) => seen.push(-value));
  source.next(1);
  source.next(2);
  expect(seen).toEqual([1, -1, 2, -2]);
  expect(reported).toHaveLength(2);
});

it('hands the error of a pipeline to its own error callback', () => {
  const { source, stream$, reported } = setUp();
  const errors: unknown[] = [];
  stream$.pipe(map(mistake)).subscribe({ error: (error: Error) => errors.push(error.message) });
  source.next(1);
  expect(errors).toEqual(['mine']);
  expect(reported).toEqual([]);
});

it('keeps `this` of an observer, and passes values on to a Subject', () => {
  const { source, stream$ } = setUp();
  class Counter {
    seen = 0;
    next(value: number): void {
      this.seen += value;
    }
  }
  const counter = new Counter();
  stream$.subscribe(counter);
  const subject = new Subject<number>();
  const seen: number[] = [];
  subject.subscribe((value) => seen.push(value));
  stream$.subscribe(subject);
  source.next(3);
  expect(counter.seen).toBe(3);
  expect(seen).toEqual([3]);
});

it('is an Observable like any other to operators and to firstValueFrom', async () => {
  const { source, stream$ } = setUp();
  const first = firstValueFrom(stream$);
  const none = firstValueFrom(stream$.pipe(take(0))).catch((error: unknown) => error);
  source.next(7);
  expect(await first).toBe(7);
  expect(await none).toBeInstanceOf(EmptyError);
  expect(source.observed).toBe(false);
});
