import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { filter, firstValueFrom, timeout } from 'rxjs';
import type { App } from '../../src/index';
import { createMemoryTransport } from '../../src/testing/index';
import type { Random } from '../hostile/createRandom';
import { damageFile, damageKinds, type DamageKind } from './damageFile';
import {
  copyStore,
  createClient,
  createReceiver,
  createSender,
  filesOf,
  type PreparedStore,
} from './DamageStores';

/** What came of one trial. */
export interface DamageOutcome {
  readonly file: string;
  readonly kind: DamageKind;
  /**
   * `whole`: everything was there; `told`: some was lost and that was told; `refused`: the app did not start
   * and said why.
   */
  readonly end: 'whole' | 'told' | 'refused';
  /** Confirmed messages, or kept answers, that are gone. */
  readonly lost: number;
  readonly violations: readonly string[];
}

/** Longer than anything may take. */
const STUCK_MS = 20_000;

/**
 * Damages a copy of a store in one drawn file and place, opens it as an app does, and holds what comes out
 * against what was confirmed.
 */
export async function tryDamage(
  store: PreparedStore,
  random: Random,
  folder: string,
): Promise<DamageOutcome> {
  copyStore(store.folder, folder);
  try {
    const files = filesOf(folder).filter((file) => !/LOCK$/.test(file));
    const file = files[random.below(files.length)] ?? '';
    const kind = random.pick(damageKinds);
    const done = damageFile(file, kind, random);
    const outcome = store.kind === 'outbox' ? await tryOutbox(store, folder) : await tryDedup(store, folder);
    const name = path.basename(file);
    const violations = outcome.violations.map((text) => `${store.name}, ${name} ${done}: ${text}`);
    return { ...outcome, file: name.replace(/\d+/, 'N'), kind, violations };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Outcome = Pick<DamageOutcome, 'end' | 'lost' | 'violations'>;

async function tryOutbox({ confirmed, known }: PreparedStore, folder: string): Promise<Outcome> {
  const violations: string[] = [];
  const received = new Set<number>();
  let fresh = 0;
  const transport = createMemoryTransport();
  const receiver = createReceiver(transport);
  receiver.handle('Point', (value) => {
    const { number, text } = value as { readonly number: number; readonly text: string };
    if (known.get(number) !== text) violations.push(`altered content was delivered as message ${number}`);
    received.add(number);
    return true;
  });
  receiver.handle('Fresh', () => (fresh += 1));
  await receiver.start();
  const before = readStore(folder);
  const sender = createSender(folder, transport);
  const told = listen(sender, 'ERR_OUTBOX');
  try {
    const refusal = await startOf(sender);
    if (refusal !== undefined) {
      checkRefusal(refusal, 'ERR_OUTBOX', confirmed.size, violations);
      if (readStore(folder) !== before) violations.push('a refused store was changed');
      return { end: 'refused', lost: 0, violations };
    }
    await emptied(sender, violations);
    const lost = [...confirmed.keys()].filter((number) => !received.has(number)).length;
    if (lost > told.most) violations.push(`${lost} lost, ${told.most} told: ${told.messages.join(' | ')}`);
    await stop(sender, violations);

    // After damage was told once, the store is as any other.
    const count = received.size;
    const next = createSender(folder, transport);
    const toldAgain = listen(next, 'ERR_OUTBOX');
    const failed = await startOf(next);
    if (failed !== undefined) violations.push(`the next start failed: ${failed.message}`);
    else {
      next.peer('Peer').tell('Fresh');
      await emptied(next, violations);
    }
    await stop(next, violations);
    if (fresh !== 1) violations.push('a new message did not arrive');
    if (received.size !== count) violations.push('the next life delivered what the first did not');
    if (toldAgain.messages.length > 0) violations.push(`told again: ${toldAgain.messages.join(' | ')}`);
    return { end: told.messages.length > 0 ? 'told' : 'whole', lost, violations };
  } finally {
    await sender.stop({ graceMs: 0 });
    await receiver.stop({ graceMs: 0 });
  }
}

async function tryDedup({ confirmed }: PreparedStore, folder: string): Promise<Outcome> {
  const violations: string[] = [];
  const transport = createMemoryTransport();
  const before = readStore(folder);
  const host = createReceiver(transport, { Path: folder });
  host.handle('Act', () => 'handled again');
  const told = listen(host, 'ERR_DEDUP');
  const client = createClient(transport);
  try {
    const refusal = await startOf(host);
    if (refusal !== undefined) {
      checkRefusal(refusal, 'ERR_DEDUP', confirmed.size, violations);
      if (readStore(folder) !== before) violations.push('a refused store was changed');
      return { end: 'refused', lost: 0, violations };
    }
    let lost = 0;
    for (const [number, text] of confirmed) {
      const answer = await repeat(client, number);
      if (answer === text) continue;
      lost += 1;
      if (answer === 'ERR_DEDUP') {
        const second = await repeat(client, number);
        if (second === 'ERR_DEDUP') violations.push(`every repeat of ${number} fails`);
      } else if (answer !== 'handled again' && answer !== 'ERR_ANSWER_NOT_KEPT') {
        violations.push(`an altered answer to ${number}: ${String(answer).slice(0, 60)}`);
      }
    }
    if (lost > told.most) violations.push(`${lost} lost, ${told.most} told: ${told.messages.join(' | ')}`);
    await stop(host, violations);

    const next = createReceiver(transport, { Path: folder });
    const toldAgain = listen(next, 'ERR_DEDUP');
    const failed = await startOf(next);
    if (failed !== undefined) violations.push(`the next start failed: ${failed.message}`);
    await stop(next, violations);
    if (toldAgain.messages.length > 0) violations.push(`told again: ${toldAgain.messages.join(' | ')}`);
    return { end: told.messages.length > 0 ? 'told' : 'whole', lost, violations };
  } finally {
    await client.stop({ graceMs: 0 });
    await host.stop({ graceMs: 0 });
  }
}

/** The answer to a repeat, or the code of the failure. */
async function repeat(client: App, number: number): Promise<unknown> {
  try {
    return await client.peer('Peer').ask('Act', number, { key: `key-${number}` });
  } catch (error) {
    const { code, remoteCode } = error as { readonly code?: string; readonly remoteCode?: string };
    return remoteCode ?? code;
  }
}

interface Refusal {
  readonly code?: string;
  readonly message: string;
}

async function startOf(app: App): Promise<Refusal | undefined> {
  return app.start().then(
    () => undefined,
    (error: unknown) => error as Refusal,
  );
}

/** A refusal says how much is at stake and what helps. */
function checkRefusal(
  { code, message }: Refusal,
  expected: string,
  most: number,
  violations: string[],
): void {
  if (code !== expected) violations.push(`start() failed with ${String(code)}: ${message}`);
  const held = Number(/held (\d+)/.exec(message)?.[1] ?? Infinity);
  if (held < most) violations.push(`start() tells of ${held}, ${most} were confirmed: ${message}`);
  if (!message.includes('restore')) violations.push(`start() failed without a remedy: ${message}`);
}

/** The most that may be lost by all failures together; one that names no number may mean any. */
function listen(app: App, code: string): { readonly messages: string[]; most: number } {
  const told = { messages: [] as string[], most: 0 };
  app.failures$.subscribe(({ error }) => {
    if (error.code !== code) return;
    told.messages.push(error.message);
    const { lost } = error as { readonly lost?: number };
    told.most += lost ?? 0;
  });
  return told;
}

async function emptied(app: App, violations: string[]): Promise<void> {
  const { outbox$ } = app.peer('Peer');
  await firstValueFrom(
    outbox$.pipe(
      filter(({ depth }) => depth === 0),
      timeout(STUCK_MS),
    ),
  ).catch(async () => {
    const { depth } = await firstValueFrom(outbox$);
    violations.push(`the depth stays ${depth}`);
  });
}

async function stop(app: App, violations: string[]): Promise<void> {
  const from = performance.now();
  await app.stop({ graceMs: STUCK_MS });
  if (performance.now() - from > STUCK_MS / 2) violations.push('stop() took its grace');
}

/** All bytes that matter; what is told of an opening is not part of them. */
function readStore(folder: string): string {
  return filesOf(folder)
    .filter((file) => !/LOCK$|LOG$|LOG\.old$/.test(file))
    .map((file) => `${path.relative(folder, file)}:${readFileSync(file).toString('latin1')}`)
    .join('\n');
}
