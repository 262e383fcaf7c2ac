const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0[0-7_]+|0|[1-9][\d_]*(?::[0-5]?\d)*)$/;
const DECIMAL = /^[-+]?\d[\d_]*(?::[0-5]?\d)*$/;
const FLOAT =
  /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*)$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.\d*)?(?:[ \t]*(?:Z|[-+](\d\d?)(?::(\d\d))?))?$/;

/**
 * What an unquoted YAML scalar means, as PyYAML's safe loader reads it (YAML 1.1): `yes` is true, `017` is
 * 15, `1:30` is 90, `1e3` and `0o17` are text. Dates stay text, since no key here takes one.
 */
export function resolveScalar(text: string): string | number | boolean | null {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (INTEGER.test(text)) return integerOf(text);
  if (FLOAT.test(text)) return base60(text);
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (NOT_A_NUMBER.test(text)) return NaN;
  return text;
}

/** Why PyYAML cannot read an unquoted scalar at all; undefined when it can. */
export function scalarFault(text: string): string | undefined {
  if (text === '=' || text === '<<') return `a lone ${text} has no meaning as a value`;
  if (/^[-+]?0[bx]_+$/.test(text)) return `${text} looks like a number and is none`;
  return DATE.test(text) || TIME.test(text)
    ? isDate(text)
      ? undefined
      : `${text} looks like a date and is none`
    : undefined;
}

/** A day, or a moment, that is in the calendar. */
export function isDate(text: string): boolean {
  const [, ...parts] = DATE.exec(text) ?? TIME.exec(text) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] =
    parts.map((part) => Number(part ?? 0));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay && hour < 24 && minute < 60 && second < 60 && zoneHour * 60 + zoneMinute < 1440;
}

/** What a text means under a standard tag; undefined when it is written as something else. */
export const scalarTags: Readonly<Record<string, (text: string) => unknown>> = {
  '!!str': (text) => text,
  '!!int': (text) => (INTEGER.test(text) && scalarFault(text) === undefined ? integerOf(text) : undefined),
  '!!float': (text) =>
    DECIMAL.test(text) ? base60(text) : text.includes('.') ? ofType(text, 'number') : undefined,
  '!!bool': (text) => ofType(text, 'boolean'),
  '!!null': (text) => ofType(text, 'object'),
};

function ofType(text: string, type: string): unknown {
  const value = resolveScalar(text);
  return typeof value === type ? value : undefined;
}

function integerOf(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  if (/^0[bx]/.test(digits)) return sign * Number(digits) + 0;
  if (digits.startsWith('0')) return sign * Number.parseInt(digits, 8) + 0;
  return base60(text);
}

/** `1:30` counts in sixties. */
function base60(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const parts = text.replace(/^[-+]/, '').replaceAll('_', '').split(':');
  return sign * parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}
