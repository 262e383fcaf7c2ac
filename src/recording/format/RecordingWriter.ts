import { type Shape, checkArgument, checkOptions, shapes } from '../../runtime/checkArguments';
import { basename } from 'node:path';
import { guarded } from '../../runtime/guards';
import { type Clock, systemClock, withLongTimers } from '../../runtime/Clock';
import { type RecordingSink, SyncGzip, createFileSink } from './RecordingSink';
import { BadOption } from '../../errors/setUp';
import { Redaction, type UnusedRedaction } from './Redaction';
import type { RecordedError, RecordedEvent, RecordingHeader } from '../RecordedEvent';
import { recordingPartFile } from './recordingPartFile';
import { keptRedaction } from './keptRedaction';

/** How a recording is written. */
export interface RecordingOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Compress; default: when the file's name ends in .gz. */
  readonly gzip?: boolean;
  /** Begin a new file (`name.2.ndjson`, …) once one has this many bytes; default 0 = never. */
  readonly rotateBytes?: number;
  /**
   * Paths of values that must not enter the file, such as `value.password`; see `JsonPath`. What a recording
   * of that name hides already stays hidden when it is written anew.
   */
  readonly redact?: readonly string[];
  /** How long an event may wait before it is written; default 100 ms. */
  readonly flushMs?: number;
  /**
   * Characters that may wait for a slow or full disk; what does not fit is lost, counted and marked. Default
   * 16 MiB.
   */
  readonly maxPending?: number;
  /** Told once for each stretch of trouble with the disk. */
  readonly onTrouble?: (error: unknown) => void;
  /** Where a file's bytes go; default: a file of that name. */
  readonly openSink?: (file: string) => Promise<RecordingSink>;
}

/** What became of a recording. */
export interface RecordingSummary {
  /** In the order written. */
  readonly files: readonly string[];
  /** Events in the files. */
  readonly written: number;
  /**
   * Events the disk had no room or no time for; the places are marked in the file while it could be written.
   */
  readonly lost: number;
  /** Bytes in the files. */
  readonly bytes: number;
  /** Paths of `redact` that hid nothing: misspelled, or their place never came. */
  readonly unusedRedact: readonly UnusedRedaction[];
  /** Why the last write or the closing failed. */
  readonly error?: unknown;
}

/** What the options of a recording have to be. */
export const recordingShapes = {
  clock: shapes.clock,
  gzip: shapes.flag,
  rotateBytes: shapes.amount,
  redact: shapes.paths,
  flushMs: shapes.amount,
  maxPending: shapes.amount,
  onTrouble: shapes.callback,
  openSink: shapes.callback,
} satisfies Readonly<Record<keyof RecordingOptions, Shape>>;

/** Gathered text of this length is written without waiting for the flush time. */
const BATCH_CHARACTERS = 256 * 1024;
const RETRY_DELAY_MS = 1000;
/** Code of the mark that stands where events are missing. */
const LOSS_CODE = 'ERR_RECORDING_LOSS';
/** Code of the mark that ends a file when there is another. */
const NEXT_CODE = 'ERR_RECORDING_CONTINUES';

/**
 * Writes a recording (docs/recording.md). `write` only takes the event over: it never blocks, throws or waits
 * for the disk. A failed write is tried again each second; while the disk is behind, up to `maxPending`
 * characters wait, and what comes then is lost, counted, and marked in the file once there is room.
 *
 * @example
 * const writer = new RecordingWriter('session.ndjson', { redact: ['value.password'] });
 * writer.write({ at: writer.elapsedMs, link: 1, side: 'host', dialect: 'comet', kind: 'open' });
 * const { written, lost } = await writer.close();
 */
export class RecordingWriter {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #gzip: boolean;
  readonly #rotateBytes: number;
  readonly #flushMs: number;
  readonly #maxPending: number;
  readonly #redaction: Redaction;
  readonly #openSink: (file: string) => Promise<RecordingSink>;
  readonly #onTrouble: (error: unknown) => void;
  readonly #startedAt: number;
  readonly #started: string;

