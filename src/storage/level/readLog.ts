import { crc32c, maskCrc32c } from './crc32c';

/*
 * A log, and a MANIFEST, is a row of blocks of 32 KiB. A record is cut at their ends; each piece is
 *
 *   masked CRC-32C of type and data: uint32 | length of data: uint16 | type: 1 byte | data
 *
 * of type full (1), first (2), middle (3) or last (4). Less than a header is left over at the end of a block,
 * and zeros fill it.
 */
const BLOCK = 32 * 1024;
const HEADER = 7;
const FULL = 1;
const FIRST = 2;
const LAST = 4;

/** What a log holds. */
export interface LogContents {
  /** Whole ones, in their order. */
  readonly records: readonly Buffer[];
  /** Bytes that are no sound record. */
  readonly damagedBytes: number;
  /**
   * Bytes of a record whose end is missing at the end of the file: it was being written when the process or
   * the machine stopped.
   */
  readonly tornBytes: number;
}

interface Piece {
  readonly type: number;
  readonly data: Buffer;
  /** Where it ends. */
  readonly end: number;
}

/**
 * Reads all sound records. LevelDB itself leaves out the rest of a block behind a bad record, and everything
 * behind a length that reaches beyond the end of the file; here the next sound piece is looked for.
 */
export function readLog(bytes: Buffer): LogContents {
  const records: Buffer[] = [];
  let damagedBytes = 0;
  let pieces: Buffer[] | undefined;
  let piecesFrom = 0;
  let at = 0;
  const dropPieces = (): void => {
    if (pieces !== undefined) damagedBytes += sizeOf(pieces);
    pieces = undefined;
  };
  while (at < bytes.length) {
    const blockEnd = at - (at % BLOCK) + BLOCK;
    if (blockEnd - at < HEADER) {
      at = blockEnd;
      continue;
    }
    const piece = pieceAt(bytes, at, Math.min(blockEnd, bytes.length));
    if (piece === undefined) {
      const next = nextPiece(bytes, at + 1);
      if (next === undefined) break;
      dropPieces();
      damagedBytes += next - at;
      at = next;
      continue;
    }
    const { type, data } = piece;
    if (type === FULL || type === FIRST) dropPieces();
    if (type === FULL) records.push(data);
    else if (type === FIRST) {
      pieces = [data];
      piecesFrom = at;
    } else if (pieces === undefined) damagedBytes += data.length;
    else {
      pieces.push(data);
      if (type === LAST) {
        records.push(Buffer.concat(pieces));
        pieces = undefined;
      }
    }
    at = piece.end;
  }
  const end = Math.min(at, bytes.length);
  const from = pieces === undefined ? end : piecesFrom;
  const unread = bytes.length - from;
  return isTorn(bytes, end)
    ? { records, damagedBytes, tornBytes: unread }
    : { records, damagedBytes: damagedBytes + unread, tornBytes: 0 };
}

/** A sound piece at that place, or undefined. `end`: of its block or of the file. */
function pieceAt(bytes: Buffer, at: number, end: number): Piece | undefined {
  if (at + HEADER > end) return undefined;
  const length = bytes.readUInt16LE(at + 4);
  const type = bytes.readUInt8(at + 6);
  const pieceEnd = at + HEADER + length;
  if (pieceEnd > end || type < FULL || type > LAST) return undefined;
  if (maskCrc32c(crc32c(bytes, at + 6, pieceEnd)) !== bytes.readUInt32LE(at)) return undefined;
  return { type, data: bytes.subarray(at + HEADER, pieceEnd), end: pieceEnd };
}

/** Where the next sound piece begins. */
function nextPiece(bytes: Buffer, from: number): number | undefined {
  for (let at = from; at + HEADER <= bytes.length; at += 1) {
    const blockEnd = at - (at % BLOCK) + BLOCK;
    if (pieceAt(bytes, at, Math.min(blockEnd, bytes.length)) !== undefined) return at;
  }
  return undefined;
}

/**
 * Behind the last sound piece is nothing, or a piece whose end is missing, or a file that grew before its
 * data came.
 */
function isTorn(bytes: Buffer, at: number): boolean {
  if (at + HEADER > bytes.length) return true;
  const pieceEnd = at + HEADER + bytes.readUInt16LE(at + 4);
  const type = bytes.readUInt8(at + 6);
  if (type >= FULL && type <= LAST && pieceEnd > bytes.length && pieceEnd <= at - (at % BLOCK) + BLOCK)
    return true;
  return bytes.subarray(at).every((value) => value === 0);
}

const sizeOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, { length }) => sum + length, 0);
