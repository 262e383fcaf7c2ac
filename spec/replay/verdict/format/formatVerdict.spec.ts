import { compareRecordings } from '../../../../src/replay/verdict/compareRecordings';
import { formatVerdict } from '../../../../src/replay/verdict/format/formatVerdict';
import { formatVerdictJson } from '../../../../src/replay/verdict/format/formatVerdictJson';
import { formatVerdictJUnit } from '../../../../src/replay/verdict/format/formatVerdictJUnit';
import { ack, message } from '../../../recording/recordingSupport';

const expected = [message(1, '1'), ack(1, '{"v":NaN,"n":"<a & \\u0000\\"b\\">"}')];
const actual = [message(1, '1'), ack(1, '{"v":9007199254740993,"x":1}'), ack(2, '"more"')];

describe('formatVerdict', () => {
  it('prints differences, unused rules and counts', async () => {
    expect(formatVerdict(await compareRecordings(expected, actual, { ignore: ['**.zz'] }))).toBe(
      [
        'changed acknowledgement: Move, link 1, message 1, at 1.5 ms',
        '    asked     1',
        '    recorded  {"v":NaN,"n":"<a & \\u0000\\"b\\">"}',
        '    now       {"v":9007199254740993,"x":1}',
        '  - result.v: NaN',
        '  + result.v: 9007199254740993',
        '  - result.n: "<a & \\u0000\\"b\\">"',
        '  + result.x: 1',
        'extra acknowledgement: (no action), link 1, message 2, at 2.5 ms',
        '  + result: "more"',
        'matched nothing: **.zz',
        'different: 2 differences; compared 1, ignored 0, not compared 0',
        '',
      ].join('\n'),
    );
  });

  it('says pass, and why an empty comparison is none', async () => {
    expect(formatVerdict(await compareRecordings(expected, expected))).toBe(
      'pass: 0 differences; compared 1, ignored 0, not compared 0\n',
    );
    expect(formatVerdict(await compareRecordings([], []))).toContain('no pass: nothing was compared');
  });

  it('uses colour only when asked to', async () => {
    const verdict = await compareRecordings(expected, actual);
    expect(formatVerdict(verdict)).not.toContain('\u001b');
    expect(formatVerdict(verdict, { colour: true })).toContain('\u001b[31m  - result.v: NaN\u001b[39m');
  });

  it('tells how many differences it does not show', async () => {
    const verdict = await compareRecordings(expected, actual, { maxDifferences: 1 });
    expect(formatVerdict(verdict)).toContain('… and 1 more');
  });
});

describe('formatVerdictJson', () => {
  it('is JSON that keeps values JSON has no words for', async () => {
    const parsed: unknown = JSON.parse(formatVerdictJson(await compareRecordings(expected, actual)));
    expect(parsed).toMatchObject({
      passed: false,
      compared: 1,
      differences: [
        {
          kind: 'changed',
          changes: [
            { path: 'result.v', expected: 'NaN', actual: '9007199254740993' },
            { path: 'result.n', actual: null },
            { path: 'result.x', expected: null },
          ],
        },
        { kind: 'extra' },
      ],
    });
  });
});

describe('formatVerdictJUnit', () => {
  it('is XML with each action as a test case, escaped', async () => {
    const xml = formatVerdictJUnit(await compareRecordings(expected, actual), 'a<b>"&');
    expect(xml).toContain('<testsuite name="a&lt;b&gt;&quot;&amp;" tests="2" failures="2" errors="0">');
    expect(xml).toContain('<testcase classname="host" name="Move">');
    expect(xml).toContain('<failure message="1 of 1 compared differ">changed acknowledgement');
    expect(xml).toContain('- result.n: &quot;&lt;a &amp; \\u0000');
    expect(xml).not.toMatch(/\u0000/);
  });

  it('replaces what XML cannot write', async () => {
    const odd = [message(1, '1', { action: 'a\u0001\ud800' }), ack(1, '1')];
    expect(formatVerdictJUnit(await compareRecordings(odd, odd))).toContain('name="a\ufffd\ufffd"/>');
  });

  it('fails when nothing was compared', async () => {
    const xml = formatVerdictJUnit(await compareRecordings([], []));
    expect(xml).toContain('tests="1" failures="1"');
    expect(xml).toContain('nothing was compared');
  });
});

describe('what a peer sent', () => {
  const csi = '\u009b2J';
  const hostile = (text: string) => [
    message(1, '1', { action: `Move\u001b[2J${csi}` }),
    ack(1, JSON.stringify({ [`x\u001b[31m${csi}`]: text, y: text })),
  ];

  it('reaches no terminal as a control character, in none of the formats', async () => {
    const verdict = await compareRecordings(hostile(`one${csi}\u202e`), hostile(`two${csi}`));
    expect(verdict.differenceCount).toBe(1);
    for (const text of [formatVerdict(verdict), formatVerdictJson(verdict), formatVerdictJUnit(verdict)]) {
      expect(text).not.toMatch(/[^\P{C}\n]/u);
    }
    expect(formatVerdict(verdict)).toContain('Move\\u001b[2J\\u009b2J');
    expect(JSON.parse(formatVerdictJson(verdict))).toMatchObject({
      differences: [{ action: `Move\u001b[2J${csi}` }],
    });
  });
});
