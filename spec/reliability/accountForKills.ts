/**
 * What sender and receiver wrote down, line by line, in the order it happened; each line is on the disk
 * before the program goes on.
 *
 * Sender: `start` · `told N` before each tell · `persisted N` when persisted() has resolved for all up to N ·
 * `kill STEP` Receiver: `start` · `enter N KEY REDELIVERED` first thing in the handler · `exit N` last thing
 * in it · `kept KEY` when the host says that the answer is on the disk · `kill STEP`
 */
export interface KillJournals {
  readonly sender: readonly string[];
  readonly receiver: readonly string[];
}

/** The sums of journals that balance. */
export interface KillReport {
  readonly told: number;
  /** Told, and confirmed by persisted(). */
  readonly persisted: number;
  /** Told and not confirmed before a kill, and still handled. */
  readonly unconfirmedHandled: number;
  readonly handled: number;
  /** Handled twice or more: the handler was running at a kill of the receiver. */
  readonly againRunning: number;
  /** Handled twice or more: the handler had returned, and the kill came before its answer was on the disk. */
  readonly againUnrecorded: number;
  /** Kills by program and step, such as `sender after-fsync`. */
  readonly kills: Readonly<Record<string, number>>;
}

/** What is known of one message at the receiver. */
interface Handling {
  readonly key: string;
  /** Lives of the receiver in which it was entered, from 1. */
  entered: number;
  exited: number;
  /** Life of the last entry, and what that life got to. */
  life: number;
  state: 'running' | 'returned' | 'kept';
}

const SHOWN = 20;

/**
 * Accounts for every message of a run with kills, by the promise of docs/reliability.md, "Kills":
 *
 * - what persisted() confirmed is handled to its end; what it did not confirm, perhaps;
 * - nothing is handled again, but for what the receiver was handling or had not recorded when it was killed,
 *   which has `redelivered` then;
 * - messages are handled for the first time in the order they were told.
 *
 * @throws Error with everything that breaks it
 */
export function accountForKills({ sender, receiver }: KillJournals): KillReport {
  const faults: string[] = [];
  const kills: Record<string, number> = {};
  const killed = (who: string, step: string): void =>
    void (kills[`${who} ${step}`] = (kills[`${who} ${step}`] ?? 0) + 1);

  let told = 0;
  let persisted = 0;
  const confirmed = new Set<number>();
  let open: number[] = [];
  for (const [verb, text] of fieldsOf(sender)) {
    const number = Number(text);
    if (verb === 'told') {
      told += 1;
      if (number !== told) faults.push(`the sender told ${number} where ${told} was due`);
      open.push(number);
    } else if (verb === 'persisted') {
      for (const one of open) if (one <= number) confirmed.add(one);
      open = open.filter((one) => one > number);
      persisted = confirmed.size;
    } else if (verb === 'start') open = [];
    else if (verb === 'kill') killed('sender', text);
    else faults.push(`the sender wrote what nobody knows: ${verb}`);
  }

  const handlings = new Map<number, Handling>();
  const numberOf = new Map<string, number>();
  const again = { running: new Set<number>(), returned: new Set<number>() };
  let life = 0;
  let endedByKill = false;
  let newest = 0;
  for (const [verb, text, key = '', redelivered] of fieldsOf(receiver)) {
    const number = Number(text);
    if (verb === 'start') {
      if (life > 0 && !endedByKill) faults.push(`the receiver began life ${life + 1} without a kill`);
      life += 1;
      endedByKill = false;
    } else if (verb === 'kill') {
      endedByKill = true;
      killed('receiver', text);
    } else if (verb === 'enter') {
      const before = handlings.get(number);
      if (before === undefined) {
        if (!(number >= 1 && number <= told)) faults.push(`message ${text} was handled and never told`);
        if (number < newest) faults.push(`message ${number} was handled for the first time after ${newest}`);
        newest = Math.max(newest, number);
        if (numberOf.has(key))
          faults.push(`messages ${String(numberOf.get(key))} and ${number} have one key`);
        numberOf.set(key, number);
        handlings.set(number, { key, entered: 1, exited: 0, life, state: 'running' });
        continue;
      }
      if (before.key !== key) faults.push(`message ${number} came again with another key`);
      if (before.life === life)
        faults.push(`message ${number} was handled twice in one life of the receiver`);
      else if (before.state === 'kept')
        faults.push(`message ${number} was handled again after its answer was kept`);
      else again[before.state].add(number);
      if (redelivered !== 'true') faults.push(`message ${number} was handled again without redelivered`);
      before.entered += 1;
      before.life = life;
      before.state = 'running';
    } else if (verb === 'exit') {
      const handling = handlings.get(number);
      if (handling?.life !== life || handling.state !== 'running') {
        faults.push(`message ${number} was left without being entered`);
        continue;
      }
      handling.exited += 1;
      handling.state = 'returned';
    } else if (verb === 'kept') {
      // Marked by what this life did: a mark read back from the disk is no news.
      const handling = handlings.get(numberOf.get(text) ?? 0);
      if (handling === undefined) faults.push(`an answer was kept for the key ${text}, which no handler saw`);
      else if (handling.state === 'running')
        faults.push(`an answer was kept before the handler of ${text} returned`);
      else handling.state = 'kept';
    } else faults.push(`the receiver wrote what nobody knows: ${verb}`);
  }

  let unconfirmedHandled = 0;
  for (let number = 1; number <= told; number += 1) {
    const finished = (handlings.get(number)?.exited ?? 0) > 0;
    if (!confirmed.has(number)) unconfirmedHandled += finished ? 1 : 0;
    else if (!finished) faults.push(`message ${number} is lost: persisted() had confirmed it`);
  }
  if (faults.length > 0) {
    throw new Error(`${faults.length} things break the promise:\n${faults.slice(0, SHOWN).join('\n')}`);
  }
  return {
    told,
    persisted,
    unconfirmedHandled,
    handled: handlings.size,
    againRunning: again.running.size,
    againUnrecorded: again.returned.size,
    kills,
  };
}

/** The words of each line. */
function* fieldsOf(
  lines: readonly string[],
): Generator<[string, string, string | undefined, string | undefined]> {
  for (const line of lines) {
    const [verb = '', text = '', key, redelivered] = line.split(' ');
    yield [verb, text, key, redelivered];
  }
}
