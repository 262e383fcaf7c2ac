import fc from '../../support/fc';
import { BadContent, BadRequest, NestingTooDeep } from '../../../src/errors/connections';
import { encodeJson } from '../../../src/streams/json/encodeJson';
import { parseJson } from '../../../src/streams/json/parseJson';
import { readResult } from '../../../src/streams/client/ReplyReader';
import { RequestReader } from '../../../src/streams/host/RequestReader';

const options = { bigint: false, maxNesting: 128 };
const peer = '127.0.0.9:1';

/** What a reader with no short cut makes of it. */
function readWhole(text: string): unknown {
  const { action, value } = parseJson(text, { ...options, peer }) as { action: string; value?: unknown };
  return { action, value: value ?? null };
}

describe('RequestReader', () => {
  it('gives the same answer for an action seen before as for a new one', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (action, value) => {
        const text = `{"action":${JSON.stringify(action)},"value":${encodeJson(value)}}`;
        const reader = new RequestReader(options);
        const first = reader.read(text, peer);
        expect(first).toEqual(readWhole(text));
        expect(reader.read(text, peer)).toEqual(first);
      }),
    );
  });

  it.each([
    ['{"action":"A","value":1,"action":"B"}', { action: 'B', value: 1 }],
    ['{"action":"A","value":1,"value":2}', { action: 'A', value: 2 }],
    ['{"action":"A","value":[1]  }', { action: 'A', value: [1] }],
    ['{"value":1,"action":"A"}', { action: 'A', value: 1 }],
    ['{"action":"A"}', { action: 'A', value: null }],
    ['{"action":"A","value":NaN}', { action: 'A', value: NaN }],
    ['{"action":"\\u0041","value":1}', { action: 'A', value: 1 }],
    ['{"action":"__proto__","value":{"__proto__":1}}', undefined],
  ])('reads %s also when the action is known', (text, expected) => {
    const reader = new RequestReader(options);
    reader.read('{"action":"A","value":0}', peer);
    expect(reader.read(text, peer)).toEqual(expected ?? readWhole(text));
  });

  it.each(['[]', '5', '{}', '{"action":5,"value":1}', '{"value":1}', 'null'])('refuses %s', (text) => {
    expect(() => new RequestReader(options).read(text, peer)).toThrow(BadRequest);
  });

  it.each(['{"action":"A","value":1}}', '{"action":"A","value":}', '{"action":"A","value":1,}'])(
    'refuses %s also when the action is known',
    (text) => {
      const reader = new RequestReader(options);
      reader.read('{"action":"A","value":0}', peer);
      expect(() => reader.read(text, peer)).toThrow(BadContent);
    },
  );

  it('counts the nesting of the whole, known or not', () => {
    const reader = new RequestReader({ bigint: false, maxNesting: 3 });
    const text = (depth: number): string => `{"action":"A","value":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    for (let turn = 0; turn < 2; turn += 1) {
      expect(reader.read(text(2), peer).action).toBe('A');
      expect(() => reader.read(text(3), peer)).toThrow(NestingTooDeep);
    }
  });
});

describe('readResult', () => {
  it.each([
    ['{"result":5}', 5],
    ['{"result": {"a": NaN}}', { a: NaN }],
    ['{"result":1,"result":2}', 2],
    ['{"other":1,"result":null}', null],
    ['{"results":1}', undefined],
    ['[]', undefined],
  ])('reads %s', (text, expected) => {
    expect(readResult(text, { ...options, peer })).toEqual(expected);
  });

  it('refuses what is no JSON', () => {
    expect(() => readResult('{"result":1}}', { ...options, peer })).toThrow(BadContent);
  });
});
