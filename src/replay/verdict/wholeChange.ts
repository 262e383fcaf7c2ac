import type { RecordedContent } from '../../recording/RecordedEvent';
import { recordedValue } from '../../recording/content/recordedValue';
import type { ValueChange } from './Verdict';

/** The one change of a message or acknowledgement that stands alone: all of it is missing, or extra. */
export function wholeChange(
  path: 'value' | 'result',
  kind: 'missing' | 'extra',
  content: RecordedContent,
): ValueChange {
  const value = recordedValue(content);
  return {
    path,
    kind,
    expected: kind === 'missing' ? value : undefined,
    actual: kind === 'extra' ? value : undefined,
  };
}
