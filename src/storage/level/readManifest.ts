import { ByteReader } from './ByteReader';
import { readLog } from './readLog';

/** A table as the manifest lists it. */
export interface ListedTable {
  readonly level: number;
  readonly number: number;
  readonly bytes: number;
  /** Its first key, with the eight bytes of LevelDB behind it. */
  readonly smallest: Buffer;
}

/** Which files make up a store. */
export interface Manifest {
  /** The log that is written to, and those above; 0 before there is one. */
  readonly logNumber: number;
  /** An older log that counts too; 0: none. */
  readonly previousLog: number;
  readonly tables: readonly ListedTable[];
}

const LEVELS = 7;
const Tag = {
  comparator: 1,
  logNumber: 2,
  nextFile: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
} as const;

/** The state after all edits of a MANIFEST. Throws Error when it is not whole. */
export function readManifest(bytes: Buffer): Manifest {
  const { records, damagedBytes } = readLog(bytes);
  if (damagedBytes > 0) throw new Error(`${damagedBytes} bytes have a wrong checksum`);
  const tables = new Map<string, ListedTable>();
  const seen = new Set<number>();
  let logNumber = 0;
  let previousLog = 0;
  for (const record of records) {
    const reader = new ByteReader(record);
    while (reader.left > 0) {
      const tag = reader.varint();
      seen.add(tag);
      switch (tag) {
        case Tag.comparator:
          reader.text();
          break;
        case Tag.logNumber:
          logNumber = reader.varint();
          break;
        case Tag.previousLog:
          previousLog = reader.varint();
          break;
        case Tag.nextFile:
        case Tag.lastSequence:
          reader.varint();
          break;
        case Tag.compactPointer:
          level(reader);
          reader.text();
          break;
        case Tag.deletedFile:
          tables.delete(`${level(reader)}/${reader.varint()}`);
          break;
        case Tag.newFile: {
          const table = {
            level: level(reader),
            number: reader.varint(),
            bytes: reader.varint(),
            smallest: reader.text(),
          };
          reader.text();
          tables.set(`${table.level}/${table.number}`, table);
          break;
        }
        default:
          throw new Error(`it holds an unknown entry (${tag})`);
      }
    }
  }
  for (const tag of [Tag.logNumber, Tag.nextFile, Tag.lastSequence]) {
    if (!seen.has(tag)) throw new Error('its end is missing');
  }
  return { logNumber, previousLog, tables: [...tables.values()] };
}

function level(reader: ByteReader): number {
  const value = reader.varint();
  if (value >= LEVELS) throw new Error(`there is no level ${value}`);
  return value;
}
