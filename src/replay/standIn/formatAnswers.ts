import { checkArgument, shapes, type Shape } from '../../runtime/checkArguments';
import { escapeControls } from '../../runtime/names';
import { printValue } from '../verdict/format/formatVerdict';
import { describeNearest } from './nearestMessage';
import type { AnswersReport } from './RecordedAnswers';

const reportShape: Shape = {
  expected: 'a report, as report() or close() of a stand-in gives it',
  fits: (value) =>
    shapes.object.fits(value) && Array.isArray((value as { readonly unknown?: unknown }).unknown),
};

/** How a report is printed. */
export interface FormatAnswersOptions {
  /** Colours of a terminal; default false. */
  readonly colour?: boolean;
}

/**
 * What a stand-in was asked, against what its recording holds, for people: a line for each message that is
 * not in the recording, with the nearest recorded one, came out of order, or was not asked for; then the
 * counts.
 *
 * @throws BadOption (ERR_BAD_OPTION) for what is no report.
 * @example console.log(formatAnswers(await standIn.close()));
 */
export function formatAnswers(report: AnswersReport, { colour = false }: FormatAnswersOptions = {}): string {
  checkArgument('formatAnswers: the report', report, reportShape);
  const { unknown, unknownCount, outOfOrder, outOfOrderCount, leftovers, leftoverCount } = report;
  const lines = [
    ...unknown.map(
      ({ action, value, nearest }) =>
        `not in the recording: ${action} ${printValue(value)}; ${describeNearest(nearest)}`,
    ),
    ...more(unknownCount - unknown.length, 'not in the recording'),
    ...outOfOrder.map((message) => `out of order: ${place(message)}`),
    ...more(outOfOrderCount - outOfOrder.length, 'out of order'),
    ...leftovers.map((message) => `not asked for: ${place(message)}`),
    ...more(leftoverCount - leftovers.length, 'not asked for'),
    ...report.shortfalls,
    ...report.unusedRules.map((rule) => `matched nothing: ${rule}`),
  ].map(escapeControls);
  const outcome = report.passed ? 'pass' : colour ? '\u001b[31mno pass\u001b[39m' : 'no pass';
  const counts = [
    `answered ${report.answered}`,
    ...(report.repeated > 0 ? [`again ${report.repeated}`] : []),
    `unknown ${unknownCount}`,
    `out of order ${outOfOrderCount}`,
    `not asked for ${leftoverCount}`,
  ];
  return `${[...lines, `${outcome}: ${counts.join(', ')}`].join('\n')}\n`;
}

/** What a message is named by. */
interface Named {
  readonly action: string;
  readonly link: number;
  readonly id: number;
}

const place = ({ action, link, id }: Named): string => `${action}, link ${link}, message ${id}`;

const more = (count: number, what: string): string[] => (count > 0 ? [`… and ${count} more ${what}`] : []);
