import { contentPieces } from '../../../src/recording/content/contentPieces';

describe('contentPieces', () => {
  it('cuts action and value out of a request', () => {
    expect(contentPieces('{"value": {"b": 1.0, "a":-0}, "action": "M\\u00f6ve"}', 'value')).toEqual({
      action: 'Möve',
      content: { text: '{"b": 1.0, "a":-0}' },
    });
  });

  it('cuts the result out of a reply; the last of equal keys wins', () => {
    expect(contentPieces('{"result": 1, "result": NaN}', 'result')).toEqual({ content: { text: 'NaN' } });
  });

  it.each([
    '',
    '5',
    '{"action":"x"}',
    '{"value":1}',
    '{"action":1,"value":1}',
    '{"action":"x","value":1',
    '[]',
  ])('keeps %j whole, which is no request', (text) =>
    expect(contentPieces(text, 'value')).toEqual({ content: { content: text } }),
  );
});
