import { encodeJson, parseJson, type OutboxEntry } from '../../index';
import { escapeControls } from '../../runtime/names';
import type { Output } from '../process/Io';
import { paint } from './paint';

/** Longer contents are cut in the lines for people. */
const MAX_LENGTH = 200;
/** It was written by an app of ours, which has no limit for that. */
const MAX_NESTING = 100_000;

/**
 * A message of an outbox as one line: key, time told, action, what it was refused with, content; with `json`
 * as a line of JSON with everything in full.
 */
export function formatOutboxEntry(entry: OutboxEntry, json: boolean, output: Output): string {
  const { key, action, refusal, raw } = entry;
  const time = new Date(entry.at).toISOString();
  if (json) {
    const content =
      raw === undefined ? { value: valueOf(entry) } : { base64: Buffer.from(raw).toString('base64') };
    return `${escapeControls(encodeJson({ key, time, action, ...content, ...(refusal === undefined ? {} : { refusal: jsonOf(refusal) }) }))}\n`;
  }
  const name = escapeControls(JSON.stringify(action));
  const why = refusal === undefined ? '' : ` ${paint(output, 'red', reasonOf(refusal))}`;
  const content =
    raw === undefined ? cut(escapeControls(encodeJson(valueOf(entry)))) : `<${raw.length} bytes>`;
  return `${key} ${paint(output, 'dim', time)} ${paint(output, 'cyan', name)}${why} ${content}\n`;
}

type OutboxRefusal = NonNullable<OutboxEntry['refusal']>;

function reasonOf({ code, reason, tries }: OutboxRefusal): string {
  return `${code} after ${tries} tries: ${escapeControls(reason)}:`;
}

function jsonOf({ code, reason, tries, at }: OutboxRefusal): object {
  return { code, reason, tries, time: new Date(at).toISOString() };
}

/** The content is the JSON text of a whole request. */
function valueOf({ text }: OutboxEntry): unknown {
  const request = parseJson(text ?? 'null', { bigint: true, maxNesting: MAX_NESTING, peer: '' });
  return (Object(request) as { readonly value?: unknown }).value ?? null;
}

function cut(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}… (${text.length} characters)`;
}
