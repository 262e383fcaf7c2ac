import { verdictShape } from '../optionShapes';
import { checkArgument } from '../../../runtime/checkArguments';
import type { Verdict } from '../Verdict';
import { changeLines, contextLines, counts, noteLines, reasonOf, title } from './formatVerdict';

/**
 * A verdict as JUnit XML, for CI: one test case for each action of each side, and one that fails when
 * nothing, or too little, was compared.
 *
 * @example await writeFile('replay.xml', formatVerdictJUnit(verdict, 'session.ndjson'));
 */
export function formatVerdictJUnit(verdict: Verdict, name = 'replay'): string {
  checkArgument('formatVerdictJUnit: the verdict', verdict, verdictShape);
  const cases: string[] = [];
  let failures = 0;
  for (const { side, action, compared, differences } of verdict.actions) {
    const attributes = `classname="${escape(side)}" name="${escape(action === '' ? '(no action)' : action)}"`;
    if (differences === 0) {
      cases.push(`    <testcase ${attributes}/>`);
      continue;
    }
    failures += 1;
    const own = verdict.differences.filter((one) => one.side === side && one.action === action);
    const lines = own.flatMap((difference) => [
      title(difference),
      ...contextLines(difference).map((line) => `    ${line}`),
      ...difference.changes.flatMap(changeLines).map(({ sign, text }) => `  ${sign} ${text}`),
    ]);
    const message = `${differences} of ${compared} compared differ`;
    cases.push(
      `    <testcase ${attributes}>`,
      `      <failure message="${escape(message)}">${escape(lines.join('\n'))}</failure>`,
      '    </testcase>',
    );
  }
  const empty = !verdict.passed && verdict.differenceCount === 0;
  if (empty) {
    failures += 1;
    cases.push(
      '    <testcase classname="replay" name="enough was compared">',
      `      <failure message="${escape(`${reasonOf(verdict)}: ${counts(verdict)}`)}"/>`,
      '    </testcase>',
    );
  }
  const totals = `tests="${verdict.actions.length + (empty ? 1 : 0)}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `  <testsuite name="${escape(name)}" ${totals}>`,
    ...cases,
    `    <system-out>${escape([counts(verdict), ...noteLines(verdict)].join('\n'))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * XML 1.0 has no way to write most control characters and lone surrogates, not even as a reference; the
 * others it discourages.
 */
const ILLEGAL = /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function escape(text: string): string {
  return text.replace(ILLEGAL, '\ufffd').replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
