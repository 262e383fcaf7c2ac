import { UnknownEncoding } from '../../errors/connections';

/** First and last of a row of numbers. */
type Range = readonly [from: number, to: number];

/** How the two-byte codes of a code page are read by Python: as by TextDecoder, but for what is said here. */
interface CodePage {
  /** The name for TextDecoder of a code page that holds it. */
  readonly label: string;
  readonly leads: readonly Range[];
  readonly trails: Range;
  /** Codes that Python has no character for. */
  readonly refused?: readonly Range[];
  /** Characters of Python for a code and those behind it. */
  readonly changed?: readonly (readonly [code: number, characters: string])[];
  /** Its characters of the private use area are the ones of Python. Elsewhere ICU fills gaps with them. */
  readonly hasPrivateUse?: boolean;
  /** Characters of single bytes and those behind them. */
  readonly singles?: readonly (readonly [byte: number, characters: string])[];
  /** A byte in front of each code, which selects this page. */
  readonly prefix?: number;
  /** Fingerprint of the table that all this makes. */
  readonly fingerprint: number;
}

/** Character codes, 0 for none: by the byte that stands for a character alone, and by two bytes. */
export interface CodeTable {
  readonly single: Uint16Array;
  readonly double: Uint16Array;
}

const range = (from: number, to: number): string =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, index) => from + index));

const jis: Pick<CodePage, 'leads' | 'trails'> = {
  leads: [
    [0x81, 0x9f],
    [0xe0, 0xfc],
  ],
  trails: [0x40, 0xfc],
};
const HALF_WIDTH = range(0xff61, 0xff9f);
/** Characters of ETEN in the rows C6 and C7 of Big5. */
const eten: NonNullable<CodePage['changed']> = [
  [0xc6a1, `ヾゝゞ々${range(0x3041, 0x3093)}${range(0x30a1, 0x30a7)}`],
  [0xc740, range(0x30a8, 0x30e6)],
  [
    0xc7a1,
    `${range(0x30e7, 0x30f6)}ДЕЁЖЗИЙКЛМ${range(0x0423, 0x042f)}${range(0x0430, 0x0435)}ё${range(0x0436, 0x044f)}①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽`,
  ],
];

const codePages: Readonly<Record<string, CodePage>> = {
  gb2312: {
    label: 'gb18030',
    leads: [[0xa1, 0xf7]],
    trails: [0xa1, 0xfe],
    refused: [
      [0xa2a1, 0xa2aa],
      [0xa2e3, 0xa2e3],
      [0xa6d9, 0xa6f5],
      [0xa8bb, 0xa8c0],
    ],
    changed: [
      [0xa1a4, '\u30fb'],
      [0xa1aa, '\u2015'],
    ],
    fingerprint: 0x8cdc6711,
  },
  // By its own label some releases of Node.js read gb18030, as WHATWG asks for, and others do not.
  gbk: {
    label: 'gb18030',
    leads: [[0x81, 0xfe]],
    trails: [0x40, 0xfe],
    refused: [
      [0xa2e3, 0xa2e3],
      [0xa3a0, 0xa3a0],
      [0xa6d9, 0xa6df],
      [0xa6ec, 0xa6ed],
      [0xa6f3, 0xa6f3],
      [0xa8bc, 0xa8bc],
      [0xa8bf, 0xa8bf],
      [0xa989, 0xa995],
      [0xfe50, 0xfea0],
    ],
    fingerprint: 0x484ac45d,
  },
  // Of the year 2000: later editions moved these characters out of the private use area.
  gb18030: {
    label: 'gb18030',
    leads: [[0x81, 0xfe]],
    trails: [0x40, 0xfe],
    changed: [
      [0xa3a0, '\ue5e5'],
      [0xa6d9, range(0xe78d, 0xe793)],
      [0xa6ec, '\ue794\ue795'],
      [0xa6f3, '\ue796'],
      [0xa8bc, '\ue7c7'],
      [0xfe59, '\ue81e'],
      [0xfe61, '\ue826'],
      [0xfe66, '\ue82b\ue82c'],
      [0xfe6d, '\ue832'],
      [0xfe7e, '\ue843'],
      [0xfe90, '\ue854'],
      [0xfea0, '\ue864'],
    ],
    hasPrivateUse: true,
    fingerprint: 0xadb3a174,
  },
  big5: {
    label: 'big5',
    leads: [[0xa1, 0xf9]],
    trails: [0x40, 0xfe],
    refused: [
      [0xa3e1, 0xa3e1],
      [0xf9d6, 0xf9fe],
    ],
    changed: [
      [0xa145, '\u2022'],
      [0xa14e, '\uff64'],
      [0xa1c2, '\u203e'],
      [0xa1e3, '\u223c'],
      [0xa1f2, '\u2641\u2609'],
      [0xa241, '\uff0f\uff3c'],
      [0xa244, '\u00a5'],
      [0xa246, '\u00a2\u00a3'],
      ...eten,
    ],
    fingerprint: 0xcb7b2127,
  },
  cp950: {
    label: 'big5',
    leads: [[0xa1, 0xf9]],
    trails: [0x40, 0xfe],
    changed: eten,
    fingerprint: 0xe16c3bf2,
  },
  euc_jp: {
    label: 'euc-jp',
    leads: [
      [0x8e, 0x8e],
      [0xa1, 0xfe],
    ],
    trails: [0xa1, 0xfe],
    refused: [
      [0x8ee0, 0x8efe],
      [0xada1, 0xadfe],
      [0xf5a1, 0xfefe],
    ],
    changed: [
      [0xa1c1, '\u301c\u2016'],
      [0xa1dd, '\u2212'],
      [0xa1f1, '\u00a2\u00a3'],
      [0xa2cc, '\u00ac'],
    ],
    fingerprint: 0xaeb4a42b,
  },
  /** JIS X 0212, the third plane of euc_jp. */
  jisx0212: {
    label: 'euc-jp',
    prefix: 0x8f,
    leads: [[0xa1, 0xfe]],
    trails: [0xa1, 0xfe],
    refused: [[0xf3a1, 0xf4fe]],
    changed: [[0xa2b7, '~']],
    fingerprint: 0x8ff993e5,
  },
  shift_jis: {
    label: 'shift_jis',
    ...jis,
    refused: [
      [0x8740, 0x889e],
      [0xed40, 0xfcfc],
    ],
    changed: [
      [0x8160, '\u301c\u2016'],
      [0x817c, '\u2212'],
      [0x8191, '\u00a2\u00a3'],
      [0x81ca, '\u00ac'],
    ],
    singles: [[0xa1, HALF_WIDTH]],
    fingerprint: 0x2abf2c0b,
  },
  cp932: {
    label: 'shift_jis',
    ...jis,
    hasPrivateUse: true,
    singles: [
      [0x80, '\u0080'],
      [0xa0, `\uf8f0${HALF_WIDTH}`],
      [0xfd, '\uf8f1\uf8f2\uf8f3'],
    ],
    fingerprint: 0x2d3ed339,
  },
  euc_kr: {
    label: 'euc-kr',
    leads: [[0xa1, 0xfe]],
    trails: [0xa1, 0xfe],
    refused: [[0xa4d4, 0xa4d4]],
    changed: [[0xa2e6, '\u20ac\u00ae']],
    fingerprint: 0x7c7773d0,
  },
};