  #waiting: string[] = [];
  #waitingCharacters = 0;
  /** Lost since the last mark, and in all. */
  #unmarked = 0;
  #lost = 0;
  #written = 0;
  #bytes = 0;
  #error: unknown;
  #troubled = false;
  #closing: Promise<RecordingSummary> | undefined;
  #timer: unknown;
  #draining: Promise<void> | undefined;
  #wakeRetry: (() => void) | undefined;

  #sink: RecordingSink | undefined;
  #compressor: SyncGzip | undefined;
  #sinkBytes = 0;
  /**
   * The header of a file just opened, written in front of its first bytes so that both are tried again
   * together.
   */
  #head: Uint8Array | undefined;
  readonly #files: string[] = [];

  /** @throws BadOption (ERR_BAD_OPTION) for a path in `redact` that is none, or a number out of range. */
  constructor(file: string, options: RecordingOptions = {}) {
    checkArgument('RecordingWriter: the file', file, shapes.file);
    checkOptions('RecordingWriter', options, recordingShapes);
    this.#file = file;
    this.#clock = withLongTimers(options.clock ?? systemClock);
    this.#gzip = options.gzip ?? file.endsWith('.gz');
    this.#rotateBytes = notNegative('rotateBytes', options.rotateBytes ?? 0);
    this.#flushMs = notNegative('flushMs', options.flushMs ?? 100);
    this.#maxPending = notNegative('maxPending', options.maxPending ?? 16 * 1024 * 1024);
    // A sink of the caller's has no file to look into.
    const kept = options.openSink === undefined ? keptRedaction(file) : [];
    this.#redaction = new Redaction(options.redact ?? [], kept);
    this.#openSink = options.openSink ?? createFileSink;
    this.#onTrouble = guarded(options.onTrouble);
    this.#startedAt = this.#clock.now();
    this.#started = new Date(this.#clock.wallTime()).toISOString();
    this.#plan();
  }

  /** Milliseconds since the recording started, to the microsecond: the `at` of an event that happens now. */
  get elapsedMs(): number {
    return Math.max(0, Math.round((this.#clock.now() - this.#startedAt) * 1000) / 1000);
  }

  /** Events lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes an event over; after `close` it is counted as lost. */
  write(event: RecordedEvent): void {
    const line = this.#closing === undefined ? this.#lineOf(event) : undefined;
    // One event that alone is larger than the room is taken when nothing else waits.
    const room =
      this.#waiting.length === 0 || this.#waitingCharacters + (line?.length ?? 0) <= this.#maxPending;
    if (line === undefined || !room) {
      this.#lost += 1;
      this.#unmarked += 1;
      return;
    }
    this.#markLoss();
    this.#push(line);
    if (this.#waitingCharacters >= BATCH_CHARACTERS) this.#drain();
    else this.#plan();
  }

  /**
   * Writes what waits, makes it survive a power cut and closes. Never rejects: what failed stands in the
   * summary.
   */
  close(): Promise<RecordingSummary> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<RecordingSummary> {
    this.#clock.clearTimeout(this.#timer);
    // A write that waits to be tried again gets its last chance now.
    this.#wakeRetry?.();
    this.#markLoss();
    this.#drain();
    await this.#draining;
    try {
      await this.#closeSink();
    } catch (error) {
      this.#error ??= error;
    }
    return {
      files: this.#files,
      written: this.#written,
      lost: this.#lost,
      bytes: this.#bytes,
      unusedRedact: this.#redaction.unused,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  #lineOf(event: RecordedEvent): string | undefined {
    try {
      return `${JSON.stringify(this.#redaction.apply(event))}\n`;
    } catch {
      // Too long for a string of the machine; the caller's traffic must not suffer.
      return undefined;
    }
  }

  #push(line: string): void {
    this.#waiting.push(line);
    this.#waitingCharacters += line.length;
  }

  #markLoss(): void {
    if (this.#unmarked === 0) return;
    const message = `${this.#unmarked} event(s) could not be written here`;
    this.#push(this.#mark({ code: LOSS_CODE, message, lost: this.#unmarked }));
    this.#unmarked = 0;
  }

  /** The line of an event of the recorder itself. */
  #mark(fields: Pick<RecordedError, 'code' | 'message' | 'lost' | 'next'>): string {
    const { elapsedMs: at } = this;
    const mark: RecordedError = { at, link: 0, side: 'host', dialect: 'unknown', kind: 'error', ...fields };
    return `${JSON.stringify(mark)}\n`;
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#draining !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#drain();
    }, this.#flushMs);
  }

  #drain(): void {
    if (this.#draining !== undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#draining = this.#writeAll().finally(() => {
      this.#draining = undefined;
      if (this.#waiting.length > 0 && this.#closing === undefined) this.#plan();
    });
  }

  async #writeAll(): Promise<void> {
    do {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingCharacters = 0;
      // Not before there is more: a file that says that it goes on has a successor, however the recorder
      // ends.
      if (lines.length > 0 && this.#isFull) await this.#persist(() => this.#endFile());
      if (!(await this.#persist(() => this.#openNext()))) return this.#giveUp(lines);
      const bytes = lines.length === 0 ? new Uint8Array() : await this.#encode(lines.join(''));
      if (!(await this.#persist(() => this.#put(bytes)))) return this.#giveUp(lines);
      this.#written += lines.length;
    } while (this.#waiting.length > 0);
  }

  get #isFull(): boolean {
    return this.#sink !== undefined && this.#rotateBytes > 0 && this.#sinkBytes >= this.#rotateBytes;
  }

  async #endFile(): Promise<void> {
    const next = this.#files.length + 1;
    const message = `goes on in ${basename(recordingPartFile(this.#file, next))}`;
    await this.#put(await this.#encode(this.#mark({ code: NEXT_CODE, message, next })));
    await this.#closeSink();
  }

  /** Tries until it works, each second; once closing, one last time. */
  async #persist(step: () => Promise<void>): Promise<boolean> {
    for (;;) {
      const last = this.#closing !== undefined;
      try {
        await step();
        this.#troubled = false;
        return true;
      } catch (error) {
        if (!this.#troubled) this.#onTrouble(error);
        this.#troubled = true;
        if (last) {
          this.#error = error;
          return false;
        }
      }
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimeout(resolve, RETRY_DELAY_MS);
        this.#wakeRetry = () => {
          this.#clock.clearTimeout(timer);
          resolve();
        };
      });
      this.#wakeRetry = undefined;
    }
  }

  #giveUp(lines: readonly string[]): void {
    this.#lost += lines.length + this.#waiting.length;
    this.#waiting = [];
    this.#waitingCharacters = 0;
  }

