import { encodeJson, type Message } from '../../index';
import { escapeControls } from '../../runtime/names';
import type { Output } from '../process/Io';
import { paint } from './paint';
import { isBytes } from '../../runtime/bytes';

/** Longer values are cut in the lines for people. */
const MAX_VALUE_LENGTH = 1000;
const MAX_BYTES = 16;
/** An action without these needs no quotes: white space, controls, quotes. */
const PLAIN = /^[^\s\p{C}"']+$/u;

/**
 * A message as one line: time, peer, action, value; with `json` as a line of JSON with everything in full.
 * What a peer sent can neither break the line nor reach the terminal as a control sequence.
 */
export function formatMessage(message: Message, json: boolean, output: Output): string {
  const { receivedAt, peer, host, action, value, dialect } = message;
  const time = new Date(receivedAt).toISOString();
  if (json) {
    const shown = isBytes(value) ? { base64: Buffer.from(value).toString('base64') } : value;
    return `${escapeControls(encodeJson({ time, peer, host, dialect, action, value: shown }))}\n`;
  }
  const name = PLAIN.test(action) ? action : escapeControls(JSON.stringify(action));
  const text = isBytes(value) ? bytesText(value) : cut(escapeControls(encodeJson(value)));
  return `${paint(output, 'dim', time)} ${peer} ${paint(output, 'cyan', name)} ${text}\n`;
}

function bytesText(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, MAX_BYTES)].map((byte) => byte.toString(16).padStart(2, '0'));
  if (bytes.length > MAX_BYTES) shown.push('…');
  return ['<', bytes.length, ' bytes', shown.length > 0 ? `: ${shown.join(' ')}` : '', '>'].join('');
}

function cut(text: string): string {
  if (text.length <= MAX_VALUE_LENGTH) return text;
  return `${text.slice(0, MAX_VALUE_LENGTH)}… (${text.length} characters)`;
}
