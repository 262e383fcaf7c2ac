import { describeError } from '../../src/runtime/describeError';
import { thrown, trap } from '../support/hostileValues';

describe('describeError', () => {
  it.each<[string, unknown, string]>([
    ['the message of an Error', new Error('the shutter is stuck'), 'the shutter is stuck'],
    ['the message of an object of another realm or library', { message: 'stuck', code: 'E1' }, 'stuck'],
    ['a string as it is', 'stuck', 'stuck'],
    ['a number', 5, '5'],
    ['a bigint', 5n, '5'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a symbol', Symbol('stuck'), 'Symbol(stuck)'],
    ['nothing of an object that says nothing', { shutter: 1 }, 'no message'],
    ['nothing of a function, whose text is a program', () => 1, 'no message'],
    ['nothing of an Error without a message', new Error(), 'no message'],
    ['nothing of a message that is no text', { message: 5 }, 'no message'],
  ])('gives %s', (_what, error, text) => {
    expect(describeError(error, 'no message')).toBe(text);
  });

  it.each(Object.entries(thrown))('gives a text for %s', (_name, make) => {
    expect(typeof describeError(make())).toBe('string');
  });

  it('gives the words for what says nothing when every use of it throws', () => {
    expect(describeError(trap(), 'the handler failed')).toBe('the handler failed');
    expect(describeError(Object.create(null), 'the handler failed')).toBe('the handler failed');
  });
});