  async #openNext(): Promise<void> {
    if (this.#sink !== undefined) return;
    const part = this.#files.length + 1;
    const file = recordingPartFile(this.#file, part);
    const sink = await this.#openSink(file);
    this.#files.push(file);
    this.#sink = sink;
    this.#sinkBytes = 0;
    this.#compressor = this.#gzip ? new SyncGzip() : undefined;
    const header: RecordingHeader = {
      rxcomet: 'recording',
      version: 1,
      started: this.#started,
      ...(part > 1 ? { part } : {}),
      ...(this.#redaction.paths.length > 0 ? { redact: this.#redaction.paths } : {}),
    };
    this.#head = await this.#encode(`${JSON.stringify(header)}\n`);
  }

  #encode(text: string): Promise<Uint8Array> {
    return this.#compressor?.compress(text) ?? Promise.resolve(Buffer.from(text, 'utf8'));
  }

  async #put(bytes: Uint8Array): Promise<void> {
    const sink = this.#sink;
    if (sink === undefined) return;
    const all = this.#head === undefined ? bytes : Buffer.concat([this.#head, bytes]);
    if (all.length === 0) return;
    await sink.write(all);
    this.#head = undefined;
    this.#sinkBytes += all.length;
    this.#bytes += all.length;
  }

  async #closeSink(): Promise<void> {
    const sink = this.#sink;
    if (sink === undefined) return;
    const compressor = this.#compressor;
    this.#compressor = undefined;
    try {
      await this.#put(compressor === undefined ? new Uint8Array() : await compressor.finish());
    } finally {
      this.#sink = undefined;
      await sink.close();
    }
  }
}

function notNegative(name: string, value: number): number {
  if (!(value >= 0)) throw new BadOption(`${name}: expected a number >= 0, got ${value}`);
  return value;
}
