import { ByteReader } from './ByteReader';
import { crc32c, maskCrc32c, nextCrc32c } from './crc32c';
import { uncompressSnappy } from './uncompressSnappy';

/*
 * A table is a row of blocks of sorted entries, then blocks about the table, then a footer of 48 bytes:
 *
 *   data blocks | filter | index of filters | index | handles of both indexes, zeros, magic: 8 bytes
 *
 * Behind each block stand its type (1 byte, 1: compressed) and the masked CRC-32C of block and type (uint32).
 */
const FOOTER = 48;
const magic = Buffer.from('57fb808b247547db', 'hex');
const TRAILER = 5;
const COMPRESSED = 1;

/** One entry as LevelDB keeps it: `key` is what its user wrote, without the eight bytes behind. */
export interface TableEntry {
  readonly key: Buffer;
  /** undefined: the key was deleted. */
  readonly value: Buffer | undefined;
}

/** What of a table could be read. */
export interface TableContents {
  /** Entries of the sound blocks, in the order of their keys; of one key the newest first. */
  readonly entries: Generator<TableEntry, void, undefined>;
  readonly damage: string | undefined;
}

interface Block {
  readonly from: number;
  readonly to: number;
}

/**
 * Judges each block of a table by its checksum. With a damaged index the blocks are found by their checksums,
 * one after the other.
 */
export function readTable(bytes: Buffer): TableContents {
  const indexed = blocksByIndex(bytes);
  if (indexed === undefined) {
    const found = withoutIndexes(bytes, blocksInOrder(bytes));
    const end = found.at(-1)?.to ?? 0;
    const damage = `its index is damaged; ${found.length} blocks were found, and ${Math.max(0, bytes.length - end - TRAILER)} bytes are no sound block`;
    return { entries: entriesOf(bytes, found), damage };
  }
  const { data, about } = indexed;
  const sound = data.filter((block) => isSound(bytes, block));
  const damaged = data.length - sound.length;
  const filters = about.some((block) => !isSound(bytes, block));
  const damage =
    damaged > 0
      ? `${damaged} of its ${data.length} blocks have a wrong checksum`
      : filters
        ? 'its filter has a wrong checksum'
        : undefined;
  return { entries: entriesOf(bytes, sound), damage };
}

/** undefined: the footer or the index is damaged. */
function blocksByIndex(bytes: Buffer): { readonly data: Block[]; readonly about: Block[] } | undefined {
  const footer = bytes.subarray(Math.max(0, bytes.length - FOOTER));
  if (footer.length < FOOTER || !footer.subarray(FOOTER - magic.length).equals(magic)) return undefined;
  try {
    const handles = new ByteReader(footer);
    const filters = handle(handles);
    const index = handle(handles);
    if (!isSound(bytes, filters) || !isSound(bytes, index)) return undefined;
    const about = [...entriesIn(bytes, filters)].map(({ value }) => handle(new ByteReader(value)));
    const data = [...entriesIn(bytes, index)].map(({ value }) => handle(new ByteReader(value)));
    return { data, about };
  } catch {
    return undefined;
  }
}

function handle(reader: ByteReader): Block {
  const from = reader.varint();
  return { from, to: from + reader.varint() };
}

function isSound(bytes: Buffer, { from, to }: Block): boolean {
  if (to + TRAILER > bytes.length) return false;
  return maskCrc32c(crc32c(bytes, from, to + 1)) === bytes.readUInt32LE(to + 1);
}

/** From the start of the file on, for as long as one sound block follows another. */
function blocksInOrder(bytes: Buffer): Block[] {
  const found: Block[] = [];
  let from = 0;
  let running = ~0;
  for (let at = 0; at + TRAILER <= bytes.length; at += 1) {
    const value = bytes.readUInt8(at);
    running = nextCrc32c(running, value);
    if (value > COMPRESSED || at === from || maskCrc32c(~running >>> 0) !== bytes.readUInt32LE(at + 1))
      continue;
    found.push({ from, to: at });
    from = at + TRAILER;
    at = from - 1;
    running = ~0;
  }
  return found;
}

/**
 * Blocks of data only: those about the table begin with the filter, and the block that names the filter is
 * the next.
 */
function withoutIndexes(bytes: Buffer, blocks: readonly Block[]): readonly Block[] {
  const named = blocks.findIndex((block) => keysOf(bytes, block)[0]?.startsWith('filter.') === true);
  return named < 0 ? blocks : blocks.slice(0, Math.max(0, named - 1));
}

function keysOf(bytes: Buffer, block: Block): string[] {
  try {
    return [...entriesIn(bytes, block)].map(({ key }) => key.toString('latin1'));
  } catch {
    return [];
  }
}

function* entriesOf(bytes: Buffer, blocks: readonly Block[]): Generator<TableEntry, void, undefined> {
  for (const block of blocks) {
    let entries: readonly RawEntry[];
    try {
      entries = [...entriesIn(bytes, block)];
    } catch {
      // Found by its checksum only, it may be one of those about the table.
      continue;
    }
    for (const { key, value } of entries) {
      if (key.length < 8) continue;
      const user = key.subarray(0, -8);
      const deleted = key.readUInt8(key.length - 8) === 0;
      yield { key: user, value: deleted ? undefined : value };
    }
  }
}

interface RawEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/**
 * Entries of a sound block: each shares the start of its key with the one before. Throws when the block holds
 * something else.
 */
function* entriesIn(bytes: Buffer, { from, to }: Block): Generator<RawEntry, void, undefined> {
  const stored = bytes.subarray(from, to);
  const block = bytes.readUInt8(to) === COMPRESSED ? uncompressSnappy(stored) : stored;
  const restarts = block.readUInt32LE(block.length - 4);
  const reader = new ByteReader(block.subarray(0, block.length - 4 * (restarts + 1)));
  if (block.length < 4 * (restarts + 1)) throw new RangeError('no block of entries');
  let key = Buffer.alloc(0);
  while (reader.left > 0) {
    const shared = reader.varint();
    const own = reader.varint();
    const length = reader.varint();
    if (shared > key.length) throw new RangeError('no block of entries');
    key = Buffer.concat([key.subarray(0, shared), reader.take(own)]);
    yield { key, value: reader.take(length) };
  }
}
