import type { CompareOptions } from '../../../src/replay/verdict/CompareOptions';
import { RecordedAnswers } from '../../../src/replay/standIn/RecordedAnswers';
import type { RecordedEvent } from '../../../src/recording/RecordedEvent';
import { ack, message } from '../../recording/recordingSupport';

const on = (link: number, event: RecordedEvent): RecordedEvent => ({ ...event, link });
const answers = (
  events: RecordedEvent[],
  options: CompareOptions & { mode?: 'strict' | 'lenient' } = {},
): RecordedAnswers => {
  const result = new RecordedAnswers(options);
  for (const event of events) result.add(event);
  return result;
};
const close = (from: 'client' | 'host'): RecordedEvent => ({
  ...{ at: 9, link: 1, side: 'host', dialect: 'comet', kind: 'close', how: 'reset', from },
});
const text = (recorded: RecordedAnswers, connection: object, value: unknown, action = 'Move') => {
  const answer = recorded.answer(connection, action, value);
  return answer === undefined ? undefined : `${answer.match} ${answer.acks.map((one) => one.text).join()}`;
};

describe('RecordedAnswers', () => {
  const poll = [
    message(1, '"?"'),
    ack(1, '1'),
    message(2, '"?"'),
    ack(2, '2'),
    message(3, '"?"'),
    ack(3, '3'),
  ];

  it('answers repeated messages in recorded order, each once', () => {
    const recorded = answers(poll);
    const connection = {};
    expect([1, 2, 3, 4].map(() => text(recorded, connection, '?'))).toEqual([
      'next 1',
      'next 2',
      'next 3',
      undefined,
    ]);
    expect(recorded.report()).toMatchObject({
      passed: false,
      answered: 3,
      unknownCount: 1,
      leftoverCount: 0,
    });
  });

  it('repeats the last answer when lenient', () => {
    const recorded = answers(poll, { mode: 'lenient' });
    const connection = {};
    expect([1, 2, 3, 4, 5].map(() => text(recorded, connection, '?')).slice(3)).toEqual([
      'repeated 3',
      'repeated 3',
    ]);
    expect(recorded.report()).toMatchObject({ passed: true, answered: 3, repeated: 2 });
  });

  it('keeps connections apart when equal messages have unlike answers', () => {
    const recorded = answers([
      ...[
        on(1, message(1, '"hello a"')),
        on(1, ack(1, '"A"')),
        on(2, message(1, '"hello b"')),
        on(2, ack(1, '"B"')),
      ],
      ...[on(1, message(2, '"?"')), on(1, ack(2, '"a"')), on(2, message(2, '"?"')), on(2, ack(2, '"b"'))],
    ]);
    const [first, second] = [{}, {}];
    expect(text(recorded, second, 'hello b')).toBe('next "B"');
    expect(text(recorded, first, 'hello a')).toBe('next "A"');
    expect(text(recorded, second, '?')).toBe('next "b"');
    expect(text(recorded, first, '?')).toBe('next "a"');
    expect(recorded.report().passed).toBe(true);
  });

  it('gives a new connection a recorded one that nobody plays yet', () => {
    const recorded = answers([...poll.slice(0, 4), on(2, message(1, '"?"')), on(2, ack(1, '3'))]);
    const [first, second] = [{}, {}];
    expect(text(recorded, first, '?')).toBe('next 1');
    expect(text(recorded, second, '?')).toBe('next 3');
    expect(text(recorded, first, '?')).toBe('next 2');
  });

  it('finds a message on another connection, as a new connection for each message makes it', () => {
    const recorded = answers([
      on(1, message(1, '1')),
      on(1, ack(1, '"a"')),
      on(2, message(1, '2')),
      on(2, ack(1, '"b"')),
    ]);
    expect(text(recorded, {}, 2)).toBe('next "b"');
    expect(text(recorded, {}, 1)).toBe('next "a"');
    expect(recorded.report().passed).toBe(true);
  });

  it('answers out of order, and strictly fails for it', () => {
    const events = [message(1, '1'), ack(1, '"a"'), message(2, '2'), ack(2, '"b"')];
    for (const mode of ['strict', 'lenient'] as const) {
      const recorded = answers(events, { mode });
      const connection = {};
      expect(text(recorded, connection, 2)).toBe('elsewhere "b"');
      expect(text(recorded, connection, 1)).toBe('next "a"');
      expect(recorded.report()).toMatchObject({ passed: mode === 'lenient', outOfOrder: [{ id: 2 }] });
    }
  });

  it('strictly fails for leftovers, and for having answered nothing', () => {
    expect(answers(poll).report()).toMatchObject({
      passed: false,
      leftoverCount: 3,
      leftovers: [{ id: 1 }, {}, {}],
    });
    expect(answers([], { mode: 'lenient' }).report().passed).toBe(false);
  });

  it('knows neither another action nor another value', () => {
    const recorded = answers(poll, { mode: 'lenient' });
    expect(text(recorded, {}, '?', 'Stop')).toBeUndefined();
    expect(text(recorded, {}, '!')).toBeUndefined();
    const changes = [{ path: 'value', kind: 'changed', expected: '?', actual: '!' }];
    expect(recorded.report().unknown).toEqual([
      { action: 'Stop', value: '?' },
      { action: 'Move', value: '!', nearest: { value: '?', changes } },
    ]);
  });

  it('matches by rules: ignored paths, types, tolerance, key order', () => {
    const recorded = answers([message(1, '{"at":"2026-01-31T12:00:00Z","x":1.0,"id":5}'), ack(1, '1')], {
      ignore: ['value.id', 'type:iso-time'],
      tolerance: [{ absolute: 0.1 }],
    });
    expect(text(recorded, {}, { id: 7, x: 1.05, at: '2027-01-31T12:00:00Z' })).toBe('next 1');
  });

  it('matches what a normaliser makes equal, and names only rules that met nothing', () => {
    const recorded = answers(
      [message(1, '{"name":" Stage ","id":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"}'), ack(1, '1')],
      {
        ignore: ['type:uuid', 'value.nowhere'],
        normalise: [{ path: 'value.name', with: (name) => String(name).trim().toLowerCase() }],
      },
    );
    expect(text(recorded, {}, { id: '00000000-0000-4000-8000-000000000000', name: 'STAGE' })).toBe('next 1');
    expect(recorded.report()).toMatchObject({ passed: true, unusedRules: ['value.nowhere'] });
  });

  it('keeps its report when it is closed, and answers nothing more', () => {
    const recorded = answers(poll);
    const connection = {};
    text(recorded, connection, '?');
    recorded.close();
    expect(text(recorded, connection, '?')).toBeUndefined();
    expect(recorded.report()).toMatchObject({
      answered: 1,
      unknownCount: 0,
      leftovers: [{ id: 2 }, { id: 3 }],
    });
  });

  it('finds a thousand connections again whose messages come in another order', () => {
    const links = Array.from({ length: 1000 }, (_, index) => index + 1);
    const recorded = answers(
      links.flatMap((link) => [
        on(link, message(1, `${link % 10}`)),
        on(link, ack(1, `${link}`)),
        { ...close('host'), link },
      ]),
    );
    const given = links.map((link) => text(recorded, {}, (link * 7) % 10));
    // Each once, and among equal ones in recorded order.
    expect(new Set(given).size).toBe(1000);
    expect(given.slice(0, 20).filter((_, index) => index % 10 === 0)).toEqual(['next 7', 'next 17']);
    expect(recorded.report()).toMatchObject({ passed: true, answered: 1000 });
  });

  it('takes what the recording hides for equal', () => {
    const hidden = {
      ...message(1, '{"a":1,"token":"[redacted]"}'),
      redacted: ['value.token'],
    } as RecordedEvent;
    const recorded = answers([hidden, ack(1, '1')]);
    const connection = {};
    expect(text(recorded, connection, { a: 2, token: 'x' })).toBeUndefined();
    expect(text(recorded, connection, { a: 1, token: 'x' })).toBe('next 1');
  });

  it('replays a connection that the host dropped instead of answering', () => {
    const recorded = answers([message(1, '1'), close('host')]);
    expect(recorded.answer({}, 'Move', 1)).toMatchObject({ acks: [], dropped: { how: 'reset' } });
    const left = answers([message(1, '1'), close('client')]);
    expect(left.answer({}, 'Move', 1)?.dropped).toBeUndefined();
  });

  it('gives all results of a stream', () => {
    const next = { ...ack(1, '1'), status: 'next' } as RecordedEvent;
    expect(text(answers([message(1, '1'), next, ack(1, '2')]), {}, 1)).toBe('next 1,2');
  });
});
