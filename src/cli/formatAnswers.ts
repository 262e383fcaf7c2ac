import { encodeJson } from '../index';
import type { AnswersReport } from '../testing/index';
import type { Output } from './Io';
import { paint } from './paint';

/** Longer values are cut. */
const valueCharacters = 200;

/** What a stand-in was asked for, against what its recording holds, for people. */
export function formatAnswers(report: AnswersReport, output: Output): string {
  const { unknown, unknownCount, outOfOrder, outOfOrderCount, leftovers, leftoverCount } = report;
  const lines = [
    ...unknown.map(({ action, value }) => `not in the recording: ${action} ${short(value)}`),
    ...more(unknownCount - unknown.length, 'not in the recording'),
    ...outOfOrder.map((message) => `out of order: ${place(message)}`),
    ...more(outOfOrderCount - outOfOrder.length, 'out of order'),
    ...leftovers.map((message) => `not asked for: ${place(message)}`),
    ...more(leftoverCount - leftovers.length, 'not asked for'),
    ...report.unusedRules.map((rule) => `matched nothing: ${rule}`),
  ];
  const outcome = report.passed ? 'pass' : paint(output, 'red', 'no pass');
  const counts = [
    `answered ${report.answered}`,
    ...(report.repeated > 0 ? [`again ${report.repeated}`] : []),
    `unknown ${unknownCount}`,
    `out of order ${outOfOrderCount}`,
    `not asked for ${leftoverCount}`,
  ];
  return `${[...lines, `${outcome}: ${counts.join(', ')}`].join('\n')}\n`;
}

const place = ({
  action,
  link,
  id,
}: {
  readonly action: string;
  readonly link: number;
  readonly id: number;
}): string => `${action}, link ${link}, message ${id}`;

function short(value: unknown): string {
  const text = value instanceof Uint8Array ? `${value.length} bytes` : encodeJson(value);
  return text.length <= valueCharacters ? text : `${text.slice(0, valueCharacters)}…`;
}

const more = (count: number, what: string): string[] => (count > 0 ? [`… and ${count} more ${what}`] : []);
