import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadOption } from '../../../src/errors/setUp';
import { SpillStore } from '../../../src/replay/large/SpillStore';

describe('SpillStore', () => {
  it.each([
    ['memory', undefined],
    ['a file', 128 * 1024],
  ])('gives back what was added, in any order, from %s', (_where, memoryBytes) => {
    const store = new SpillStore(memoryBytes);
    const texts = Array.from({ length: 500 }, (_, index) => `${index} ${'ü'.repeat((index * 37) % 3000)}`);
    texts.push('', 'x'.repeat(400_000));
    const places = texts.map((text) => store.add(text));
    for (const index of [501, 3, 500, 250, 0, 499, 501, 4]) {
      expect(store.get(places[index] ?? -1)).toBe(texts[index]);
    }
    // Adding goes on after reading.
    const more = store.add('more');
    expect(places.map((place) => store.get(place))).toEqual(texts);
    expect(store.get(more)).toBe('more');
    store.close();
  });

  it('begins anew when cleared', () => {
    const store = new SpillStore(128 * 1024);
    for (let index = 0; index < 10; index += 1) store.add('a'.repeat(60_000));
    store.clear();
    const places = Array.from({ length: 10 }, (_, index) => store.add(`${index}`.repeat(60_000)));
    expect(store.get(places[0] ?? -1)).toBe('0'.repeat(60_000));
    expect(store.get(places[7] ?? -1)).toBe('7'.repeat(60_000));
    store.close();
  });

  it('leaves no file behind, even if it is never closed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spill-'));
    const store = new SpillStore(128 * 1024, folder);
    for (let index = 0; index < 10; index += 1) store.add('a'.repeat(60_000));
    expect(readdirSync(folder)).toEqual([]);
    rmdirSync(folder);
    store.close();
  });

  it('tells where room is missing', () => {
    const store = new SpillStore(128 * 1024, '/nonexistent');
    const fill = (): void => {
      for (let index = 0; index < 10; index += 1) store.add('a'.repeat(60_000));
    };
    expect(fill).toThrow(BadOption);
    expect(fill).toThrow('set TMPDIR to a folder with room');
  });
});