const tables = new Map<string, CodeTable>();

/**
 * The characters of a Chinese, Japanese or Korean code page by Python's name, and of `jisx0212`, the third
 * plane of euc_jp.
 *
 * TextDecoder alone reads the pages otherwise than Python: some hundred characters differ, it takes thousands
 * of codes that Python refuses, and in shift_jis it swaps three control characters. So its tables are
 * corrected, and compared once with what they are known to be. Throws UnknownEncoding (ERR_UNKNOWN_ENCODING)
 * where this Node.js has no such table or another one.
 */
export function codeTable(name: string, peer: string): CodeTable {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const page = codePages[name];
  const table = page === undefined ? undefined : makeTable(page);
  if (table === undefined || fingerprintOf(table) !== page?.fingerprint) {
    throw new UnknownEncoding(
      `${name} cannot be read by this Node.js, whose ICU (${process.versions['icu'] ?? 'none'}) has other tables: write utf-8`,
      { peer },
    );
  }
  tables.set(name, table);
  return table;
}

/** undefined when this Node.js has no such code page. */
function makeTable(page: CodePage): CodeTable | undefined {
  const codes = codesOf(page);
  const characters = charactersOf(page, codes);
  if (characters === undefined) return undefined;
  const single = Uint16Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? byte : 0));
  for (const [from, row] of page.singles ?? []) fill(single, from, row);
  const double = new Uint16Array(0x10000);
  codes.forEach((code, index) => {
    double[code] = characters[index] ?? 0;
  });
  for (const [from, to] of page.refused ?? []) double.fill(0, from, to + 1);
  for (const [from, row] of page.changed ?? []) fill(double, from, row);
  return { single, double };
}

function codesOf({ leads, trails: [firstTrail, lastTrail] }: CodePage): readonly number[] {
  const codes: number[] = [];
  for (const [firstLead, lastLead] of leads) {
    for (let lead = firstLead; lead <= lastLead; lead += 1) {
      for (let trail = firstTrail; trail <= lastTrail; trail += 1) codes.push((lead << 8) | trail);
    }
  }
  return codes;
}

/**
 * What TextDecoder says of each code, 0 for nothing: all in one text, with line feeds between. A code it
 * refuses may swallow one of two.
 */
function charactersOf(
  { label, prefix, hasPrivateUse = false }: CodePage,
  codes: readonly number[],
): readonly number[] | undefined {
  const front = prefix === undefined ? [] : [prefix];
  const bytes = Uint8Array.from(codes.flatMap((code) => [...front, code >> 8, code & 0xff, 0x0a, 0x0a]));
  const text = decodeWith(label, bytes);
  const noMeaning = hasPrivateUse ? /[\u0080-\u009f\ufffd]/ : /[\u0080-\u009f\ue000-\uf8ff\ufffd]/;
  return text
    ?.split(/\n+/)
    .map((part) => (part.length === 1 && !noMeaning.test(part) ? part.charCodeAt(0) : 0));
}

function decodeWith(label: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    // Node.js may be built without the tables of ICU.
    return undefined;
  }
}

function fill(table: Uint16Array, from: number, characters: string): void {
  for (let index = 0; index < characters.length; index += 1)
    table[from + index] = characters.charCodeAt(index);
}

/** FNV-1a over all codes. */
function fingerprintOf({ double }: CodeTable): number {
  let hash = 0x811c9dc5;
  for (const code of double) hash = Math.imul(hash ^ code, 0x01000193);
  return hash >>> 0;
}
