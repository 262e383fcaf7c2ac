import fc from '../../support/fc';
import { compareRecordings } from '../../../src/replay/verdict/compareRecordings';
import type { RecordedEvent } from '../../../src/recording/RecordedEvent';
import { RecordingComparison } from '../../../src/replay/verdict/RecordingComparison';
import { ack, message } from '../../recording/recordingSupport';

const differences = async (expected: RecordedEvent[], actual: RecordedEvent[]): Promise<string[]> => {
  const { differences } = await compareRecordings(expected, actual);
  return differences.map(({ kind, what, id }) => `${kind} ${what} ${id}`);
};
const three = [
  message(1, '1'),
  message(2, '2'),
  message(3, '3'),
  ack(1, '"a"'),
  ack(2, '"b"'),
  ack(3, '"c"'),
];
const close = (from: 'client' | 'host'): RecordedEvent => ({
  ...{ at: 9, link: 1, side: 'host', dialect: 'comet', kind: 'close', how: 'fin', from },
});
const send = (link: number, id: number, text: string): RecordedEvent =>
  message(id, text, { link, side: 'Telegram' });

describe('compareRecordings', () => {
  it('passes what is as recorded', async () => {
    expect(await compareRecordings(three, three)).toEqual({
      passed: true,
      compared: 3,
      ignored: 0,
      notCompared: 0,
      differenceCount: 0,
      differences: [],
      notes: [],
      noteCount: 0,
      remarks: [],
      shortfalls: [],
      unusedRules: [],
      actions: [{ side: 'host', action: 'Move', compared: 3, differences: 0 }],
    });
  });

  it('does not pass when nothing was compared', async () => {
    expect((await compareRecordings([], [])).passed).toBe(false);
    expect((await compareRecordings([message(1, '1')], [message(1, '1')])).passed).toBe(false);
  });

  it('tells what changed, with paths', async () => {
    const verdict = await compareRecordings(
      [message(1, '1'), ack(1, '{"a": 1.0, "b": NaN}')],
      [message(1, '1'), ack(1, '{"b":NaN,"a":2}')],
    );
    expect(verdict).toMatchObject({ passed: false, compared: 1, differenceCount: 1 });
    expect(verdict.differences[0]).toMatchObject({
      kind: 'changed',
      what: 'acknowledgement',
      action: 'Move',
      link: 1,
      id: 1,
      at: 1.5,
      changes: [{ path: 'result.a', kind: 'changed', expected: 1, actual: 2 }],
    });
  });

  it('tells another status although the value is the same', async () => {
    const error = ack(1, '"a"', { status: 'error' } as never);
    const verdict = await compareRecordings([message(1, '1'), ack(1, '"a"')], [message(1, '1'), error]);
    expect(verdict.differences[0]?.changes).toEqual([
      { path: 'status', kind: 'changed', expected: 'result', actual: 'error' },
    ]);
  });

  it('tells missing and extra acknowledgements', async () => {
    expect(await differences(three, three.slice(0, 5))).toEqual(['missing acknowledgement 3']);
    expect(await differences(three, [...three, ack(2, '"b"')])).toEqual(['extra acknowledgement 2']);
    expect(await differences([], [ack(7, '1')])).toEqual(['extra acknowledgement 7']);
  });

  it('tells only what moved within a connection', async () => {
    const [a, b, c] = [ack(1, '"a"'), ack(2, '"b"'), ack(3, '"c"')];
    const asked = three.slice(0, 3);
    expect(await differences(three, [...asked, c, a, b])).toEqual(['reordered acknowledgement 3']);
    expect(await differences(three, [...asked, b, c, a])).toEqual(['reordered acknowledgement 1']);
  });

  it('takes a missing acknowledgement for no reordering of the others', async () => {
    expect(await differences(three, [...three.slice(0, 3), ack(2, '"b"'), ack(3, '"c"')])).toEqual([
      'missing acknowledgement 1',
    ]);
  });

  it('does not compare order across connections', async () => {
    const other = three.map((event) => ({ ...event, link: 2 }));
    expect(await differences([...three, ...other], [...other, ...three])).toEqual([]);
  });

  it('compares streams of results one by one', async () => {
    const next = (text: string): RecordedEvent => ack(1, text, { status: 'next' } as never);
    const done = { ...ack(1, ''), text: undefined, status: 'complete' } as unknown as RecordedEvent;
    const stream = [message(1, '1'), next('1'), next('2'), next('3'), done];
    expect(await differences(stream, stream)).toEqual([]);
    expect(await differences(stream, [message(1, '1'), next('2'), next('1'), next('3'), done])).toEqual([
      'reordered acknowledgement 1',
    ]);
    expect(await differences(stream, [message(1, '1'), next('1'), next('9'), next('3'), done])).toEqual([
      'changed acknowledgement 1',
    ]);
  });

  it('finds the one result that is missing or extra in the midst of a long stream', async () => {
    const next = (text: string): RecordedEvent => ack(1, text, { status: 'next' } as never);
    const results = Array.from({ length: 3000 }, (_, index) => next(`${index}`));
    const stream = [message(1, '1'), ...results, ack(1, '"end"')];
    const without = stream.filter((_, index) => index !== 1500);
    const kinds = async (expected: RecordedEvent[], actual: RecordedEvent[]) => {
      const { differences: found } = await compareRecordings(expected, actual);
      return found.map(({ kind, changes: [change] }) => [kind, change?.expected, change?.actual]);
    };
    expect(await kinds(stream, without)).toEqual([['missing', 1499, undefined]]);
    expect(await kinds(without, stream)).toEqual([['extra', undefined, 1499]]);
    const other = stream.map((event, index) => (index === 1500 ? next('"x"') : event));
    expect(await kinds(stream, other)).toEqual([['changed', 1499, 'x']]);
    const moved = [...without.slice(0, 1550), ...stream.slice(1500, 1501), ...without.slice(1550)];
    expect(await kinds(stream, moved)).toEqual([['reordered', undefined, undefined]]);
  });

  it('tells what moved on a link where something stays open all along', async () => {
    const pairs = Array.from({ length: 10_000 }, (_, index) => [
      message(index + 2, '1'),
      ack(index + 2, '"a"'),
    ]);
    const recorded = [message(1, '1'), ...pairs.flat(), ack(1, '"late"')];
    const moved = [...recorded];
    moved.splice(12_000, 0, ...moved.splice(18_000, 1));
    expect(await differences(recorded, recorded.slice(0, -1))).toEqual(['missing acknowledgement 1']);
    const [only, ...others] = await differences(recorded, moved);
    expect(only).toMatch(/^reordered acknowledgement/);
    expect(others).toEqual([]);
  });

  it('judges a link as soon as it has ended on both sides', async () => {
    const comparison = new RecordingComparison();
    const [asked, answered, ended] = [message(1, '1'), ack(1, '1'), close('client')];
    for (const event of [asked, answered, ended]) comparison.expected(event);
    comparison.actual(asked);
    comparison.actual(ended);
    // The same number again is another connection: what was missing on the first can't come on this one.
    comparison.expected(asked);
    comparison.expected(ack(1, '2'));
    comparison.actual(answered);
    expect(comparison.finish().differences.map(({ kind }) => kind)).toEqual(['missing', 'changed']);
  });

  it('counts what the recording cannot answer as not compared', async () => {
    const lost = {
      at: 1,
      link: 0,
      side: 'host',
      dialect: 'unknown',
      kind: 'error',
      code: 'E',
      message: '',
      lost: 5,
    } as const;
    const unconfirmed = message(2, '2', { confirm: false } as never);
    const verdict = await compareRecordings(
      [message(1, '1'), ack(1, '1'), unconfirmed, message(3, '3'), close('client'), lost],
      [message(1, '1'), ack(1, '1'), message(3, '3'), ack(3, '3')],
    );
    expect(verdict).toMatchObject({ passed: true, compared: 1, notCompared: 7 });
  });

  it('takes an answer for extra where the recorded host closed without one', async () => {
    expect(await differences([message(1, '1'), close('host')], [message(1, '1'), ack(1, '1')])).toEqual([
      'extra acknowledgement 1',
    ]);
  });

  it('leaves out what a recording hides', async () => {
    const hidden = ack(1, '{"a":1,"token":"[redacted]"}', { redacted: ['result.token'] });
    const verdict = await compareRecordings(
      [message(1, '1'), hidden],
      [message(1, '1'), ack(1, '{"a":1,"token":"t"}')],
    );
    expect(verdict).toMatchObject({ passed: true, ignored: 1 });
  });

  describe('of sends', () => {
    it('passes the same sends under other link and message numbers', async () => {
      const verdict = await compareRecordings(
        [send(1, 1, '1'), send(1, 2, '1'), send(2, 1, '2')],
        [send(7, 5, '1'), send(8, 1, '2'), send(7, 6, '1')],
      );
      expect(verdict).toMatchObject({ passed: true, compared: 3 });
    });

    it('tells changed, missing, extra and reordered ones', async () => {
      expect(await differences([send(1, 1, '1')], [send(1, 1, '2')])).toEqual(['changed send 1']);
      expect(await differences([send(1, 1, '1')], [])).toEqual(['missing send 1']);
      expect(await differences([], [send(1, 1, '1')])).toEqual(['extra send 1']);
      expect(
        await differences([send(1, 1, '1'), send(1, 2, '2')], [send(1, 1, '2'), send(1, 2, '1')]),
      ).toEqual(['reordered send 2']);
    });

    it('counts a great many changed ones in their order', async () => {
      const sends = (from: number) =>
        Array.from({ length: 5000 }, (_, index) => send(1, index + 1, `${from + index}`));
      const verdict = await compareRecordings(sends(0), sends(100_000), { maxDifferences: 2 });
      expect(verdict).toMatchObject({ compared: 5000, differenceCount: 5000 });
      expect(verdict.differences).toMatchObject([
        { kind: 'changed', changes: [{ expected: 0, actual: 100_000 }] },
        { kind: 'changed', changes: [{ expected: 1, actual: 100_001 }] },
      ]);
    });

    it('leaves out what a recording hides, whichever comes first', async () => {
      const hidden = {
        ...send(1, 1, '{"a":1,"token":"[redacted]"}'),
        redacted: ['value.token'],
      } as RecordedEvent;
      const real = send(1, 1, '{"a":1,"token":"t"}');
      const other = send(1, 1, '{"a":2,"token":"t"}');
      expect(await compareRecordings([hidden], [real])).toMatchObject({
        passed: true,
        compared: 1,
        ignored: 1,
      });
      expect(await compareRecordings([hidden], [other])).toMatchObject({ passed: false, compared: 1 });
      const hiddenToo = { ...hidden, id: 2, text: '{"a":2,"token":"[redacted]"}' } as RecordedEvent;
      expect(await differences([hidden, hiddenToo], [other, real])).toEqual(['reordered send 2']);
      const comparison = new RecordingComparison();
      comparison.actual(real);
      comparison.expected(hidden);
      expect(comparison.finish()).toMatchObject({ passed: true, compared: 1, ignored: 1 });
    });

    it('finds a counterpart that comes much later', async () => {
      const sends = Array.from({ length: 3000 }, (_, index) => send(1, index + 1, `${index}`));
      const late = [...sends.slice(1), ...sends.slice(0, 1)];
      expect(await differences(sends, late)).toEqual(['reordered send 1']);
    });

    it('keeps clients apart', async () => {
      const other = { ...send(1, 1, '1'), side: 'Printer' };
      expect(await differences([send(1, 1, '1')], [other])).toEqual(['missing send 1', 'extra send 1']);
    });
  });

  it('describes no more differences than asked for, and counts all', async () => {
    const verdict = await compareRecordings(three, three.slice(0, 3), { maxDifferences: 1 });
    expect(verdict).toMatchObject({ differenceCount: 3, differences: [{ id: 1 }] });
  });

  it('passes any conversation against itself, and not once an acknowledgement is gone', async () => {
    const exchange = fc.record({ link: fc.integer({ min: 1, max: 3 }), text: fc.json(), results: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(exchange, { minLength: 1 }), fc.nat(), async (exchanges, victim) => {
        const events = exchanges.flatMap(({ link, text, results }, index) => [
          message(index + 1, text, { link }),
          ...Array.from({ length: results }, () => ack(index + 1, text, { link, status: 'next' } as never)),
          ack(index + 1, text, { link }),
        ]);
        expect((await compareRecordings(events, events)).passed).toBe(true);
        const acks = events.filter(({ kind }) => kind === 'ack');
        const gone = acks[victim % acks.length];
        const verdict = await compareRecordings(
          events,
          events.filter((event) => event !== gone),
        );
        expect(verdict.differences[0]?.kind).toMatch(/missing|changed/);
      }),
      { numRuns: 50 },
    );
  });
});
