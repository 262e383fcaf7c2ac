import { decodeText } from '../../../src/streams/encodings/decodeText';
import { pythonCodecName } from '../../../src/streams/encodings/pythonCodecName';
import { singleByteTables } from '../../../src/streams/encodings/singleByteTables';

const decode = (hex: string, encoding: string): string =>
  decodeText(Buffer.from(hex, 'hex'), encoding, 'peer');

describe('decodeText', () => {
  // Each pair as Python 3.11 encodes it.
  it.each([
    ['utf-8', '4772c3b6c39f65203520cea9', 'Größe 5 Ω'],
    ['utf-8', 'f09f9880', '😀'],
    ['utf-8', 'efbbbf61', '\ufeffa'],
    ['utf-8-sig', 'efbbbf4772c3b6c39f65203520cea9', 'Größe 5 Ω'],
    ['utf-8-sig', '61', 'a'],
    ['utf-16', 'fffe4772'.replace('4772', '47007200'), 'Gr'],
    ['utf-16', 'feff00470072', 'Gr'],
    ['utf-16', '47007200', 'Gr'],
    ['utf-16', 'fffe3dd800de', '😀'],
    ['utf-16-le', '4700f600a903', 'GöΩ'],
    ['utf-16-le', 'fffe4700', '\ufeffG'],
    ['utf-16-be', '004700f603a9', 'GöΩ'],
    ['utf-32', 'fffe00004700000000f60100', 'G\u{1f600}'],
    ['utf-32', '0000feff00000047', 'G'],
    ['utf-32', '47000000', 'G'],
    ['utf-32-le', 'a9030000', 'Ω'],
    ['utf-32-be', '000003a9', 'Ω'],
    ['utf-32-be', '0000feff', '\ufeff'],
    ['latin-1', 'e9a5ff80', 'é¥ÿ\u0080'],
    ['ascii', '61627f', 'ab\u007f'],
    ['cp437', 'e3f7', 'π≈'],
    ['cp1251', 'cff0e8e2e5f2', 'Привет'],
    ['cp1252', '803520937894', '€5 “x”'],
    ['cp1255', 'f9ece5ed', 'שלום'],
    ['iso-8859-9', 'fdf0', 'ığ'],
    ['iso-8859-15', '3520a4', '5 €'],
    ['iso-8859-16', 'fe', 'ț'],
    ['koi8-r', 'f0d2c9d7c5d4', 'Привет'],
    ['koi8-u', 'b7d6c1cb', 'Їжак'],
    ['mac-roman', 'bdb9', 'Ωπ'],
    ['tis-620', 'e4b7c2', 'ไทย'],
    ['gb2312', 'd6d0a1a4', '中\u30fb'],
    ['gbk', 'd6d0cec4a1a4', '中文\u00b7'],
    ['gb18030', 'd6d09439fc36', '中😀'],
    ['big5', 'a4a4a4e5a145', '中文\u2022'],
    ['cp950', 'a4a4a145', '中\u2027'],
    ['euc-jp', 'c6fccbdca1c1', '日本\u301c'],
    ['shift_jis', '93fa967b8160', '日本\u301c'],
    ['cp932', '93fa967b8160', '日本\uff5e'],
    ['iso2022_jp', '1b2442467c4b5c1b284261', '日本a'],
    ['euc-kr', 'c7d1b1b9', '한국'],
    ['euc-kr', 'a4d4a4a1a4bfa4a2', '\uac02'],
    ['shift_jis', '1a7f1c82a0', '\u001a\u007f\u001cあ'],
  ])('reads %s %s as Python does', (encoding, hex, text) => {
    expect(decode(hex, encoding)).toBe(text);
  });

  it.each([
    ['utf-8', '616180', ': byte 0x80 at 2'],
    ['utf-8', 'efbfbdc3', ': byte 0xc3 at 3'],
    ['utf-8', 'eda080', ': byte 0xed at 0'],
    ['utf-8', 'c080', ': byte 0xc0 at 0'],
    ['utf-8', 'f4908080', ': byte 0xf4 at 0'],
    ['ascii', '61e9', ': byte 0xe9 at 1'],
    ['cp1252', '6181', ': byte 0x81 at 1'],
    ['cp1253', 'aa', ': byte 0xaa at 0'],
    ['iso-8859-3', 'a5', ': byte 0xa5 at 0'],
    ['utf-16', '610062', ': byte 0x62 at 2'],
    ['utf-16', '00d8', ''],
    ['utf-16-be', 'dc000061', ''],
    ['utf-32', '6100000000', ': byte 0x00 at 4'],
    ['utf-32-be', '0000d800', ': byte 0x00 at 0'],
    ['utf-32-be', '00110000', ': byte 0x00 at 0'],
    ['gbk', '80', ': byte 0x80 at 0'],
    ['gbk', '81', ': byte 0x81 at 0'],
    ['gbk', 'ff', ': byte 0xff at 0'],
    ['big5', '80', ': byte 0x80 at 0'],
    ['big5', 'a4', ': byte 0xa4 at 0'],
    ['euc-jp', 'ff', ': byte 0xff at 0'],
    ['shift_jis', '81', ': byte 0x81 at 0'],
    ['shift_jis', 'fd', ': byte 0xfd at 0'],
    ['iso2022_jp', 'ff', ': byte 0xff at 0'],
    ['euc-kr', '8141', ': byte 0x81 at 0'],
  ])('refuses in %s the bytes %s', (encoding, hex, place) => {
    expect(() => decode(hex, encoding)).toThrow(
      expect.objectContaining({
        code: 'ERR_BAD_CONTENT',
        message: `peer: the content is not valid ${encoding}${place}`,
      }) as Error,
    );
  });

  it.each([
    'binary',
    'rot13',
    'rot_13',
    'base64',
    'hex',
    'zlib',
    'idna',
    'utf-7',
    'cp949',
    '',
    '__proto__',
    'constructor',
    'utf8mb4',
  ])('knows no text codec %j', (encoding) => {
    expect(() => decode('61', encoding)).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_ENCODING' }) as Error,
    );
  });

  it('cuts an endless encoding short in its message', () => {
    expect(() => decode('61', 'x'.repeat(60000))).toThrow(/^.{60,250}$/);
  });

  it.each([
    ['UTF-8', 'utf_8'],
    ['utf8', 'utf_8'],
    ['U8', 'utf_8'],
    ['utf 8', 'utf_8'],
    ['-Utf--8-', 'utf_8'],
    ['cp65001', 'utf_8'],
    ['UTF_8_SIG', 'utf_8_sig'],
    ['utf16', 'utf_16'],
    ['UTF-16LE', 'utf_16_le'],
    ['L1', 'latin_1'],
    ['8859', 'latin_1'],
    ['ISO-8859-1', 'latin_1'],
    ['iso.8859.1', 'latin_1'],
    ['us-ascii', 'ascii'],
    ['646', 'ascii'],
    ['windows-1252', 'cp1252'],
    ['1252', 'cp1252'],
    ['Latin-9', undefined],
    ['latin9', 'iso8859_15'],
    ['sjis', 'shift_jis'],
    ['ms932', 'cp932'],
    ['macintosh', 'mac_roman'],
  ])('takes the name %s for the codec %s', (encoding, codec) => {
    expect(pythonCodecName(encoding)).toBe(codec);
  });

  it.each(Object.entries(singleByteTables))(
    'has a character or a gap for each upper byte of %s',
    (name, table) => {
      expect([96, 128]).toContain(table.length);
      const characters = [...table].filter((character) => character !== '\ufffd');
      expect(new Set(characters).size).toBe(characters.length);
      const bytes = Buffer.from(Array.from({ length: 128 }, (_, index) => index));
      expect(decodeText(bytes, name, '')).toBe(bytes.toString('latin1'));
    },
  );
});
