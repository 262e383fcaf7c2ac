import { ByteReader } from './ByteReader';
import { readLog } from './readLog';
import { readTable } from './readTable';
import { readData, type DataFile, type LevelSurvey } from './surveyLevel';

/** One write that made the store what it is. */
export interface SalvagedEntry {
  readonly key: string;
  /** undefined: the key is deleted. */
  readonly value: Uint8Array | undefined;
}

const PAGE = 1000;
const PAGE_BYTES = 1024 * 1024;

/**
 * Everything that is whole in the files of a store, as the writes that make it again: in pieces, the oldest
 * first. Where a newer value of a key is lost, an older one may come back; so may a key whose deletion is
 * lost.
 */
export async function* salvageLevel(
  folder: string,
  { files }: LevelSurvey,
): AsyncGenerator<readonly SalvagedEntry[], void, undefined> {
  for (const file of files) {
    const entries = entriesOf(file, await readData(folder, file));
    let page: SalvagedEntry[] = [];
    let bytes = 0;
    for (const entry of entries) {
      page.push(entry);
      bytes += entry.value?.length ?? 0;
      if (page.length < PAGE && bytes < PAGE_BYTES) continue;
      yield page;
      page = [];
      bytes = 0;
    }
    yield page;
  }
}

function entriesOf({ kind }: DataFile, bytes: Buffer): Generator<SalvagedEntry, void, undefined> {
  return kind === 'log' ? logEntries(bytes) : tableEntries(bytes);
}

function* tableEntries(bytes: Buffer): Generator<SalvagedEntry, void, undefined> {
  let last: string | undefined;
  for (const { key, value } of readTable(bytes).entries) {
    const text = key.toString();
    // The newest comes first, and older ones of the same key behind it.
    if (text === last) continue;
    last = text;
    yield { key: text, value };
  }
}

/**
 * Each record is a batch: sequence number (8 bytes), count (4 bytes), then type, key and, of a put, value.
 */
function* logEntries(bytes: Buffer): Generator<SalvagedEntry, void, undefined> {
  for (const record of readLog(bytes).records) {
    if (record.length < 12) continue;
    const reader = new ByteReader(record.subarray(12));
    while (reader.left > 0) {
      const put = reader.byte() === 1;
      const key = reader.text().toString();
      yield { key, value: put ? reader.text() : undefined };
    }
  }
}
