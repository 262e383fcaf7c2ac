import type { Place } from '../nodes/ConfigNode';
import type { ProblemList } from '../nodes/ProblemList';
import type { RawNode } from '../nodes/RawNode';
import { parseYaml } from './parseYaml';
import { YamlFault } from './YamlText';

/**
 * Reads YAML text into the graph it was written as, without judging what its tags and keys mean. Undefined
 * when the text holds nothing, or cannot be read and the reason is on the list.
 */
export function composeYaml(text: string, problems: ProblemList): RawNode | undefined {
  const placeOf = createPlaceOf(text);
  try {
    return parseYaml(text, placeOf);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    const place = placeOf(error.offset);
    problems.add(place, '', ...describeFault(error, lineOf(text, place)));
    return undefined;
  }
}

/** [message, remedy] */
function describeFault({ message, remedy }: YamlFault, line: string): [string, string] {
  if (/^ *\t/.test(line)) return ['this line is indented with a tab', 'YAML takes spaces only'];
  return [message, remedy];
}

function lineOf(text: string, { line }: Place): string {
  return text.split(/\r\n|\n|\r/)[line - 1] ?? '';
}

/** Lines end as in an editor. What has no place of its own, such as an empty value (-1), is at line 0. */
function createPlaceOf(text: string): (offset: number) => Place {
  const lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((found) => found.index + found[0].length)];
  return (offset) => {
    if (offset < 0) return { line: 0, column: 0 };
    let low = 0;
    let high = lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
  };
}
