import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { recordingCodecs } from './recordingCodecs';

/** A header is short, however many paths it hides. */
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * The paths that the recording of that name hides, for a writer that is about to write it anew: a secret that
 * was kept out of a file once stays out of it. None when there is no such file, or when it is no recording.
 */
export function keptRedaction(file: string): readonly string[] {
  try {
    const start = firstBytes(file);
    const packed = start[0] === 0x1f && start[1] === 0x8b;
    const text = (packed ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start).toString(
      'utf8',
    );
    const header = recordingCodecs.header(JSON.parse(text.slice(0, text.indexOf('\n'))));
    return 'expected' in header ? [] : (header.redact ?? []);
  } catch {
    return [];
  }
}

function firstBytes(file: string): Buffer {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(MAX_HEADER_BYTES);
    return bytes.subarray(0, readSync(handle, bytes, 0, MAX_HEADER_BYTES, 0));
  } finally {
    closeSync(handle);
  }
}
