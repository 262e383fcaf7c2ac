import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { createApp, parseConfig, type App } from '../../src/index';
import { createMemoryTransport } from '../../src/testing/index';
import { silentLogger } from '../../src/runtime/Logger';
import type { Random } from '../hostile/createRandom';

type Transport = ReturnType<typeof createMemoryTransport>;

const ADDRESS = { IP: '127.0.0.1', Port: 65432 };

/** A store before it is damaged. */
export interface PreparedStore {
  readonly name: string;
  readonly kind: 'outbox' | 'dedup';
  readonly folder: string;
  /** Confirmed and not acknowledged messages, or keys with a kept answer; by number, their content. */
  readonly confirmed: ReadonlyMap<number, string>;
  /** All that was ever told or answered, so that nothing else may come. */
  readonly known: ReadonlyMap<number, string>;
}

/**
 * Content of a message, or of an answer: some compress well and some do not, some are larger than a block.
 */
export function contentOf(number: number, random: Random): string {
  const length = random.chance(0.05) ? 3000 + random.below(9000) : random.below(400);
  const piece = random.chance(0.5) ? 'steady ' : random.next().toString(36).slice(2);
  return `${number}:${piece.repeat(Math.ceil(length / piece.length))}`;
}

export function createSender(folder: string, transport: Transport): App {
  const Peer = { ...ADDRESS, Outbox: { Path: folder }, Reconnect: { Min_delay_ms: 1, Max_delay_ms: 20 } };
  return createApp(parseConfig({ Socket_connection: { Client: { Peer } } }), {
    transport,
    logger: silentLogger,
  });
}

export function createReceiver(transport: Transport, Dedup: object = {}): App {
  const Host = { ...ADDRESS, Dedup };
  return createApp(parseConfig({ Socket_connection: { Host } }), { transport, logger: silentLogger });
}

/**
 * Outboxes with some hundred confirmed messages, a part of which was acknowledged: one whose app was stopped,
 * one whose process was killed and one that was opened again and again, so that it has several tables.
 */
export async function prepareOutboxes(folder: string, random: Random): Promise<PreparedStore[]> {
  const live = path.join(folder, 'live-outbox');
  const known = new Map<number, string>();
  const waiting = new Map<number, string>();
  const prepared: PreparedStore[] = [];
  const transport = createMemoryTransport();
  const keep = (name: string): void => {
    const copy = path.join(folder, name);
    copyStore(live, copy);
    prepared.push({ name, kind: 'outbox', folder: copy, confirmed: new Map(waiting), known: new Map(known) });
  };
  for (let life = 1; life <= 4; life += 1) {
    const sender = createSender(live, transport);
    await sender.start();
    const peer = sender.peer('Peer');
    for (let group = 0; group < 12; group += 1) {
      for (let index = 0; index < 10; index += 1) {
        const number = known.size;
        const text = contentOf(number, random);
        known.set(number, text);
        waiting.set(number, text);
        peer.tell('Point', { number, text });
      }
      await peer.persisted();
    }
    keep(`killed-outbox-${life}`);
    if (life % 2 === 0) await deliverSome(sender, transport, waiting, 60);
    await sender.stop();
    keep(`stopped-outbox-${life}`);
  }
  return prepared;
}

/** Lets a receiver acknowledge so many and then no more. */
async function deliverSome(
  sender: App,
  transport: Transport,
  waiting: Map<number, string>,
  count: number,
): Promise<void> {
  const receiver = createReceiver(transport);
  let left = count;
  receiver.handle('Point', (value) => {
    const { number } = value as { readonly number: number };
    if (left === 0) return new Promise(() => undefined);
    left -= 1;
    waiting.delete(number);
    return true;
  });
  await receiver.start();
  const depth = waiting.size - count;
  await firstValueFrom(sender.peer('Peer').outbox$.pipe(filter((state) => state.depth <= depth)));
  await receiver.stop({ graceMs: 0 });
}

/**
 * Dedup stores with some hundred answered keys, and in those of killed hosts a few whose handlers were at
 * work.
 */
export async function prepareDedups(folder: string, random: Random): Promise<PreparedStore[]> {
  const live = path.join(folder, 'live-dedup');
  const known = new Map<number, string>();
  const prepared: PreparedStore[] = [];
  const transport = createMemoryTransport();
  const keep = (name: string): void => {
    const copy = path.join(folder, name);
    copyStore(live, copy);
    prepared.push({ name, kind: 'dedup', folder: copy, confirmed: new Map(known), known: new Map(known) });
  };
  for (let life = 1; life <= 3; life += 1) {
    const host = createReceiver(transport, { Path: live });
    host.handle('Act', (value) => {
      const number = Number(value);
      if (number < 0) return new Promise(() => undefined);
      const text = contentOf(number, random);
      known.set(number, text);
      return text;
    });
    await host.start();
    const client = createClient(transport);
    const first = known.size;
    for (let number = first; number < first + 100; number += 1) {
      await client.peer('Peer').ask('Act', number, { key: `key-${number}` });
    }
    const cut = client.peer('Peer').ask('Act', -1, { key: `cut-${life}` });
    cut.catch(() => undefined);
    await client.peer('Peer').ask('Act', first, { key: `key-${first}` });
    keep(`killed-dedup-${life}`);
    await client.stop({ graceMs: 0 });
    await host.stop({ graceMs: 0 });
    keep(`stopped-dedup-${life}`);
  }
  return prepared;
}

export function createClient(transport: Transport): App {
  return createApp(parseConfig({ Socket_connection: { Client: { Peer: ADDRESS } } }), {
    transport,
    logger: silentLogger,
  });
}

/** What a backup copies, or what is there after a kill: the files as they are with the system. */
export function copyStore(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true });
}

/** The files of a store, those of a rescue included. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
