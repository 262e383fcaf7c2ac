import type { BadValue } from '../../../src/errors/handling';
import { defineAction, t } from '../../../src/streams/messages/defineAction';

function failure(run: () => unknown): BadValue {
  try {
    run();
  } catch (error) {
    return error as BadValue;
  }
  throw new Error('it did not throw');
}

const Move = defineAction('Move', {
  value: t.type({ axis: t.string, steps: t.array(t.number) }),
  ack: t.union([t.string, t.null]),
});

it('passes what fits, both ways', () => {
  const value = { axis: 'x', steps: [1, 2] };
  expect(Move.decodeValue(value, 'p')).toEqual(value);
  expect(Move.encodeValue(value)).toEqual(value);
  expect(Move.decodeAck(null, 'p')).toBeNull();
  expect(Move.encodeAck('done')).toBe('done');
});

it('names path and expectation of what does not fit, and never the value', () => {
  const error = failure(() => Move.decodeValue({ axis: 'x', steps: [1, 'secret'] }, '1.2.3.4:5'));
  expect(error.message).toBe('the value of "Move" does not fit its contract at $.steps[1]: expected number');
  expect([error.code, error.action, error.peer, error.delivered]).toEqual([
    'ERR_BAD_VALUE',
    'Move',
    '1.2.3.4:5',
    'yes',
  ]);
  expect(failure(() => Move.encodeValue({ axis: 'x' } as never)).delivered).toBe('no');
  expect(failure(() => Move.encodeAck(5 as never)).message).toContain('the acknowledgement of "Move"');
});

it('checks nothing without codecs', () => {
  const Any = defineAction('Any');
  expect(Any.decodeValue(5, 'p')).toBe(5);
  expect(Any.encodeAck(undefined as never)).toBeUndefined();
});

it('transforms with a codec that does', () => {
  const Bytes = new t.Type<number, string>(
    'Bytes',
    (value): value is number => typeof value === 'number',
    (value, context) => (typeof value === 'string' ? t.success(Number(value)) : t.failure(value, context)),
    String,
  );
  const action = defineAction('A', { value: Bytes });
  expect(action.encodeValue(5)).toBe('5');
  expect(action.decodeValue('5', 'p')).toBe(5);
  expect(failure(() => action.encodeValue('5' as never)).message).toBe('the value of "A" is not Bytes');
});

it('is frozen, and refuses a name that is none', () => {
  expect(Object.isFrozen(Move)).toBe(true);
  expect(() => defineAction(5 as never)).toThrow(/must be a string/);
});
