import { delay, filter, map, mergeMap, of, scan, take, tap, timer } from 'rxjs';
import { fromOperator, type Delivery } from '../../src/actors/fromOperator';
import { createTestSystem } from './createTestSystem';

type Text = Delivery<string, string>;

describe('an actor from a stream operator', () => {
  it('answers asks by acknowledging', async () => {
    const { system } = createTestSystem();
    const ref = system.spawn(
      fromOperator<number, number>((deliveries$) =>
        deliveries$.pipe(
          scan((sum, delivery) => {
            delivery.ack(sum + delivery.value);
            return sum + delivery.value;
          }, 0),
        ),
      ),
    );
    expect([await ref.ask(2), await ref.ask(3)]).toEqual([2, 5]);
  });

  it('gets the next message only when the previous one was acknowledged', async () => {
    const { system, clock } = createTestSystem();
    const open: Text[] = [];
    const ref = system.spawn(
      fromOperator<string, string>((deliveries$) => deliveries$.pipe(tap((d) => open.push(d)))),
    );
    const asks = [ref.ask('a'), ref.ask('b').catch((error: unknown) => error)];
    await clock.settle();
    expect(open.map(({ value }) => value)).toEqual(['a']);
    open[0]?.ack();
    await clock.settle();
    expect(open.map(({ value }) => value)).toEqual(['a', 'b']);
    open[1]?.fail(new Error('no'));
    expect(await Promise.all(asks)).toMatchObject([null, { message: 'no' }]);
  });

  it('lets go of a message whose asker gave up, even one it filtered out', async () => {
    const { system, clock } = createTestSystem();
    const ref = system.spawn(
      fromOperator<string, string>((deliveries$) =>
        deliveries$.pipe(
          filter(({ value }) => value !== 'lost'),
          tap((delivery) => delivery.ack('done')),
        ),
      ),
    );
    const lost = ref.ask('lost', { timeoutMs: 10 }).catch((error: unknown) => error);
    const next = ref.ask('next');
    await clock.advance(10);
    expect(await lost).toMatchObject({ code: 'ERR_ASK_TIMEOUT' });
    expect(await next).toBe('done');
  });

  it.each(['restart', 'resume'] as const)(
    'is subscribed anew after an error under %s, which fails the ask',
    async (supervision) => {
      const { system, eventsOf } = createTestSystem();
      let subscriptions = 0;
      const ref = system.spawn(
        fromOperator<string, string>((deliveries$) => {
          subscriptions += 1;
          return deliveries$.pipe(
            map((delivery) => {
              if (delivery.value === 'bad') throw new Error('broken');
              delivery.ack(`run ${subscriptions}`);
            }),
          );
        }),
        { supervision },
      );
      expect(await ref.ask('a')).toBe('run 1');
      await expect(ref.ask('bad')).rejects.toThrow('broken');
      expect(await ref.ask('b')).toBe('run 2');
      expect(eventsOf('failed')).toMatchObject([{ message: 'bad', directive: supervision }]);
    },
  );

  it('fails also between two messages', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    const ref = system.spawn(
      fromOperator<string, string>((deliveries$) =>
        deliveries$.pipe(
          tap((delivery) => delivery.ack('done')),
          mergeMap(() => {
            throw new Error('afterwards');
          }),
        ),
      ),
    );
    expect(await ref.ask('a')).toBe('done');
    await clock.settle();
    expect(eventsOf('failed')).toMatchObject([{ cause: { message: 'afterwards' }, directive: 'stop' }]);
  });

  it('stops when the stream completes', async () => {
    const { system, clock, eventsOf } = createTestSystem();
    const ref = system.spawn(
      fromOperator<string, string>((deliveries$) =>
        deliveries$.pipe(
          tap((delivery) => delivery.ack('done')),
          take(1),
        ),
      ),
    );
    expect(await ref.ask('a')).toBe('done');
    await clock.settle();
    expect(eventsOf('stopped')).toMatchObject([{ cause: undefined }]);
    expect(ref.tell('b')).toBe(false);
  });

  it('is unsubscribed when the actor stops', async () => {
    const { system, clock } = createTestSystem();
    let torndown = 0;
    const ref = system.spawn(
      fromOperator<string, string>((deliveries$) =>
        deliveries$.pipe(tap({ next: (delivery) => delivery.ack(), unsubscribe: () => (torndown += 1) })),
      ),
    );
    await ref.ask('a');
    await system.stopActor(ref);
    await clock.settle();
    expect(torndown).toBe(1);
  });

  it('handles the operators of rxjs that take their time', async () => {
    const { system } = createTestSystem();
    const ref = system.spawn(
      fromOperator<string, string>((deliveries$) =>
        deliveries$.pipe(
          mergeMap((delivery) => of(delivery).pipe(delay(0))),
          mergeMap((delivery) => timer(0).pipe(tap(() => delivery.ack(delivery.value.toUpperCase())))),
        ),
      ),
    );
    expect(await ref.ask('a')).toBe('A');
  });
});
