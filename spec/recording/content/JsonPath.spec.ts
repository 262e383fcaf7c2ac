import { BadOption } from '../../../src/errors/setUp';
import { JsonPath, formatJsonPath } from '../../../src/recording/content/JsonPath';

describe('JsonPath', () => {
  it.each([
    ['result', ['result'], true],
    ['result', ['result', 'a'], false],
    ['result.timestamp', ['result', 'timestamp'], true],
    ['result.timestamp', ['value', 'timestamp'], false],
    ['result.runs[0]', ['result', 'runs', 0], true],
    ['result.runs[0]', ['result', 'runs', '0'], false],
    ['a.b[*].c', ['a', 'b', 7, 'c'], true],
    ['a.b[*].c', ['a', 'b', 7, 'd'], false],
    ['*.id', ['result', 'id'], true],
    ['*.id', ['result', 'x', 'id'], false],
    ['**.id', ['id'], true],
    ['**.id', ['result', 0, 'x', 'id'], true],
    ['**.id', ['result', 'id', 'x'], false],
    ['a.**.b.c', ['a', 'b', 'b', 'c'], true],
    ['result["a.b"]', ['result', 'a.b'], true],
    ['result.größe', ['result', 'größe'], true],
  ] as const)('%s against %j: %s', (text, path, matches) => {
    const rule = new JsonPath(text);
    expect(rule.matches(path)).toBe(matches);
    if (!matches) return;
    for (let length = 0; length < path.length; length += 1) {
      expect(rule.mayMatchBelow(path.slice(0, length))).toBe(true);
    }
  });

  it('knows what cannot lead to a match', () => {
    expect(new JsonPath('result.a.b').mayMatchBelow(['result', 'x'])).toBe(false);
    expect(new JsonPath('result.a').mayMatchBelow(['value'])).toBe(false);
  });

  it.each(['', '.', '.a', 'a.', 'a..b', 'a[', 'a[x]', 'a b', 'a]', '[0]b'])('refuses %j', (text) => {
    expect(() => new JsonPath(text)).toThrow(BadOption);
    expect(() => new JsonPath(text)).toThrow('is no path');
  });

  it('reads what formatJsonPath writes', () => {
    for (const path of [
      ['result', 'a', 3, 'b'],
      ['result', 'a.b', '*', 'x y', '"', ''],
    ]) {
      expect(new JsonPath(formatJsonPath(path)).matches(path)).toBe(true);
    }
  });
});
