/** The first line of a recording (docs/recording.md). */
export interface RecordingHeader {
  readonly rxcomet: 'recording';
  readonly version: 1;
  /** When the recording started, ISO 8601 in UTC; `at` of every event counts from here. */
  readonly started: string;
  /** Number of the file when a recording is spread over several; absent in the first. */
  readonly part?: number;
  /** The paths that were to be hidden. */
  readonly redact?: readonly string[];
}

/** What happened on one link, one line of a recording (docs/recording.md). */
export type RecordedEvent =
  RecordedOpen | RecordedMessage | RecordedAck | RecordedCancel | RecordedError | RecordedClose;

/** How the peers of a link spoke; `unknown` until the first answer has told. */
export type RecordedDialect = 'comet' | 'native' | 'unknown';

/** The end of a link that connected (`client`) or the one that accepted (`host`). */
export type RecordedEnd = 'client' | 'host';

/** Fields of every event. */
export interface RecordedEventBase {
  /** Milliseconds since the recording started, monotonic. */
  readonly at: number;
  /** Number of the connection within the recording, from 1 in the order opened; 0 is the recorder itself. */
  readonly link: number;
  /** `host` for a link that was accepted, the client's name for one that was opened; see `recordedSide`. */
  readonly side: string;
  readonly dialect: RecordedDialect;
}

/** What a frame carried. Exactly one of `text`, `base64` and `content` is set. */
export interface RecordedContent {
  /**
   * The JSON text of the value (of a message) or of the result (of an acknowledgement), character for
   * character.
   */
  readonly text?: string;
  /** Raw content. */
  readonly base64?: string;
  /** The whole text of a text/json frame that is not of the protocol's shape, character for character. */
  readonly content?: string;
  /** The content-type of raw content. */
  readonly type?: string;
  /** The paths that were hidden, as `--redact` named them. */
  readonly redacted?: readonly string[];
}

/** A connection was made. */
export interface RecordedOpen extends RecordedEventBase {
  readonly kind: 'open';
  /** The other side as ip:port. */
  readonly peer?: string;
  /** It was open before the recording began: what it had carried by then is not recorded. */
  readonly joined?: true;
}

/** A request, from the end that connected to the end that accepted. */
export interface RecordedMessage extends RecordedEventBase, RecordedContent {
  readonly kind: 'message';
  /** The message-id; where the wire has none, counted from 1 on its link. */
  readonly id: number;
  /** '' for raw content without an action. */
  readonly action: string;
  /** False when the sender asked for no acknowledgement. */
  readonly confirm?: false;
  /** The message-key, which drops duplicates. */
  readonly key?: string;
}

/** An acknowledgement, or one of several. */
export interface RecordedAck extends RecordedEventBase, RecordedContent {
  readonly kind: 'ack';
  /** The id of the message it answers; 0 for an error of the connection as a whole. */
  readonly id: number;
  /**
   * Absent: the one result. `next`: one of several. `complete`: no more. `error`: the result is the error.
   */
  readonly status?: 'next' | 'complete' | 'error';
  /**
   * The code of an error to a legacy peer, which stands in the header; a native peer reads it in the content.
   */
  readonly code?: string;
}

/** The sender no longer wants the answer. */
export interface RecordedCancel extends RecordedEventBase {
  readonly kind: 'cancel';
  readonly id: number;
}

/**
 * Something went wrong: unreadable traffic, or events that the recorder lost. Or, with `next`, the recorder
 * went on in another file.
 */
export interface RecordedError extends RecordedEventBase {
  readonly kind: 'error';
  readonly code: string;
  readonly message: string;
  /** Whose traffic it was. */
  readonly from?: RecordedEnd;
  /** Number of events that are missing at this place of the recording. */
  readonly lost?: number;
  /**
   * The last event of a file: the recording goes on in the file of this number. A reader of all files does
   * not show it.
   */
  readonly next?: number;
}

/** A connection ended. */
export interface RecordedClose extends RecordedEventBase {
  readonly kind: 'close';
  readonly how: 'fin' | 'reset' | 'timeout';
  /** Which end closed first. */
  readonly from?: RecordedEnd;
}

/**
 * Code of the event by which a recorder tells that it was stopped while messages of a connection waited for
 * their answers.
 */
export const STOPPED_CODE = 'ERR_RECORDING_STOPPED';

/**
 * Whether the recorded host answered so because it was being stopped (protocol 1.3: a legacy peer gets its
 * one frame then, too). It tells nothing about the handler.
 */
export function isOfStop({ status, code }: RecordedAck): boolean {
  return status === 'error' && code === 'ERR_APP_STOPPING';
}
