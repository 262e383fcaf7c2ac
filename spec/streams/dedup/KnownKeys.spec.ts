import { KnownKeys } from '../../../src/streams/dedup/KnownKeys';

describe('KnownKeys', () => {
  it('knows none that is too old, and lets go of thousands of them a few at a time', () => {
    const forgotten: string[] = [];
    const onForget = (key: string): void => void forgotten.push(key);
    const known = new KnownKeys({ windowMs: 1000, maxKeys: 10_000, maxBytes: 1000, onForget });
    for (let index = 0; index < 1000; index += 1) known.add(`old ${index}`, index / 1000, true, 0);
    expect(forgotten).toEqual([]);
    expect(known.find('old 999', 5000)).toBeUndefined();
    forgotten.length = 0;
    known.add('new 0', 5000, true, 0);
    expect(forgotten.length).toBeLessThan(100);
    for (let index = 1; index < 100; index += 1) known.add(`new ${index}`, 5000, true, 0);
    expect(forgotten).toHaveLength(999);
    expect(known.size).toBe(100);
    expect(known.forgottenEarly).toBe(0);
  });
});
