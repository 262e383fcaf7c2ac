import { ReplayProgress } from '../../../src/cli/commands/ReplayProgress';
import type { RecordedEvent } from '../../../src/recording/RecordedEvent';
import { ack, message } from '../../recording/recordingSupport';

/** A thousand messages with their answers, one a second. */
const events = Array.from({ length: 1000 }, (_, index) => [
  message(index + 1, '1', { at: index * 1000 }),
  ack(index + 1, '2', { at: index * 1000 + 500 }),
]).flat();
const recording = {
  file: '',
  warnings: [],
  isCut: false,
  header: () => Promise.reject(new Error('not asked for')),
  async *[Symbol.asyncIterator](): AsyncGenerator<RecordedEvent> {
    yield* events;
  },
};

async function read(progress: ReplayProgress): Promise<void> {
  for await (const _event of progress.recording);
}

describe('ReplayProgress', () => {
  it('tells how much is read at first', async () => {
    const progress = new ReplayProgress(recording, 'max');
    expect(progress.line(0)).toBe('reading the recording, 0 events');
    await read(progress);
    expect(progress.line(500)).toBe('reading the recording, 2000 events');
  });

  it('then tells messages, speed and time left, from what is done and what was read', async () => {
    const progress = new ReplayProgress(recording, 'max');
    await read(progress);
    for (const event of events.slice(0, 2)) progress.replayed(event);
    progress.line(60_000);
    for (const event of events.slice(2, 500)) progress.replayed(event);
    // A quarter of the events took ten seconds.
    expect(progress.line(70_000)).toMatch(/^250 messages, 25\/s, 0:30 left$/);
    for (const event of events.slice(500)) progress.replayed(event);
    expect(progress.line(80_000)).toMatch(/^1,?000 messages, 50\/s, 0:00 left$/);
  });

  it('goes by the recorded time when that is kept', async () => {
    const progress = new ReplayProgress(recording, 2);
    await read(progress);
    progress.replayed(events[0] as RecordedEvent);
    progress.line(1000);
    // 999.5 seconds at double speed, of which one has passed.
    expect(progress.line(2000)).toMatch(/, 8:19 left$/);
  });
});
