import * as t from 'io-ts';
import type { RecordedEvent, RecordingHeader } from '../RecordedEvent';

const constrained = <A>(name: string, is: (value: unknown) => value is A): t.Type<A> =>
  new t.Type<A>(
    name,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  );

const Natural = constrained(
  'an integer >= 0',
  (value): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
);
const Milliseconds = constrained(
  'a number of milliseconds >= 0',
  (value): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0,
);
const Base64 = constrained(
  'base64',
  (value): value is string =>
    typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
);
const IsoTime = constrained(
  'a time as 2026-01-31T12:00:00.000Z',
  (value): value is string =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
);
const text = constrained('a string', (value): value is string => typeof value === 'string');
const oneOf = <const A extends readonly string[]>(...names: A): t.Type<A[number]> =>
  constrained(names.map((name) => `"${name}"`).join(' | '), (value): value is A[number] =>
    names.some((name) => name === value),
  );
const yes = constrained('true', (value): value is true => value === true);
const Part = constrained(
  'an integer >= 2',
  (value): value is number => Number.isSafeInteger(value) && Number(value) >= 2,
);
const noConfirm = constrained('false', (value): value is false => value === false);

const common = {
  at: Milliseconds,
  link: Natural,
  side: text,
  dialect: oneOf('comet', 'native', 'unknown'),
};
const contentFields = {
  text,
  base64: Base64,
  content: text,
  type: text,
  redacted: t.readonlyArray(text),
};
const from = oneOf('client', 'host');

const kinds = {
  open: t.intersection([t.type({ ...common, kind: oneOf('open') }), t.partial({ peer: text, joined: yes })]),
  message: t.intersection([
    t.type({ ...common, kind: oneOf('message'), id: Natural, action: text }),
    t.partial({ ...contentFields, confirm: noConfirm, key: text }),
  ]),
  ack: t.intersection([
    t.type({ ...common, kind: oneOf('ack'), id: Natural }),
    t.partial({ ...contentFields, status: oneOf('next', 'complete', 'error'), code: text }),
  ]),
  cancel: t.type({ ...common, kind: oneOf('cancel'), id: Natural }),
  error: t.intersection([
    t.type({ ...common, kind: oneOf('error'), code: text, message: text }),
    t.partial({ from, lost: Natural, next: Part }),
  ]),
  close: t.intersection([
    t.type({ ...common, kind: oneOf('close'), how: oneOf('fin', 'reset', 'timeout') }),
    t.partial({ from }),
  ]),
};
const Kind = oneOf('open', 'message', 'ack', 'cancel', 'error', 'close');
const KindOnly = t.type({ kind: Kind });

const Version1 = constrained('1', (value): value is 1 => value === 1);

/** The codec of a recording's first line. */
const Header: t.Type<RecordingHeader> = t.intersection([
  t.type({ rxcomet: oneOf('recording'), version: Version1, started: IsoTime }),
  t.partial({ part: Part, redact: t.readonlyArray(text) }),
]);

const contents = ['text', 'base64', 'content'] as const;

/**
 * The io-ts codecs of docs/recording.md behind the project's own types. Each function answers with the value
 * or with what was expected.
 */
export const recordingCodecs = {
  header(value: unknown): RecordingHeader | { readonly expected: string } {
    return Header.is(value) ? value : { expected: explain(Header, value) };
  },

  event(value: unknown): RecordedEvent | { readonly expected: string } {
    if (!KindOnly.is(value)) return { expected: explain(KindOnly, value) };
    const codec: t.Mixed = kinds[value.kind];
    if (!codec.is(value)) return { expected: explain(codec, value) };
    if (value.kind === 'message' || value.kind === 'ack') {
      const given = contents.filter((name) => (value as Record<string, unknown>)[name] !== undefined);
      // A `complete` carries no result.
      const wanted =
        'status' in value && value.status === 'complete' ? given.length <= 1 : given.length === 1;
      if (!wanted) return { expected: `exactly one of ${contents.join(', ')}, got ${given.length}` };
    }
    return value as unknown as RecordedEvent;
  },
} as const;

/**
 * The first thing wrong: its path and what was expected there. Values are not shown, they may be what
 * --redact is for elsewhere.
 */
function explain(codec: t.Mixed, value: unknown): string {
  const result = codec.decode(value);
  if (result._tag === 'Right') return 'an event';
  const context = result.left[0]?.context ?? [];
  const last = context[context.length - 1];
  const path = context
    .map((entry) => entry.key)
    // Members of an intersection appear as their number; fields of a recording's lines never do.
    .filter((key, index) => key !== '' && !(/^\d$/.test(key) && index === 1))
    .join('.');
  if (path === '') return 'a JSON object';
  return `${path}: ${last?.type.name ?? ''}${last?.actual === undefined ? ', which is missing' : ''}`;
}
