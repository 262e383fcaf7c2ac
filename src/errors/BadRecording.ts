import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** Where in a recording something cannot be used. */
export interface BadRecordingFields extends RxcometErrorOptions {
  /** The file as it was given; '' for a recording that did not come from a file. */
  readonly file: string;
  /** 1-based; 0 when the file as a whole cannot be read. */
  readonly line: number;
}

/** A recording cannot be used: empty, of another version, or with a line that is not what docs/recording.md says. */
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
