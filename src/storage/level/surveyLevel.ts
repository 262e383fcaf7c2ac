import { describeError } from '../../runtime/describeError';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readLog } from './readLog';
import { readManifest, type ListedTable, type Manifest } from './readManifest';
import { readTable } from './readTable';

/** A file is missing or damaged without which nobody knows what the others mean. */
export class BrokenLevel extends Error {
  override readonly name = 'BrokenLevel';
}

/** A file that holds data. */
export interface DataFile {
  readonly name: string;
  readonly kind: 'table' | 'log';
  /** Of a table, as the manifest says; what is behind is none of its own. */
  readonly bytes: number;
}

/** What the files of a store are worth. */
export interface LevelSurvey {
  /**
   * Those that count, the oldest data first: what a later one says of a key replaces what an earlier one
   * said.
   */
  readonly files: readonly DataFile[];
  /** What of them is damaged, file by file; empty: everything is whole. */
  readonly damage: readonly string[];
}

const CURRENT = 'CURRENT';

/**
 * Reads all files of a store and checks every checksum in them, which LevelDB does not: it reads damaged
 * tables as they are, leaves out what it cannot parse, and ends the process over some. Changes nothing.
 *
 * Rejects with BrokenLevel when that is of no use.
 */
export async function surveyLevel(folder: string): Promise<LevelSurvey> {
  const names = new Set(await readdir(folder));
  const manifest = await readFileList(folder, names);
  const files = dataFiles(manifest, names);
  const damage: string[] = [];
  for (const file of files) {
    const bytes = await readData(folder, file);
    const found = file.kind === 'log' ? damageOfLog(bytes) : damageOfTable(bytes, file.bytes);
    if (found !== undefined) damage.push(`${file.name}: ${found}`);
  }
  return { files, damage };
}

/** The bytes of a data file that count. */
export async function readData(folder: string, { name, bytes }: DataFile): Promise<Buffer> {
  return (await readFile(path.join(folder, name))).subarray(0, bytes);
}

async function readFileList(folder: string, names: ReadonlySet<string>): Promise<Manifest> {
  if (!names.has(CURRENT)) throw new BrokenLevel(`its file ${CURRENT} is missing`);
  const current = await readFile(path.join(folder, CURRENT), 'latin1');
  const name = /^(MANIFEST-\d+)\n$/.exec(current)?.[1];
  if (name === undefined) throw new BrokenLevel(`its file ${CURRENT} is damaged`);
  if (!names.has(name)) throw new BrokenLevel(`its file ${name} is missing`);
  try {
    return readManifest(await readFile(path.join(folder, name)));
  } catch (error) {
    const reason = describeError(error);
    throw new BrokenLevel(`its file ${name} is damaged: ${reason}`, { cause: error });
  }
}

function dataFiles({ logNumber, previousLog, tables }: Manifest, names: ReadonlySet<string>): DataFile[] {
  const files: DataFile[] = [];
  for (const table of [...tables].sort(olderFirst)) {
    const number = fileNumber(table.number);
    // Older versions of LevelDB named them .sst.
    const name = [`${number}.ldb`, `${number}.sst`].find((candidate) => names.has(candidate));
    if (name === undefined) throw new BrokenLevel(`its file ${number}.ldb is missing`);
    files.push({ name, kind: 'table', bytes: table.bytes });
  }
  // There is none before the store was opened for the first time.
  if (logNumber > 0 && !names.has(`${fileNumber(logNumber)}.log`)) {
    throw new BrokenLevel(`its log ${fileNumber(logNumber)}.log is missing`);
  }
  const logs = [...names].filter((name) => {
    const number = Number(/^(\d+)\.log$/.exec(name)?.[1] ?? -1);
    return number >= logNumber || (previousLog > 0 && number === previousLog);
  });
  for (const name of logs.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))) {
    files.push({ name, kind: 'log', bytes: Infinity });
  }
  return files;
}

/**
 * Deeper levels are older; in the first level tables overlap, the later made ones being newer; in the others,
 * where a key stands in two of them, the table with the lower keys has the newer value.
 */
function olderFirst(a: ListedTable, b: ListedTable): number {
  if (a.level !== b.level) return b.level - a.level;
  return a.level === 0 ? a.number - b.number : Buffer.compare(b.smallest, a.smallest);
}

function damageOfLog(bytes: Buffer): string | undefined {
  const { damagedBytes } = readLog(bytes);
  return damagedBytes === 0 ? undefined : `${damagedBytes} of its bytes are no sound record`;
}

function damageOfTable(bytes: Buffer, listed: number): string | undefined {
  return bytes.length < listed
    ? `${listed - bytes.length} of its ${listed} bytes are missing`
    : readTable(bytes).damage;
}

const fileNumber = (number: number): string => String(number).padStart(6, '0');
