import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Random } from '../hostile/createRandom';

/** How the bytes of a file may stop being what was written. */
export const damageKinds = [
  'bit',
  'byte',
  'block',
  'zeros',
  'cut',
  'cut at a record',
  'emptied',
  'longer',
  'missing',
] as const;

export type DamageKind = (typeof damageKinds)[number];

/** Sectors of a disk and pages of a file system. */
const BLOCKS = [512, 4096] as const;

/** Damages a file at a drawn place. Says in words what was done, so that it can be done again. */
export function damageFile(file: string, kind: DamageKind, random: Random): string {
  const bytes = readFileSync(file);
  const at = random.below(Math.max(1, bytes.length));
  switch (kind) {
    case 'missing':
      rmSync(file);
      return 'missing';
    case 'emptied':
      writeFileSync(file, '');
      return 'emptied';
    case 'longer': {
      const extra = Buffer.from(Array.from({ length: 1 + random.below(600) }, () => random.below(256)));
      writeFileSync(file, Buffer.concat([bytes, extra]));
      return `${extra.length} bytes longer`;
    }
    case 'cut':
      writeFileSync(file, bytes.subarray(0, at));
      return `cut to ${at} of ${bytes.length} bytes`;
    case 'cut at a record': {
      const ends = recordEnds(bytes);
      const end = ends.length === 0 ? at : (ends[random.below(ends.length)] ?? at);
      writeFileSync(file, bytes.subarray(0, end));
      return `cut to ${end} of ${bytes.length} bytes`;
    }
    case 'bit':
    case 'byte': {
      if (bytes.length === 0) return 'nothing';
      const value = bytes.readUInt8(at);
      const changed = kind === 'bit' ? value ^ (1 << random.below(8)) : (value + 1 + random.below(255)) % 256;
      bytes.writeUInt8(changed, at);
      writeFileSync(file, bytes);
      return `byte ${at} changed from ${value} to ${changed}`;
    }
    case 'block':
    case 'zeros': {
      const size = BLOCKS[random.below(2)] ?? 512;
      const from = at - (at % size);
      const end = Math.min(from + size, bytes.length);
      for (let index = from; index < end; index += 1) {
        bytes.writeUInt8(kind === 'zeros' ? 0 : random.below(256), index);
      }
      writeFileSync(file, bytes);
      return `${kind} from ${from} to ${end}`;
    }
    default:
      return kind satisfies never;
  }
}

/** Two files of about the same kind change places. */
export function swapFiles(first: string, second: string): void {
  const between = `${first}.between`;
  renameSync(first, between);
  renameSync(second, first);
  renameSync(between, second);
}

/** Where the pieces of a log end: seven bytes before each piece, the length in the fifth and sixth. */
function recordEnds(bytes: Buffer): number[] {
  const ends: number[] = [0];
  for (let at = 0; at + 7 <= bytes.length;) {
    const blockEnd = at - (at % 32_768) + 32_768;
    const end = blockEnd - at < 7 ? blockEnd : at + 7 + bytes.readUInt16LE(at + 4);
    if (end > bytes.length) break;
    ends.push(end);
    at = end;
  }
  return ends;
}

export const sizeOf = (file: string): number => statSync(file).size;
