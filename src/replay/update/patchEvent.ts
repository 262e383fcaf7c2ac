import type { JsonPath } from '../../recording/content/JsonPath';
import { recordedValue } from '../../recording/content/recordedValue';
import type { RecordedAck, RecordedContent } from '../../recording/RecordedEvent';
import type { ComparedEvent } from '../verdict/ComparisonListener';
import type { ValueChange } from '../verdict/Verdict';
import { PathTree } from './PathTree';
import { patchText } from './patchText';

/**
 * The recorded event with what the replay did otherwise: of its content what changed, and its status. Time,
 * place, ids and everything else stay, fields of later releases too.
 *
 * @param wholes paths of normalisers: what they match changes as a whole.
 */
export function patchEvent<E extends ComparedEvent>(
  recorded: E,
  actual: ComparedEvent,
  changes: readonly ValueChange[],
  wholes: readonly JsonPath[],
): E {
  const status = changes.some(({ path }) => path === 'status');
  const values = changes.filter(({ path }) => path !== 'status');
  const content = values.length === 0 ? contentOf(recorded) : patchContent(recorded, actual, values, wholes);
  const {
    text: _text,
    base64: _base64,
    content: _content,
    type: _type,
    redacted: _redacted,
    ...rest
  } = recorded;
  const patched = keepOrder(recorded, { ...rest, ...content } as E);
  return status && actual.kind === 'ack' ? (withStatus(patched, actual.status) as E) : patched;
}

/** The status stands behind the id, as a recorder writes it. */
function withStatus(event: object, status: RecordedAck['status']): object {
  const entries = Object.entries(event).filter(([name]) => name !== 'status');
  const index = entries.findIndex(([name]) => name === 'id') + 1;
  return Object.fromEntries(
    status === undefined
      ? entries
      : [...entries.slice(0, index), ['status', status], ...entries.slice(index)],
  );
}

/** Fields that were there keep their places, so that a line shows what changed and nothing else. */
function keepOrder<E extends object>(recorded: E, patched: E): E {
  const names = Object.keys(patched);
  const known = Object.keys(recorded).filter((name) => names.includes(name));
  const order = [...known, ...names.filter((name) => !known.includes(name))];
  return Object.fromEntries(order.map((name) => [name, patched[name as keyof E]])) as E;
}

function patchContent(
  recorded: ComparedEvent,
  actual: ComparedEvent,
  changes: readonly ValueChange[],
  wholes: readonly JsonPath[],
): RecordedContent {
  if (recorded.text === undefined || actual.text === undefined) return contentOf(actual);
  if (isMalformed(recorded.text) || isMalformed(actual.text)) return contentOf(actual);
  const text = patchText(recorded.text, actual.text, PathTree.of(changes, wholes));
  return text === undefined ? contentOf(actual) : { text, ...redactedOf(recorded) };
}

/** Then paths lead nowhere in it. */
function isMalformed(text: string): boolean {
  const value = recordedValue({ text });
  return typeof value === 'object' && value !== null && 'malformed' in value && value.malformed === text;
}

function contentOf(event: ComparedEvent): RecordedContent {
  const { text, base64, content, type } = event;
  return {
    ...(text === undefined ? {} : { text }),
    ...(base64 === undefined ? {} : { base64 }),
    ...(content === undefined ? {} : { content }),
    ...(type === undefined ? {} : { type }),
    ...redactedOf(event),
  };
}

const redactedOf = ({ redacted }: ComparedEvent): RecordedContent =>
  redacted === undefined ? {} : { redacted };
