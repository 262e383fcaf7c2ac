import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createRandom, type Random } from '../hostile/createRandom';
import { accountForKills, type KillReport } from './accountForKills';
import { ChildProgram } from './ChildProgram';
import { createWatch, type Watch } from './createWatch';
import { CuttableLink } from './CuttableLink';
import { KillJournal, type KillPoint } from './KillJournal';
import type { ReceiverOptions } from './receiverProgram';
import type { SenderOptions } from './senderProgram';
import { receiverSteps, senderSteps } from './steps';

/** What a run with kills is made of. */
export interface RunKillsOptions {
  readonly seed: number;
  /** The sender, or both, are killed this often in all, at least. */
  readonly kills: number;
  readonly victims: 'sender' | 'both';
  /** An empty folder for stores and journals. */
  readonly folder: string;
  readonly onKill?: (kills: number) => void;
}

/** What a run with kills came to. */
export interface RunKillsReport extends KillReport {
  /** Connections that were cut. */
  readonly cuts: number;
}

/** The share of the connections that are cut, and after how many bytes at most. */
const CUT_CHANCE = 0.4;
const CUT_WITHIN_BYTES = 6000;
/** Without a kill, or the end, for so long something is stuck. */
const STUCK_MS = 60_000;

/**
 * Lets a sender tell a receiver numbers while they kill themselves with SIGKILL at drawn steps and
 * connections are cut, starts them again each time, lets them finish at last, and accounts for every message.
 *
 * @throws Error when the account does not balance, a program fails otherwise, a step was never hit, or
 * nothing goes on
 */
export async function runKills(options: RunKillsOptions): Promise<RunKillsReport> {
  const { seed, kills, victims, folder, onKill } = options;
  const random = createRandom(seed);
  const link = new CuttableLink(() =>
    random.chance(CUT_CHANCE) ? 1 + random.below(CUT_WITHIN_BYTES) : Infinity,
  );
  const senderPoints = drawPoints(random, senderSteps);
  const receiverPoints = drawPoints(random, receiverSteps);
  const files = { sender: path.join(folder, 'sender.log'), receiver: path.join(folder, 'receiver.log') };
  mkdirSync(folder, { recursive: true });
  const port = await link.listen();

  const programs: { sender?: ChildProgram; receiver?: ChildProgram } = {};
  let killed = 0;
  let senderEnded = false;
  let watch: Watch | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      watch = createWatch(STUCK_MS, reject);
      const onKilled = (again: () => void): void => {
        watch?.goesOn();
        killed += 1;
        onKill?.(killed);
        if (killed === kills) programs.sender?.finish();
        again();
      };
      const startSender = (): void => {
        const finishing = killed >= kills;
        const sender: SenderOptions = {
          port,
          folder: path.join(folder, 'outbox'),
          journal: files.sender,
          finishing,
          ...(finishing ? {} : { killAt: senderPoints() }),
        };
        programs.sender = new ChildProgram('senderProgram', sender, {
          killed: () => onKilled(startSender),
          ended: () => {
            senderEnded = true;
            programs.receiver?.finish();
          },
          failed: reject,
        });
      };
      const startReceiver = (): void => {
        const receiver: ReceiverOptions = {
          folder: path.join(folder, 'dedup'),
          journal: files.receiver,
          ...(victims === 'sender' || killed >= kills ? {} : { killAt: receiverPoints() }),
        };
        programs.receiver = new ChildProgram('receiverProgram', receiver, {
          message: (message) => (link.target = (message as { readonly port: number }).port),
          killed: () => {
            link.target = undefined;
            onKilled(startReceiver);
          },
          ended: resolve,
          failed: reject,
        });
        if (senderEnded) programs.receiver.finish();
      };
      startReceiver();
      startSender();
    });
    const report = accountForKills({
      sender: KillJournal.read(files.sender),
      receiver: KillJournal.read(files.receiver),
    });
    checkCoverage(report, victims);
    return { ...report, cuts: link.cuts };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}, after ${killed} kills: ${text}`);
  } finally {
    watch?.stop();
    programs.sender?.destroy();
    programs.receiver?.destroy();
    await link.close();
  }
}

/** Kill points whose steps come equally often, mostly soon after the start and now and then later. */
function drawPoints(random: Random, steps: readonly string[]): () => KillPoint {
  let bag: string[] = [];
  return () => {
    if (bag.length === 0) bag = [...steps];
    const [step = ''] = bag.splice(random.below(bag.length), 1);
    return { step, nth: 1 + random.below(random.chance(0.1) ? 60 : 8) };
  };
}

function checkCoverage({ kills }: KillReport, victims: RunKillsOptions['victims']): void {
  const wanted = [
    ...senderSteps.map((step) => `sender ${step}`),
    ...(victims === 'both' ? receiverSteps.map((step) => `receiver ${step}`) : []),
  ];
  const missed = wanted.filter((step) => kills[step] === undefined);
  if (missed.length > 0) throw new Error(`nothing was killed at: ${missed.join(', ')}`);
}
