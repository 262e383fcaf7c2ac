import { createOutput, type OutputStream } from '../../../src/cli/process/createOutput';
import { createVirtualClock } from '../../support/createVirtualClock';

const MiB = 1024 * 1024;

/**
 * A stream of the process whose reader takes each write only when the spec says so; after an error it may be
 * written again.
 */
class SlowStream {
  readonly taken: string[] = [];
  writableLength = 0;
  readonly #waiting: { readonly content: string; readonly callback: (error?: Error | null) => void }[] = [];

  on(): this {
    return this;
  }

  write(content: unknown, callback?: unknown): boolean {
    const text = String(content);
    this.writableLength += text.length;
    this.#waiting.push({ content: text, callback: callback as () => void });
    return false;
  }

  /** Takes the oldest write, or fails with all that wait as a stream of Node does. */
  settle(error?: Error): void {
    for (const { content, callback } of this.#waiting.splice(0, error === undefined ? 1 : Infinity)) {
      this.writableLength -= content.length;
      if (error === undefined) this.taken.push(content.slice(0, 10));
      callback(error ?? null);
    }
  }
}

describe('createOutput', () => {
  const create = (resumes: boolean) => {
    const stream = new SlowStream();
    const stop = new AbortController();
    const clock = createVirtualClock();
    const ended: string[] = [];
    const output = createOutput(stream as unknown as OutputStream, {
      resumes,
      stop: stop.signal,
      clock,
      onEnded: ({ message }) => ended.push(message),
    });
    const told: boolean[] = [];
    const write = (content: string): void => output.write(content, (taken) => told.push(taken));
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    return { stream, stop, clock, ended, output, told, write, turn };
  };
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

  it('tells of each write when the system has taken it', async () => {
    const { stream, write, told, output, turn } = create(false);
    write('one\n');
    await turn();
    expect({ told, taken: stream.taken }).toEqual({ told: [], taken: [] });
    const flushed = output.flushed();
    stream.settle();
    await flushed;
    expect({ told, taken: stream.taken, dropped: output.dropped }).toEqual({
      told: [true],
      taken: ['one\n'],
      dropped: 0,
    });
  });

  it('of results ends with the first failure, told once', async () => {
    const { stream, write, told, ended, output, turn } = create(false);
    write('one\n');
    write('two\n');
    stream.settle(full);
    await turn();
    write('three\n');
    await output.flushed();
    expect({ told, ended, dropped: output.dropped }).toEqual({
      told: [false, false, false],
      ended: ['ENOSPC: no space left on device, write'],
      dropped: 3,
    });
    expect(output.failure).toBe(full);
  });

  it('of a log drops what cannot be written, counts it and goes on', async () => {
    const { stream, write, told, ended, output, turn } = create(true);
    write('one\n');
    stream.settle(full);
    await turn();
    write('two\n');
    stream.settle();
    await turn();
    expect({ told, ended, dropped: output.dropped }).toEqual({ told: [false, true], ended: [], dropped: 1 });
    expect(stream.taken).toEqual(['two\n']);
  });

  it.each([true, false])('ends when its reader is gone (a log: %p)', async (resumes) => {
    const { stream, write, ended, output, turn } = create(resumes);
    write('one\n');
    stream.settle(gone);
    await turn();
    write('two\n');
    await output.flushed();
    expect({ ended, dropped: output.dropped }).toEqual({ ended: ['write EPIPE'], dropped: 2 });
  });

  it('holds at most 16 MiB for a slow reader: results end then, a log is dropped and counted', async () => {
    for (const resumes of [true, false]) {
      const { stream, write, ended, output } = create(resumes);
      for (let count = 0; count < 40; count += 1) write('x'.repeat(MiB));
      expect(stream.writableLength).toBeLessThanOrEqual(16 * MiB);
      expect(ended).toEqual(resumes ? [] : ['17825792 bytes wait for its reader']);
      expect(output.dropped).toBe(resumes ? 24 : 40);
    }
  });

  it('takes a larger one when nothing else waits', async () => {
    const { stream, write, ended, told, turn } = create(false);
    write('x'.repeat(20 * MiB));
    stream.settle();
    await turn();
    expect({ ended, told }).toEqual({ ended: [], told: [true] });
  });

  it('waits for a reader for ever, but once the command is to end only while it takes something', async () => {
    const { stop, stream, clock, write, told, ended, output, turn } = create(false);
    write('one\n');
    write('two\n');
    await clock.advance(3_600_000);
    expect(told).toEqual([]);
    stop.abort('SIGTERM');
    await clock.advance(4999);
    stream.settle();
    await turn();
    await clock.advance(5000);
    expect({ told, ended }).toEqual({ told: [true], ended: [] });
    await clock.advance(5001);
    await output.flushed();
    expect({ told, ended }).toEqual({
      told: [true, false],
      ended: ['its reader has taken nothing for 5 s since the command was to end'],
    });
  });
});
