import { type Shape, checkArgument, checkOptions, shapes } from '../../runtime/checkArguments';
import type { App } from '../../app/App';
import { AppTransport } from '../../app/AppTransport';
import { BadOption } from '../../errors/setUp';
import { type Clock, systemClock } from '../../runtime/Clock';
import type { LinkEnd, LinkWatcher, WatchedLink } from '../../streams/transport/WatchedLink';
import {
  type RecordingOptions,
  type RecordingSummary,
  RecordingWriter,
  recordingShapes,
} from '../format/RecordingWriter';
import { OpenMessages } from '../format/OpenMessages';
import { type RecordedDialect, STOPPED_CODE } from '../RecordedEvent';
import { ConversationWatcher } from './ConversationWatcher';
import type { EventSink } from './EventSink';
import { hearing, recordedSide } from './recordTransport';

/** A stopped app has dropped its connections; how long their closing is waited for. */
const LAST_CLOSES_MS = 1000;

const appShape: Shape = {
  expected: 'an app of createApp',
  fits: (value) => shapes.object.fits(value) && 'failures$' in (value as object),
};

/** The recording of an app. */
export interface AppRecording {
  /**
   * Resolves once the app or the recording has stopped and the file is closed. Never rejects: what failed
   * stands in the summary. Until then the file lacks at most the last 100 ms.
   */
  readonly finished: Promise<RecordingSummary>;
  /**
   * Ends the recording while the app goes on, and closes the file. Called again, or after the app has
   * stopped, it gives the same summary.
   */
  stop(): Promise<RecordingSummary>;
}

/**
 * Records everything that an app says and hears, as host and as client, from now on until it has stopped, or
 * `stop()`. What passes is untouched and never waits for the disk. Connections that are open already are
 * recorded from their next message on, with `joined: true` on their `open`; answers to what was asked before
 * are left out.
 *
 * @param app from createApp; for the whole of its conversations call this before `start()` and before the
 * first send.
 * @param file made new; compressed when its name ends in .gz.
 * @throws BadOption (ERR_BAD_OPTION) when the app has stopped, or for an option that is none.
 * @example
 * const app = createApp(await loadConfig('settings.yml'));
 * const recording = record(app, 'session.ndjson', { redact: ['value.password'] });
 * await app.start();
 * // …
 * await app.stop();
 * const { written, lost } = await recording.finished;
 */
export function record(app: App, file: string, options: RecordingOptions = {}): AppRecording {
  checkArgument('record: the app', app, appShape);
  checkArgument('record: the file', file, shapes.file);
  checkOptions('record', options, recordingShapes);
  const transport = AppTransport.of(app);
  // Before the writer, which makes the file.
  if (hasStopped(app)) throw new BadOption('the app has stopped; record it before or while it runs');
  const recorder = new Recorder(new RecordingWriter(file, options), options.clock ?? systemClock);
  const unobserve = transport.observe(recorder.watch);
  let end = (_summary: Promise<RecordingSummary>): void => undefined;
  const finished = new Promise<RecordingSummary>((resolve) => (end = resolve));
  const life = app.connections$.subscribe({ complete: () => end(recorder.finish()) });
  void finished.then(() => {
    unobserve();
    life.unsubscribe();
  });
  return {
    finished,
    stop() {
      end(recorder.close());
      return finished;
    },
  };
}

function hasStopped(app: App): boolean {
  let stopped = false;
  app.connections$.subscribe({ complete: () => (stopped = true) }).unsubscribe();
  return stopped;
}

/** Writes what the links of an app carry into the file, counting those that are open. */
class Recorder {
  readonly #writer: RecordingWriter;
  readonly #sink: EventSink;
  readonly #waiting = new OpenMessages();
  readonly #clock: Clock;
  /** Ends the watching of links that are open. */
  readonly #unwatch = new Set<() => void>();
  #links = 0;
  #open = 0;
  #onAllClosed: (() => void) | undefined;
  #isOver = false;

  constructor(writer: RecordingWriter, clock: Clock) {
    this.#writer = writer;
    this.#sink = {
      get elapsedMs() {
        return writer.elapsedMs;
      },
      write: (event) => {
        this.#waiting.add(event);
        writer.write(event);
      },
    };
    this.#clock = clock;
  }

  readonly watch = (link: WatchedLink, client: string | undefined, wasOpen: boolean): void => {
    if (this.#isOver) return;
    const us = client === undefined ? 'host' : 'client';
    const side = client === undefined ? 'host' : recordedSide(client);
    const begin = (joined?: RecordedDialect): LinkWatcher => {
      this.#links += 1;
      this.#open += 1;
      const place = { writer: this.#sink, link: this.#links, side, peer: link.peer };
      return hearing(new ConversationWatcher({ ...place, ...(joined === undefined ? {} : { joined }) }), us);
    };
    let began = !wasOpen;
    const watcher = wasOpen ? new JoiningWatcher(link, begin, () => (began = true)) : begin();
    const unwatch = link.watch({
      data: (from, chunk) => watcher.data(from, chunk),
      end: (from) => watcher.end(from),
      close: (dropped, error) => {
        this.#unwatch.delete(unwatch);
        watcher.close(dropped, error);
        if (began) this.#closed();
      },
    });
    this.#unwatch.add(unwatch);
  };

  /** Closes the file once every connection has told how it ended. */
  async finish(): Promise<RecordingSummary> {
    if (this.#open > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimeout(resolve, LAST_CLOSES_MS, { ref: true });
        this.#onAllClosed = () => {
          this.#clock.clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.close();
  }

  /** Closes the file; what is open goes on unwatched. */
  close(): Promise<RecordingSummary> {
    if (!this.#isOver) {
      this.#isOver = true;
      for (const unwatch of this.#unwatch) unwatch();
      this.#unwatch.clear();
      this.#markWaiting();
    }
    return this.#writer.close();
  }

  /** Says why answers are lacking at the end, so that it is told from a file that was cut. */
  #markWaiting(): void {
    const { elapsedMs: at } = this.#writer;
    for (const [{ link, side, dialect }, count] of this.#waiting.links()) {
      const message = `the recording was stopped while ${count} message(s) waited for an answer`;
      this.#writer.write({ at, link, side, dialect, kind: 'error', code: STOPPED_CODE, message });
    }
  }

  #closed(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#onAllClosed?.();
  }
}

/** Waits until a link that was open is between two messages, and begins with what comes then. */
class JoiningWatcher implements LinkWatcher {
  readonly #link: WatchedLink;
  readonly #begin: (joined: RecordedDialect) => LinkWatcher;
  readonly #onBegun: () => void;
  /** Nothing is under way of which only a part would be heard. */
  #isAtRest: boolean;
  #watcher: LinkWatcher | undefined;

  constructor(link: WatchedLink, begin: (joined: RecordedDialect) => LinkWatcher, onBegun: () => void) {
    this.#link = link;
    this.#begin = begin;
    this.#onBegun = onBegun;
    this.#isAtRest = link.atRest === true;
  }

  data(from: LinkEnd, chunk: Uint8Array): void {
    // Asked before the holder of the link reads what came.
    if (from === 'them') this.#isAtRest ||= this.#link.atRest === true;
    if (!this.#isAtRest) return;
    if (this.#watcher === undefined) {
      this.#watcher = this.#begin(this.#link.dialect ?? 'unknown');
      this.#onBegun();
    }
    this.#watcher.data(from, chunk);
  }

  end(from: LinkEnd): void {
    this.#watcher?.end(from);
  }

  close(dropped: LinkEnd | undefined, error: Error | undefined): void {
    this.#watcher?.close(dropped, error);
  }
}
