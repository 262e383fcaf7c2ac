import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeText } from '../../../src/streams/encodings/decodeText';
import { pythonCodecName, textCodecs } from '../../../src/streams/encodings/pythonCodecName';
import { describeWithPython } from '../../interop/describeWithPython';

/** [bytes as hex, what Python reads; null: it refuses them] */
type Row = readonly [hex: string, text: string | null];

function ask(...args: readonly string[]): unknown {
  const { stdout, stderr, status } = spawnSync('python3', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function read(hex: string, encoding: string): string | null {
  try {
    return decodeText(Buffer.from(hex, 'hex'), encoding, 'peer');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BAD_CONTENT') return null;
    throw error;
  }
}

const shown = (text: string | null): string =>
  text === null
    ? 'refused'
    : [...text].map((character) => `U+${character.codePointAt(0)?.toString(16)}`).join(' ');

const { stackTraceLimit } = Error;
beforeAll(() => {
  // A hundred thousand refusals, and nobody reads where they came from.
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describeWithPython('a text codec', () => {
  it.each(textCodecs)(
    'reads %s as Python does: each encoding of a character, each one or two bytes, and longer ones that are drawn',
    (codec) => {
      const rows = ask(join(__dirname, 'codec_table.py'), codec) as readonly Row[];
      const wrong: string[] = [];
      for (const [hex, text] of rows) {
        const ours = read(hex, codec);
        if (ours !== text) wrong.push(`${hex}: Python ${shown(text)}, here ${shown(ours)}`);
      }
      expect({ count: wrong.length, first: wrong.slice(0, 10) }).toEqual({ count: 0, first: [] });
      expect(rows.length).toBeGreaterThanOrEqual(256 + 128);
    },
    120_000,
  );

  it('goes by the names that Python has for it', () => {
    const program =
      'import json, sys, encodings.aliases, codecs; print(json.dumps(sorted([a, m] for a, m in encodings.aliases.aliases.items())))';
    const aliases = ask('-c', program) as readonly (readonly [string, string])[];
    const wrong = aliases.filter(([alias, codec]) => {
      const ours = pythonCodecName(alias);
      return textCodecs.includes(codec) ? ours !== codec : ours !== undefined;
    });
    expect(wrong).toEqual([]);
  });
});

it('all text codecs known are listed in docs/protocol.md', () => {
  const protocol = readFileSync(join(__dirname, '../../../docs/protocol.md'), 'utf8');
  const [, list = ''] = /^- The codecs known are (.*?)\. /m.exec(protocol) ?? [];
  expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name).toSorted()).toEqual(textCodecs.toSorted());
});
