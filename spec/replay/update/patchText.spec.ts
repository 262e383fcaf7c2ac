import { recordedValue } from '../../../src/recording/content/recordedValue';
import { PathTree } from '../../../src/replay/update/PathTree';
import { patchText } from '../../../src/replay/update/patchText';
import { ValueComparer } from '../../../src/replay/verdict/ValueComparer';

const patch = (text: string, other: string, ignore: readonly string[] = []): string | undefined => {
  const values = [recordedValue({ text }), recordedValue({ text: other })] as const;
  const { changes } = new ValueComparer({ ignore }).compare(...values, 'value', [], Infinity);
  return changes.length === 0 ? text : patchText(text, other, PathTree.of(changes, []));
};

describe('patchText', () => {
  it.each([
    ['a member', '{ "a" : 1.0, "b":-0 }', '{"b":-0,"a":2}', '{ "a" : 2, "b":-0 }'],
    [
      'a member deep below',
      '{"a":{"b":[1, {"c": NaN}],  "d": 1.0}}',
      '{"a":{"d":1,"b":[1,{"c":2}]}}',
      '{"a":{"b":[1, {"c": 2}],  "d": 1.0}}',
    ],
    ['an element', '[1.0, 2, 3]', '[1,5,3]', '[1.0, 5, 3]'],
    ['what is new in an object', '{"a": 1.0}', '{"b":[2],"a":1}', '{"a": 1.0, "b": [2]}'],
    ['what is new in a tight object', '{"a":1.0,"c":1}', '{"b":2,"a":1,"c":1}', '{"a":1.0,"c":1,"b":2}'],
    ['what is new in an array', '[1.0]', '[1,2,3]', '[1.0,2,3]'],
    ['what is gone, the first', '{ "a": 1, "b": 2.0 }', '{"b":2}', '{ "b": 2.0 }'],
    ['what is gone, one within', '{"a": 1.0, "b": 2, "c": 3.0}', '{"a":1,"c":3}', '{"a": 1.0, "c": 3.0}'],
    ['what is gone, the last', '[1.0, 2]', '[1]', '[1.0]'],
    ['all that was there', '{"a":1}', '{"b":2}', '{"b":2}'],
    ['everything', '{}', '{"b": 2}', '{"b": 2}'],
    ['another type', '{"a": [1], "b": 1.0}', '{"a":{"x":1},"b":1}', '{"a": {"x":1}, "b": 1.0}'],
    ['the root', '1.0', '"text"', '"text"'],
    [
      'keys that need quotes',
      '{"a.b": {"": 1, "\\u00e4": 1.0}}',
      '{"a.b":{"":2,"ä":1}}',
      '{"a.b": {"": 2, "\\u00e4": 1.0}}',
    ],
  ])('changes %s and keeps the spelling of the rest', (_what, text, other, patched) => {
    expect(patch(text, other)).toBe(patched);
    expect(
      new ValueComparer({}).compare(recordedValue({ text: patched }), recordedValue({ text: other }), 'value')
        .changes,
    ).toEqual([]);
  });

  it('keeps what rules leave out, also where the other has none', () => {
    expect(
      patch('{"at": "10:00", "x": 1, "in": [{"at": 1, "y": 1}]}', '{"x":2,"in":[{"at":9,"y":2}]}', ['**.at']),
    ).toBe('{"at": "10:00", "x": 2, "in": [{"at": 1, "y": 2}]}');
  });
});
