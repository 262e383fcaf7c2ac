/**
 * The headers that rxcomet itself writes on a kept connection: always the same text, but for two numbers in
 * fields of fixed width, filled up with spaces on the left. JSON allows spaces there, so each is legal for
 * every reader (protocol 3); and a reader that finds one equal byte for byte needs no JSON.parse.
 *
 * ```
 * {"byteorder":"little",…,"content-length":      90,"message-id":       1234}
 * └──────────── start ────────────────────┘└─ 8 ──┘└── middle ──┘└── 11 ───┘└ end: the rest, filled up with
 * spaces
 * ```
 */

/** The byte order that this machine's headers name. */
export const NATIVE_BYTE_ORDER: 'little' | 'big' =
  new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

export const TEMPLATE_START = `{"byteorder":"${NATIVE_BYTE_ORDER}","content-type":"text/json","content-encoding":"utf-8","content-length":`;
export const TEMPLATE_MIDDLE = ',"message-id":';

export const LENGTH_DIGITS = 8;
export const ID_DIGITS = 11;
export const MAX_TEMPLATE_LENGTH = 10 ** LENGTH_DIGITS - 1;
export const MAX_TEMPLATE_ID = 10 ** ID_DIGITS - 1;

/** Where the fields begin in the header, the two bytes of H not counted. */
export const LENGTH_AT = TEMPLATE_START.length;
export const MIDDLE_AT = LENGTH_AT + LENGTH_DIGITS;
export const ID_AT = MIDDLE_AT + TEMPLATE_MIDDLE.length;
export const END_AT = ID_AT + ID_DIGITS;

/**
 * Sizes of the headers: 0x007f and 0x0100, so that both bytes of H are ASCII and a chunk of frames with ASCII
 * content is ASCII as a whole.
 */
export const SHORT_HEADER = 127;
export const LONG_HEADER = 256;

export const REPLY_END = '}'.padEnd(SHORT_HEADER - END_AT);
export const REQUEST_END = ',"connection":"keep-alive"}'.padEnd(LONG_HEADER - END_AT);
export const UNCONFIRMED_REQUEST_END = ',"connection":"keep-alive","ack":"none"}'.padEnd(
  LONG_HEADER - END_AT,
);
export const NEXT_REPLY_END = ',"status":"next"}'.padEnd(LONG_HEADER - END_AT);
export const COMPLETE_REPLY_END = ',"status":"complete"}'.padEnd(LONG_HEADER - END_AT);
export const ERROR_REPLY_END = ',"status":"error"}'.padEnd(LONG_HEADER - END_AT);

/**
 * The header that a Python program writes with json.dumps, up to the digits of content-length; `}` follows
 * them.
 */
export const PYTHON_START =
  '{"byteorder": "little", "content-type": "text/json", "content-encoding": "utf-8", "content-length": ';
