import { cutName, quoteName } from '../../src/runtime/names';

describe('A name that a peer chose', () => {
  it('is shown whole up to 200 characters, and cut there', () => {
    expect(cutName('x'.repeat(200))).toBe('x'.repeat(200));
    expect(cutName('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
  });

  it('cut once stays as it is', () => {
    const once = cutName('x'.repeat(999));
    expect(cutName(once)).toBe(once);
  });

  it('can neither end its quotes nor break the line nor reach a terminal', () => {
    expect(quoteName('Move')).toBe('"Move"');
    expect(quoteName('A" from 10.0.0.1:5: ok')).toBe('"A\\" from 10.0.0.1:5: ok"');
    expect(quoteName('a\nb\u001b[2J\u009b\u2028\u202e')).toBe('"a\\nb\\u001b[2J\\u009b\\u2028\\u202e"');
  });
});
