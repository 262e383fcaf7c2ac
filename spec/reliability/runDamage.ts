import path from 'node:path';
import { createRandom } from '../hostile/createRandom';
import { prepareDedups, prepareOutboxes } from './DamageStores';
import { tryDamage, type DamageOutcome } from './tryDamage';

export interface RunDamageOptions {
  readonly seed: number;
  readonly trials: number;
  /** An empty folder. */
  readonly folder: string;
  readonly onTrial?: (outcome: DamageOutcome) => void;
}

/** What a run of damage came to. */
export interface DamageReport {
  /** Trials by store and end. */
  readonly ends: Record<string, number>;
  readonly byFile: Record<string, number>;
  readonly byKind: Record<string, number>;
  readonly lost: number;
  readonly violations: readonly string[];
}

/**
 * Damages outboxes and dedup stores in turn, each time one drawn file of one drawn store, and collects every
 * broken promise.
 */
export async function runDamage({ seed, trials, folder, onTrial }: RunDamageOptions): Promise<DamageReport> {
  const random = createRandom(seed);
  const outboxes = await prepareOutboxes(folder, random);
  const dedups = await prepareDedups(folder, random);
  const report = { ends: {}, byFile: {}, byKind: {}, lost: 0, violations: [] as string[] };
  const count = (counts: Record<string, number>, name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  for (let trial = 0; trial < trials; trial += 1) {
    const stores = trial % 3 === 2 ? dedups : outboxes;
    const store = stores[random.below(stores.length)];
    if (store === undefined) throw new Error('no store was prepared');
    const outcome = await tryDamage(store, random, path.join(folder, 'trial'));
    count(report.ends, `${store.kind} ${outcome.end}`);
    count(report.byFile, outcome.file);
    count(report.byKind, outcome.kind);
    report.lost += outcome.lost;
    for (const text of outcome.violations) report.violations.push(`seed ${seed}, trial ${trial}, ${text}`);
    onTrial?.(outcome);
  }
  return report;
}
