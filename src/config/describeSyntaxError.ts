import type { Place } from './ConfigNode';

/** What js-yaml found, in words that lead to the fix: [message, remedy]. */
export function describeSyntaxError(reason: string, text: string, place: Place): [string, string] {
  const line = text.split(/\r\n|\n|\r/)[place.line - 1] ?? '';
  if (/^ *\t/.test(line)) return ['this line is indented with a tab', 'YAML takes spaces only'];
  if (/flow collection/.test(reason) && line.includes('${')) {
    return [`this is no YAML: ${reason}`, 'inside { } and [ ] put ${…} in quotes: {Port: "${PORT}"}'];
  }
  if (/bad indentation/.test(reason)) {
    return [
      `this is no YAML: ${reason}`,
      'align the line with its neighbours, and quote text that holds ": "',
    ];
  }
  if (/deficient indentation|unexpected end of the stream/.test(reason)) {
    return [`this is no YAML: ${reason}`, 'is a quote or bracket above left open?'];
  }
  if (/null byte|non-printable/.test(reason)) {
    return [`this is no YAML: ${reason}`, 'is it a text file? Save it as UTF-8'];
  }
  return [`this is no YAML: ${reason}`, 'look here and at the line above'];
}
