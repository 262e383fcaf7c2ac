import type { Random } from './createRandom';

/** Bytes at which readers of lengths, JSON and UTF-8 tend to go wrong. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xbf, 0xc0, 0xe2, 0xff, ...Buffer.from('"\\{}[]:,-.0919eE nNt')] as const;
const NUMBERS = [
  '-1',
  '0',
  '1e3',
  '9007199254740993',
  '99999999999999999999',
  '4294967296',
  'null',
  '""',
] as const;

/**
 * Damages bytes the way broken programs, cut lines and attackers do: one to four changes, drawn from
 * `random`.
 */
export function mutate(input: Buffer, random: Random, corpus: readonly [Buffer, ...Buffer[]]): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) bytes = change(bytes, random, corpus);
  return bytes;
}

function change(bytes: Buffer, random: Random, corpus: readonly [Buffer, ...Buffer[]]): Buffer {
  const at = random.below(bytes.length + 1);
  const length = random.below(1 + Math.min(64, bytes.length - at));
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + length);
  switch (random.below(9)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random.pick(EDGES);
      return bytes;
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([
        before,
        Buffer.from(Array.from({ length }, () => random.below(256))),
        bytes.subarray(at),
      ]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 5:
      return Buffer.from(before);
    case 6:
      return Buffer.concat([before, random.pick(corpus)]);
    case 7:
      return Buffer.concat([bytes, random.pick(corpus)]);
    default:
      return replaceNumber(bytes, random);
  }
}

/** Another number in the place of one: lengths and ids are what readers trust. */
function replaceNumber(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString('latin1');
  const numbers = [...text.matchAll(/\d+/g)];
  const chosen = numbers[random.below(numbers.length)];
  if (chosen === undefined) return bytes;
  const value = random.chance(0.5) ? random.pick(NUMBERS) : String(Number(chosen[0]) + random.below(5) - 2);
  return Buffer.from(
    text.slice(0, chosen.index) + value + text.slice(chosen.index + chosen[0].length),
    'latin1',
  );
}
