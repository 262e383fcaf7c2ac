/**
 * The headers that rxcomet itself writes on a kept connection: always the same text, but for two numbers in fields of fixed width, filled
 * up with spaces on the left. JSON allows spaces there, so each is legal for every reader (protocol 3); and a reader that finds one equal
 * byte for byte needs no JSON.parse.
 *
 * ```
 * {"byteorder":"little",…,"content-length":      90,"message-id":       1234}
 * └──────────── start ────────────────────┘└─ 8 ──┘└── middle ──┘└── 11 ───┘└ end: the rest, filled up with spaces
 * ```
 */

/** The byte order that this machine's headers name. */
export const nativeByteOrder: 'little' | 'big' =
  new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

export const templateStart = `{"byteorder":"${nativeByteOrder}","content-type":"text/json","content-encoding":"utf-8","content-length":`;
export const templateMiddle = ',"message-id":';

export const lengthDigits = 8;
export const idDigits = 11;
export const maxTemplateLength = 10 ** lengthDigits - 1;
export const maxTemplateId = 10 ** idDigits - 1;

/** Where the fields begin in the header, the two bytes of H not counted. */
export const lengthAt = templateStart.length;
export const middleAt = lengthAt + lengthDigits;
export const idAt = middleAt + templateMiddle.length;
export const endAt = idAt + idDigits;

/**
 * Sizes of the headers: 0x007f and 0x0100, so that both bytes of H are ASCII and a chunk of frames with ASCII content is ASCII as a whole.
 */
export const shortHeader = 127;
export const longHeader = 256;

export const replyEnd = '}'.padEnd(shortHeader - endAt);
export const requestEnd = ',"connection":"keep-alive"}'.padEnd(longHeader - endAt);
export const unconfirmedRequestEnd = ',"connection":"keep-alive","ack":"none"}'.padEnd(longHeader - endAt);
export const nextReplyEnd = ',"status":"next"}'.padEnd(longHeader - endAt);
export const completeReplyEnd = ',"status":"complete"}'.padEnd(longHeader - endAt);
export const errorReplyEnd = ',"status":"error"}'.padEnd(longHeader - endAt);

/** The header that a Python program writes with json.dumps, up to the digits of content-length; `}` follows them. */
export const pythonStart =
  '{"byteorder": "little", "content-type": "text/json", "content-encoding": "utf-8", "content-length": ';
