import { RxcometError, type RxcometErrorOptions } from './RxcometError';
import { type RemoteErrorFields, SendError } from './sending';

/** Where in a recording something cannot be used. */
export interface BadRecordingFields extends RxcometErrorOptions {
  /** The file as it was given; '' for a recording that did not come from a file. */
  readonly file: string;
  /** 1-based; 0 when the file as a whole cannot be read. */
  readonly line: number;
}

/**
 * A recording cannot be used: empty, of another version, or with a line that is not what docs/recording.md
 * says.
 */
export class BadRecording extends RxcometError {
  override readonly name = 'BadRecording';
  readonly code = 'ERR_BAD_RECORDING';
  readonly file: string;
  readonly line: number;

  constructor(message: string, fields: BadRecordingFields) {
    const place = [fields.file, fields.line > 0 ? `line ${fields.line}` : ''].filter((part) => part !== '');
    super(place.length === 0 ? message : `${place.join(', ')}: ${message}`, fields);
    this.file = fields.file;
    this.line = fields.line;
  }
}

/**
 * A stand-in, or the replay that stands in for every peer, was sent something its recording does not hold
 * (any more).
 */
export class ReplayNotRecorded extends SendError {
  override readonly name = 'ReplayNotRecorded';
  readonly code = 'ERR_NOT_RECORDED';
  /** As in `RemoteError`, which it is to a client that does not know this code. */
  readonly remoteCode: string;

  constructor(message: string, fields: RemoteErrorFields) {
    super(message, fields);
    this.remoteCode = fields.remoteCode;
  }
}

/**
 * During a replay in virtual time something waited for the world outside, such as a file or another process;
 * the message names it.
 */
export class ReplayStuck extends RxcometError {
  override readonly name = 'ReplayStuck';
  readonly code = 'ERR_REPLAY_STUCK';
}
