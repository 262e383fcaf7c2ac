import { isAscii } from 'node:buffer';

/** How TextDecoder is made to read a code page as Python does. */
interface MultiByteCodec {
  readonly label: string;
  /** Pairs of characters: what TextDecoder says, what Python says. */
  readonly swaps?: readonly string[];
  /** Characters that come only from bytes Python refuses. */
  readonly refused?: RegExp;
}

// What ICU gives for bytes without a meaning: control characters and the private use area.
const unassigned = /[\u0080-\u009f\ue000-\uf8ff]/;
// And WHATWG's reading of the byte 0x80.
const unassignedGbk = /[\u0080-\u009f\u20ac\ue000-\uf8ff]/;

const eucJp = [
  '\uff5e\u301c',
  '\u2225\u2016',
  '\uff0d\u2212',
  '\uffe0\u00a2',
  '\uffe1\u00a3',
  '\uffe2\u00ac',
];
const big5 = [
  '\u2027\u2022',
  '\ufe51\uff64',
  '\u00af\u203e',
  '\uff5e\u223c',
  '\u2295\u2641',
  '\u2299\u2609',
  '\u2215\uff0f',
  '\ufe68\uff3c',
  '\uffe5\u00a5',
  '\uffe0\u00a2',
  '\uffe1\u00a3',
];

const codecs: ReadonlyMap<string, MultiByteCodec> = new Map<string, MultiByteCodec>([
  ['gb2312', { label: 'gbk', swaps: ['\u00b7\u30fb', '\u2014\u2015'], refused: unassignedGbk }],
  ['gbk', { label: 'gbk', refused: unassignedGbk }],
  // Covers all of Unicode, so no character is refused.
  ['gb18030', { label: 'gb18030' }],
  ['big5', { label: 'big5', swaps: big5, refused: unassigned }],
  ['cp950', { label: 'big5', refused: unassigned }],
  ['euc_jp', { label: 'euc-jp', swaps: eucJp, refused: unassigned }],
  ['shift_jis', { label: 'shift_jis', swaps: eucJp, refused: unassigned }],
  ['cp932', { label: 'shift_jis', refused: unassigned }],
  ['iso2022_jp', { label: 'iso-2022-jp', refused: unassigned }],
  ['euc_kr', { label: 'euc-kr', refused: unassigned }],
]);

/**
 * Text of one of the Chinese, Japanese and Korean code pages by Python's name, or undefined when it isn't valid. Some hundred rare
 * characters that only extensions of a page hold are accepted although Python's codec of that name refuses them (protocol 1.1).
 */
export function decodeMultiByte(bytes: Buffer, name: string): string | undefined {
  const codec = codecs.get(name);
  if (codec === undefined) return undefined;
  if (name !== 'iso2022_jp' && isAscii(bytes)) return bytes.toString('latin1');
  let text: string;
  try {
    text = new TextDecoder(codec.label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  if (codec.refused?.test(text) === true) return undefined;
  for (const swap of codec.swaps ?? []) text = text.replaceAll(swap.charAt(0), swap.charAt(1));
  return text;
}
