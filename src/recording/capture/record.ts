import type { App } from '../../app/App';
import { LayeredTransport } from '../../app/LayeredTransport';
import { type Clock, systemClock } from '../../runtime/Clock';
import type { EventSink } from './EventSink';
import type { RecordedEvent } from '../RecordedEvent';
import { type RecordingOptions, type RecordingSummary, RecordingWriter } from '../format/RecordingWriter';
import { recordTransport } from './recordTransport';

/** A stopped app has dropped its connections; how long their closing is waited for. */
const lastClosesMs = 1000;

/** The recording of an app. */
export interface AppRecording {
  /**
   * Resolves once the app has stopped and the file is closed. Never rejects: what failed stands in the summary. Until then the file lacks
   * at most the last 100 ms.
   */
  readonly finished: Promise<RecordingSummary>;
}

/**
 * Records everything that an app says and hears, as host and as client, until it has stopped. What passes is untouched and never waits
 * for the disk.
 *
 * @param app nothing of it may be open yet: call this before `start()` and before the first send.
 * @param file made new; compressed when its name ends in .gz.
 * @throws BadOption (ERR_BAD_OPTION) when the app has opened something already, or for an option that is none.
 * @example
 * const app = createApp(await loadConfig('settings.yml'));
 * const recording = record(app, 'session.ndjson', { redact: ['value.password'] });
 * await app.start();
 * // …
 * await app.stop();
 * const { written, lost } = await recording.finished;
 */
export function record(app: App, file: string, options: RecordingOptions = {}): AppRecording {
  const transport = LayeredTransport.of(app);
  // Before the writer, which makes the file.
  transport.checkUnused();
  const sink = new AppSink(new RecordingWriter(file, options), options.clock ?? systemClock);
  transport.wrap((inner) => recordTransport(sink, inner));
  return {
    finished: new Promise((resolve) => {
      app.connections$.subscribe({ complete: () => resolve(sink.finish()) });
    }),
  };
}

/** Into the file, counting which connections are open. */
class AppSink implements EventSink {
  readonly #writer: RecordingWriter;
  readonly #clock: Clock;
  #open = 0;
  #onAllClosed: (() => void) | undefined;

  constructor(writer: RecordingWriter, clock: Clock) {
    this.#writer = writer;
    this.#clock = clock;
  }

  get elapsedMs(): number {
    return this.#writer.elapsedMs;
  }

  write(event: RecordedEvent): void {
    this.#writer.write(event);
    if (event.kind === 'open') this.#open += 1;
    if (event.kind !== 'close') return;
    this.#open -= 1;
    if (this.#open === 0) this.#onAllClosed?.();
  }

  /** Closes the file once every connection has told how it ended. */
  async finish(): Promise<RecordingSummary> {
    if (this.#open > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimeout(resolve, lastClosesMs, { ref: true });
        this.#onAllClosed = () => {
          this.#clock.clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#writer.close();
  }
}
