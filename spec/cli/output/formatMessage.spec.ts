import { Message } from '../../../src';
import { formatMessage } from '../../../src/cli/output/formatMessage';
import type { Output } from '../../../src/cli/process/Io';
import { memoryOutput } from '../memoryOutput';

const plain: Output = memoryOutput();

function show(action: string, value: unknown, json = false, output = plain): string {
  const message = new Message(
    {
      action,
      value,
      peer: '10.0.0.7:50123',
      host: '10.0.0.2:65432',
      id: undefined,
      key: undefined,
      redelivered: false,
      receivedAt: Date.UTC(2024, 0, 1, 12, 30, 0, 5),
      dialect: 'comet',
      trace: undefined,
    },
    {
      signal: () => new AbortController().signal,
      acknowledge: () => undefined,
      fail: () => undefined,
      onReleased: () => undefined,
    },
  );
  return formatMessage(message, json, output);
}

const start = '2024-01-01T12:30:00.005Z 10.0.0.7:50123';

describe('formatMessage', () => {
  it.each<[string, unknown, string]>([
    ['Status', { unit: 4 }, 'Status {"unit":4}'],
    ['Status', '5', 'Status "5"'],
    ['Status', [NaN, 12345678901234567890n], 'Status [NaN,12345678901234567890]'],
    ['', null, '"" null'],
    ['two words', 1, '"two words" 1'],
    ['Größe-Ω', 1, 'Größe-Ω 1'],
    ['', new Uint8Array(), '"" <0 bytes>'],
    ['Wave', new Uint8Array([1, 171]), 'Wave <2 bytes: 01 ab>'],
    ['Wave', new Uint8Array(17).fill(255), `Wave <17 bytes: ${'ff '.repeat(16)}…>`],
  ])('shows action %j with %p on one line', (action, value, shown) => {
    expect(show(action, value)).toBe(`${start} ${shown}\n`);
  });

  it('cuts a long value and says how long it is', () => {
    expect(show('A', 'x'.repeat(2000))).toBe(`${start} A "${'x'.repeat(999)}… (2002 characters)\n`);
  });

  it('lets nothing of a peer reach the terminal as a control sequence', () => {
    const shown = show('\u001b[2J\u009b', 'a\u001b]0;b\u0007\u009b1m\u202e\u2028\n\u{e0001}');
    expect(shown).toBe(
      `${start} "\\u001b[2J\\u009b" "a\\u001b]0;b\\u0007\\u009b1m\\u202e\\u2028\\n\\udb40\\udc01"\n`,
    );
  });

  it('colours time and action where the output shows colours', () => {
    expect(show('A', 1, false, { ...plain, colours: true })).toBe(
      '\u001b[2m2024-01-01T12:30:00.005Z\u001b[0m 10.0.0.7:50123 \u001b[36mA\u001b[0m 1\n',
    );
  });

  it('gives all of it as a line of JSON', () => {
    expect(show('A', 'x'.repeat(2000), true)).toBe(
      `{"time":"2024-01-01T12:30:00.005Z","peer":"10.0.0.7:50123","host":"10.0.0.2:65432","dialect":"comet","action":"A","value":"${'x'.repeat(2000)}"}\n`,
    );
    expect(show('A', new Uint8Array([1, 2, 3]), true)).toContain('"value":{"base64":"AQID"}');
  });
});
