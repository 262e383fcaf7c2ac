import { isAscii } from 'node:buffer';
import { codeTable, type CodeTable } from './codeTable';

/**
 * Text of one of the Chinese, Japanese and Korean code pages by Python's name, or the index of the first byte
 * that Python refuses. Throws UnknownEncoding (ERR_UNKNOWN_ENCODING) where this Node.js cannot read the page.
 */
export function decodeMultiByte(bytes: Buffer, name: string, peer: string): string | number {
  if (name === 'iso2022_jp') return decodeIso2022Jp(bytes, codeTable('euc_jp', peer));
  if (isAscii(bytes)) return bytes.toString('latin1');
  const { single, double } = codeTable(name, peer);
  const longer = longCodesOf(name, double, peer);
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const code = single[byte] ?? 0;
    if (code !== 0 || byte === 0) {
      text += String.fromCharCode(code);
      at += 1;
      continue;
    }
    const next = bytes[at + 1] ?? 0;
    const character = double[(byte << 8) | next] ?? 0;
    if (character !== 0) {
      text += String.fromCharCode(character);
      at += 2;
      continue;
    }
    const found = longer?.(bytes, at);
    if (found === undefined) return at;
    text += String.fromCodePoint(found.point);
    at += found.length;
  }
  return text;
}

/** What a code of more than two bytes means. */
type LongCode = (
  bytes: Buffer,
  at: number,
) => { readonly point: number; readonly length: number } | undefined;

function longCodesOf(name: string, double: Uint16Array, peer: string): LongCode | undefined {
  switch (name) {
    case 'gb18030':
      return gb18030Long(double);
    case 'euc_jp':
      return jisX0212(peer);
    case 'euc_kr':
      return hangulByLetters;
    default:
      return undefined;
  }
}

/** Four bytes: the rest of the Basic Multilingual Plane in its order, then the other planes. */
function gb18030Long(double: Uint16Array): LongCode {
  gb18030Rest ??= restOfBmp(double);
  const rest = gb18030Rest;
  return (bytes, at) => {
    const digits = [0x81, 0x30, 0x81, 0x30].map((first, index) => (bytes[at + index] ?? 0) - first);
    const [plane = -1, row = -1, cell = -1, last = -1] = digits;
    if (plane < 0 || plane > 125 || row < 0 || row > 9 || cell < 0 || cell > 125 || last < 0 || last > 9)
      return undefined;
    const index = ((plane * 10 + row) * 126 + cell) * 10 + last;
    const point = plane < 15 ? rest[index] : 0x10000 + index - 15 * 12600;
    return point === undefined || point > 0x10ffff ? undefined : { point, length: 4 };
  };
}

let gb18030Rest: readonly number[] | undefined;

function restOfBmp(double: Uint16Array): readonly number[] {
  const known = new Set(double);
  const rest: number[] = [];
  for (let point = 0x80; point <= 0xffff; point += 1) {
    const isSurrogate = point >= 0xd800 && point <= 0xdfff;
    if (!isSurrogate && !known.has(point)) rest.push(point);
  }
  return rest;
}

function jisX0212(peer: string): LongCode {
  const { double } = codeTable('jisx0212', peer);
  return (bytes, at) => {
    if (bytes[at] !== 0x8f) return undefined;
    const point = double[((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)] ?? 0;
    return point === 0 ? undefined : { point, length: 3 };
  };
}

/** The bytes of the letters of KS X 1001 in the order that Unicode counts them in. */
const initials = [
  0xa1, 0xa2, 0xa4, 0xa7, 0xa8, 0xa9, 0xb1, 0xb2, 0xb3, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd,
  0xbe,
];
const finals = [
  0xd4, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0, 0xb1, 0xb2,
  0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xba, 0xbb, 0xbc, 0xbd, 0xbe,
];

/**
 * A Hangul syllable without a code of its own: the filler a4d4, then its letters, each with the lead a4 (KS X
 * 1001, annex 3).
 */
function hangulByLetters(
  bytes: Buffer,
  at: number,
): { readonly point: number; readonly length: number } | undefined {
  for (let letter = 0; letter < 8; letter += 2) if (bytes[at + letter] !== 0xa4) return undefined;
  const initial = initials.indexOf(bytes[at + 3] ?? 0);
  const vowel = (bytes[at + 5] ?? 0) - 0xbf;
  const final = finals.indexOf(bytes[at + 7] ?? 0);
  if (bytes[at + 1] !== 0xd4 || initial < 0 || vowel < 0 || vowel > 20 || final < 0) return undefined;
  return { point: 0xac00 + (initial * 21 + vowel) * 28 + final, length: 8 };
}

type Iso2022Set = 'ascii' | 'roman' | 'jisx0208';
/**
 * What the escape sequences of Python's iso2022_jp select; those for the second set change nothing, because
 * nothing shifts to it.
 */
const iso2022Sets: ReadonlyMap<string, Iso2022Set | 'second'> = new Map([
  ['(B', 'ascii'],
  ['(J', 'roman'],
  ['$B', 'jisx0208'],
  ['$@', 'jisx0208'],
  ['$(B', 'jisx0208'],
  ['$(@', 'jisx0208'],
  [')B', 'second'],
  [')J', 'second'],
  ['$)B', 'second'],
  ['$)@', 'second'],
]);

/**
 * Escape sequences say how what follows is to be read; control characters are themselves in every set. Python
 * hands an escape sequence that selects nothing through, byte by byte as Latin-1, to its final letter.
 */
function decodeIso2022Jp(bytes: Buffer, { double }: CodeTable): string | number {
  let set: Iso2022Set = 'ascii';
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const next = bytes[at + 1];
    if (byte === 0x1b) {
      if (next === undefined) return at;
      if ('()$.&'.includes(String.fromCharCode(next))) {
        const sequence = [2, 3]
          .map((length) => bytes.toString('latin1', at + 1, at + 1 + length))
          .find((known) => iso2022Sets.has(known));
        if (sequence === undefined) return at;
        const selected = iso2022Sets.get(sequence);
        if (selected !== undefined && selected !== 'second') set = selected;
        at += 1 + sequence.length;
      } else {
        const end = bytes.findIndex((final, index) => index > at && final >= 0x40 && final <= 0x5a);
        const behind = end < 0 ? bytes.length : end + 1;
        text += bytes.toString('latin1', at, behind);
        at = behind;
      }
    } else if (byte > 0x7f) return at;
    else if (set === 'jisx0208' && byte >= 0x20) {
      const character = next === undefined || next > 0x7f ? 0 : (double[(byte << 8) | next | 0x8080] ?? 0);
      if (character === 0) return at;
      text += String.fromCharCode(character);
      at += 2;
    } else {
      text += set === 'roman' ? (roman[byte] ?? String.fromCharCode(byte)) : String.fromCharCode(byte);
      at += 1;
    }
  }
  return text;
}

/** Where the Roman set of JIS X 0201 is not ASCII. */
const roman: Readonly<Record<number, string>> = { 0x5c: '\u00a5', 0x7e: '\u203e' };
