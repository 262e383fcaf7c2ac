import { watchOpenFiles } from '../../../../src/streams/transport/node/watchOpenFiles';
import { createVirtualClock } from '../../../support/createVirtualClock';

describe('watchOpenFiles', () => {
  const watch = () => {
    const clock = createVirtualClock();
    const told: unknown[] = [];
    let code: string | undefined;
    const end = watchOpenFiles(
      clock,
      (error) => told.push((error as NodeJS.ErrnoException).code),
      () => {
        if (code !== undefined) throw Object.assign(new Error(code), { code });
      },
    );
    return { clock, told, end, fail: (next: string | undefined) => (code = next) };
  };

  it.each(['EMFILE', 'ENFILE'])(
    'tells of %s within a second, once until files can be opened again',
    async (code) => {
      const { clock, told, fail, end } = watch();
      await clock.advance(5000);
      expect(told).toEqual([]);
      fail(code);
      await clock.advance(5000);
      expect(told).toEqual([code]);
      fail(undefined);
      await clock.advance(1000);
      fail(code);
      await clock.advance(1000);
      expect(told).toEqual([code, code]);
      end();
      expect(clock.pending).toBe(0);
    },
  );

  it('takes no other failure for it', async () => {
    const { clock, told, fail, end } = watch();
    fail('EACCES');
    await clock.advance(5000);
    expect(told).toEqual([]);
    end();
  });
});
