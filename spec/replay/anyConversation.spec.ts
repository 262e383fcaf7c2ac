import fc from '../support/fc';
import { formatVerdict, replayRecording, type RecordedEvent, type Replay } from 'rxcomet/testing';
import { createVirtualClock } from '../support/createVirtualClock';
import { inVirtualTime } from './conversation';
import {
  answered,
  conversations,
  handlersOf,
  recordConversation,
  type Change,
  type Sleep,
} from './drawnConversation';

const speeds = [1, 4, 100, 'max', 'virtual'] as const;
const runs = Number(process.env['RXCOMET_CONVERSATIONS'] ?? 40);
// Each run is several replays.
jest.setTimeout(600_000);

/** @param pace of the handlers: 2 lets them take twice the time. */
async function replay(
  recording: RecordedEvent[],
  speed: (typeof speeds)[number],
  pace: number,
  changed?: { readonly n: number; readonly to: Change },
): Promise<Replay> {
  if (speed === 'virtual') {
    const sleep: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms * pace));
    return replayRecording(recording, { time: 'virtual', handlers: handlersOf(sleep, changed) });
  }
  const clock = createVirtualClock();
  const sleep: Sleep = (ms) => new Promise((resolve) => clock.setTimeout(resolve, ms * pace));
  return inVirtualTime(
    clock,
    replayRecording(recording, { clock, speed, handlers: handlersOf(sleep, changed) }),
  );
}

const paces = fc.constantFrom(1, 1, 0.2, 6);

describe.each(speeds)('any conversation, replayed at speed %s', (speed) => {
  it('is clean against the same handlers, whatever time they take', async () => {
    await fc.assert(
      fc.asyncProperty(conversations, paces, async (conversation, pace) => {
        const recording = await recordConversation(conversation);
        fc.pre(answered(recording).length > 0);
        const { verdict } = await replay(recording, speed, pace);
        expect(formatVerdict(verdict)).toContain('pass: 0 differences');
      }),
      { numRuns: runs },
    );
  });

  it('shows exactly the one change there is', async () => {
    await fc.assert(
      fc.asyncProperty(
        conversations,
        paces,
        fc.nat(),
        fc.constantFrom<Change>('value', 'failure'),
        async (conversation, pace, pick, to) => {
          const recording = await recordConversation(conversation);
          const candidates = answered(recording);
          fc.pre(candidates.length > 0);
          const { link, id, n } = candidates[pick % candidates.length]!;
          const { verdict } = await replay(recording, speed, pace, { n, to });
          expect(verdict.differences.map(({ kind, link: on, id: of }) => `${kind} ${on} ${of}`)).toEqual([
            `changed ${link} ${id}`,
          ]);
        },
      ),
      { numRuns: runs },
    );
  });
});
