import { RecordedAnswers, type RecordedAnswersOptions } from './RecordedAnswers';
import type { RecordedEvent } from '../../recording/RecordedEvent';

/** What a stand-in needs to know of one side of a recording. */
export interface SideAnswers {
  readonly answers: RecordedAnswers;
  /** Whether the recorded host of these conversations spoke native. */
  native: boolean;
}

/** Reads a recording once and makes the answers of each side that `wanted` names, which the caller closes. */
export async function loadAnswers(
  recording: Iterable<RecordedEvent> | AsyncIterable<RecordedEvent>,
  options: RecordedAnswersOptions,
  wanted: (side: string) => boolean,
  onEvent: (event: RecordedEvent) => void = () => undefined,
): Promise<ReadonlyMap<string, SideAnswers>> {
  const sides = new Map<string, SideAnswers>();
  try {
    for await (const event of recording) {
      onEvent(event);
      if (event.link === 0 || !wanted(event.side)) continue;
      let side = sides.get(event.side);
      if (side === undefined) {
        side = { answers: new RecordedAnswers(options), native: false };
        sides.set(event.side, side);
      }
      if (event.dialect === 'native') side.native = true;
      side.answers.add(event);
    }
  } catch (error) {
    for (const { answers } of sides.values()) answers.close();
    throw error;
  }
  return sides;
}
