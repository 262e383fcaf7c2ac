import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { salvageLevel, type SalvagedEntry } from './salvageLevel';
import type { LevelSurvey } from './surveyLevel';

const CURRENT = 'CURRENT';
/** The new store while it is being made, and once it is whole and takes the place of the old one. */
const GROWING = 'rescue';
const WHOLE = 'rescued';
const ASIDE = 'damaged-';

/** Files of a store; its lock stays where it is. */
const LEVEL_FILE = /^(?:CURRENT|MANIFEST-\d+|\d+\.(?:ldb|sst|log|dbtmp)|LOG|LOG\.old)$/;

/** A new store to fill. */
export interface RescueTarget {
  write(entries: readonly SalvagedEntry[]): Promise<void>;
  /** Resolves when all of it is on the disk. */
  close(): Promise<void>;
}

/** Names in the folder of a store that a rescue has made. */
export const isRescueName = (name: string): boolean =>
  name === GROWING || name === WHOLE || name.startsWith(ASIDE);

/**
 * Makes a new store of what is whole in the old one and puts it in the place of that. The damaged files stay
 * in a folder beside it.
 *
 * @param stamp names that folder
 * @returns the path of that folder
 */
export async function rescueLevel(
  folder: string,
  survey: LevelSurvey,
  stamp: string,
  create: (folder: string) => Promise<RescueTarget>,
): Promise<string> {
  const growing = path.join(folder, GROWING);
  await rm(growing, { recursive: true, force: true });
  const target = await create(growing);
  try {
    for await (const entries of salvageLevel(folder, survey)) await target.write(entries);
  } finally {
    await target.close();
  }
  const aside = path.join(folder, `${ASIDE}${stamp}`);
  await mkdir(aside, { recursive: true });
  await moveAside(folder, aside);
  await moveIn(folder);
  return aside;
}

/**
 * Ends a rescue that was cut off between the two stores. Resolves with where the damaged files are, if there
 * was one.
 */
export async function finishRescue(folder: string, names: readonly string[]): Promise<string | undefined> {
  const growing = names.includes(GROWING) && !names.includes(CURRENT);
  if (!growing && !names.includes(WHOLE)) return undefined;
  const aside = path.join(
    folder,
    names
      .filter((name) => name.startsWith(ASIDE))
      .sort()
      .at(-1) ?? '',
  );
  if (growing) await moveAside(folder, aside);
  await moveIn(folder);
  return aside;
}

/** CURRENT first: without it what is left is no store, so that the next start goes on with the rescue. */
async function moveAside(folder: string, aside: string): Promise<void> {
  const [rest, current] = await levelFiles(folder);
  for (const name of [...current, ...rest]) await rename(path.join(folder, name), path.join(aside, name));
  await rename(path.join(folder, GROWING), path.join(folder, WHOLE));
}

/** CURRENT last: with it the files are a store. */
async function moveIn(folder: string): Promise<void> {
  const whole = path.join(folder, WHOLE);
  const [rest, current] = await levelFiles(whole);
  for (const name of [...rest, ...current]) await rename(path.join(whole, name), path.join(folder, name));
  await rm(whole, { recursive: true });
}

async function levelFiles(folder: string): Promise<[rest: string[], current: string[]]> {
  const names = (await readdir(folder)).filter((name) => LEVEL_FILE.test(name));
  return [names.filter((name) => name !== CURRENT), names.filter((name) => name === CURRENT)];
}
