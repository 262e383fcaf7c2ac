import { from, map, of, throwError, timer } from 'rxjs';
import type { App } from '../../src/app/App';
import { createApp } from '../../src/app/createApp';
import { parseConfig } from '../../src/config/parseConfig';
import { silentLogger } from '../../src/runtime/Logger';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import { createVirtualClock } from '../support/createVirtualClock';
import { FramePeer } from '../support/FramePeer';
import { clientConfig, never } from '../support/transportFixtures';
import { createRandom, type Random } from './createRandom';
import { frameCorpus } from './frameCorpus';
import { mutate } from './mutate';
import { MAX_CONTENT_BYTES, readFrames } from './readFrames';

/** How to fuzz. */
export interface FuzzOptions {
  readonly seed: number;
  readonly inputs: number;
  /** Is told after every batch. */
  readonly onProgress?: (report: FuzzReport) => void;
}

/** What came of it. */
export interface FuzzReport {
  readonly inputs: number;
  readonly bytes: number;
  /** Frames that the parser took, and errors by code. */
  readonly frames: number;
  readonly parserErrors: Readonly<Record<string, number>>;
  /** Messages that the host handed to handlers, and failures it told by code. */
  readonly messages: number;
  readonly hostFailures: Readonly<Record<string, number>>;
}

const BATCH = 200;
const HOST = { IP: '127.0.0.2', Port: 65432 };
const Limits = {
  Max_content_bytes: MAX_CONTENT_BYTES,
  Max_nesting: 16,
  Frame_timeout_ms: 80,
  Write_timeout_ms: 80,
  Linger_ms: 40,
  Handler_timeout_ms: 80,
  Max_in_flight: 4,
};
/** Longer than all limits of time together. */
const ALL_OVER_MS = 1000;

/**
 * Gives damaged frames to a parser, whole and in pieces, and to a host in memory. Throws with the seed and
 * the input when
 *
 * - anything but an error of the wire comes out, or the pieces read differently from the whole;
 * - the host writes what is no legal frame, a second frame to a one-shot peer, or keeps a connection beyond
 *   its limits;
 * - something is thrown past everybody.
 */
export async function fuzz({ seed, inputs, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const random = createRandom(seed);
  const report = {
    inputs: 0,
    bytes: 0,
    frames: 0,
    parserErrors: {} as Record<string, number>,
    messages: 0,
    hostFailures: {} as Record<string, number>,
  };
  const clock = createVirtualClock();
  const transport = createMemoryTransport();
  const config = parseConfig({ Socket_connection: { Host: { ...HOST, Limits, Heartbeat_ms: 100 } } });
  const app = createApp(config, { transport, clock, logger: silentLogger });
  addHandlers(app);
  app.messages$.subscribe(() => (report.messages += 1));
  app.failures$.subscribe(({ code }) => count(report.hostFailures, code));
  let open = 0;
  app.connections$.subscribe((event) => (open = event.open));
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  process.on('uncaughtException', onEscaped).on('unhandledRejection', onEscaped);
  try {
    await app.start();
    while (report.inputs < inputs) {
      const batch = Array.from({ length: Math.min(BATCH, inputs - report.inputs) }, () => {
        const input = mutate(random.pick(frameCorpus), random, frameCorpus);
        return { input, chunks: cut(input, random) };
      });
      for (const { input, chunks } of batch) {
        const reading = guarded(seed, input, () => readAlike(input, chunks));
        report.inputs += 1;
        report.bytes += input.length;
        report.frames += reading.frames.length;
        if (reading.code !== undefined) count(report.parserErrors, reading.code);
      }
      const peers: FramePeer[] = [];
      for (const { chunks } of batch) {
        const peer = new FramePeer(
          await transport.connect(clientConfig({ ip: HOST.IP, port: HOST.Port }), never()),
        );
        for (const chunk of chunks) peer.link.write(chunk);
        // Some end their direction, some stay and wait.
        if (random.chance(0.5)) peer.link.end();
        peers.push(peer);
      }
      await clock.advance(ALL_OVER_MS);
      peers.forEach((peer, index) =>
        guarded(seed, batch[index]?.input ?? Buffer.alloc(0), () => checkAnswers(peer)),
      );
      for (const { link } of peers) link.destroy();
      await clock.settle();
      if (open > 0)
        throw new Error(`seed ${seed}: ${open} connections are left after input ${report.inputs}`);
      if (escaped.length > 0) throw new Error(`seed ${seed}: thrown past everybody`, { cause: escaped[0] });
      onProgress?.(report);
    }
    return report;
  } finally {
    process.off('uncaughtException', onEscaped).off('unhandledRejection', onEscaped);
    const stopped = app.stop({ graceMs: 0 });
    await clock.advance(1);
    await stopped;
  }
}

function addHandlers(app: App): void {
  app.handle('Echo', (value) => value);
  app.handle('Slow', (value) => Promise.resolve({ value }));
  app.handle('Many', (value) => of(1, 2, value));
  app.handle('Fail', () => {
    throw new Error('as planned');
  });
  app.handle('FailLate', () => throwError(() => new Error('as planned')));
  app.handle('Tick', () => timer(1).pipe(map(() => 1)));
  app.handle('List', () => from([1, 2, 3]));
  app.handle('*', () => undefined);
}

/** Pieces must read as the whole does. */
function readAlike(input: Buffer, chunks: readonly Buffer[]) {
  const whole = readFrames([input]);
  const pieces = readFrames(chunks);
  if (JSON.stringify(whole) !== JSON.stringify(pieces)) {
    throw new Error(`in pieces it reads ${JSON.stringify(pieces)}, whole ${JSON.stringify(whole)}`);
  }
  return whole;
}

function checkAnswers(peer: FramePeer): void {
  const { frames, code } = readFrames([Buffer.from(peer.text, 'latin1')]);
  if (code !== undefined)
    throw new Error(`the host wrote what ends in ${code}: ${JSON.stringify(peer.text)}`);
  const kept = peer.frames[0]?.header.status === 'hello';
  if (!kept && frames.length > 1) throw new Error(`a one-shot peer got ${frames.length} frames`);
  // The end of the host; who ended its own direction may see no more than the close that follows.
  if (peer.events.length === 0) throw new Error('the host kept the connection beyond its limits of time');
}

function cut(input: Buffer, random: Random): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < input.length;) {
    const length = random.chance(0.3) ? 1 : 1 + random.below(input.length);
    chunks.push(input.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

function guarded<T>(seed: number, input: Buffer, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}, input ${input.toString('base64')}: ${text}`, { cause: error });
  }
}

function count(counters: Record<string, number>, code: string): void {
  counters[code] = (counters[code] ?? 0) + 1;
}
