import { DiskDedupStore } from '../../../src/storage/dedup/DiskDedupStore';
import { LevelStore } from '../../../src/storage/LevelStore';
import { format } from '../../../src/storage/outbox/records';
import type * as Loading from '../../../src/runtime/loadOptional';

jest.mock('../../../src/runtime/loadOptional', () => ({
  loadOptional: (name: string, purpose: string) =>
    jest
      .requireActual<typeof Loading>('../../../src/runtime/loadOptional')
      .loadOptional(`${name}-is-not-there`, purpose),
}));

describe('Without classic-level', () => {
  it.each([
    ['an Outbox', () => new LevelStore('/nowhere/outbox', format).open()],
    ['Dedup.Path', () => new DiskDedupStore({ path: '/nowhere/dedup' }).open()],
  ])('%s says that it is needed, and how it is installed', async (purpose, open) => {
    const error = await open().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_MISSING_PACKAGE' });
    expect((error as Error).message).toMatch(
      new RegExp(`^${purpose} needs the package classic-level.*npm i classic-level`),
    );
  });
});
