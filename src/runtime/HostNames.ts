import type { NameSources } from './nameSources';

/**
 * Names that have not answered yet and are asked for at once; each holds a socket. Those that have answered
 * are not counted.
 */
const UNPROVEN_AT_ONCE = 256;

/** One name that is being looked up, for all that wait for it. */
interface LookUp {
  readonly addresses: Promise<readonly string[]>;
  readonly nobodyWaits: AbortController;
  waiting: number;
  /** The system was asked, which cannot be taken back. */
  inSystem: boolean;
}

/**
 * Looks names up: in the hosts file, then at the name servers, and what these do not know with all that the
 * system has (mDNS, search domains, directories).
 *
 * - Each name is looked up once at a time, however many wait for it. When nobody waits any more the look-up
 *   ends.
 * - The system cannot be told to end: it holds one of the few threads of the runtime, and the process, for 10
 *   s and more. So one name at a time is asked there, and one more of those that have answered before: names
 *   that don't answer hold up no other.
 *
 * @example
 * const [first] = await names.resolve('stage.lab.example', signal);
 */
export class HostNames {
  readonly #sources: NameSources;
  readonly #running = new Map<string, LookUp>();
  /** Names that had addresses the last time. */
  readonly #proven = new Set<string>();
  readonly #servers = new Turns(UNPROVEN_AT_ONCE);
  readonly #system = { proven: new Turns(1), unproven: new Turns(1) };

  constructor(sources: NameSources) {
    this.#sources = sources;
  }

  /** Names that are being looked up. */
  get running(): number {
    return this.#running.size;
  }

  /**
   * The addresses of a name, one at least. Rejects with the error of the system (ENOTFOUND; ETIMEOUT when no
   * name server answers), or with the reason of `signal`.
   */
  async resolve(
    name: string,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<readonly string[]> {
    signal.throwIfAborted();
    const lookUp = this.#running.get(name) ?? this.#begin(name);
    lookUp.waiting += 1;
    try {
      return await unlessAborted(lookUp.addresses, signal);
    } finally {
      lookUp.waiting -= 1;
      if (lookUp.waiting === 0 && !lookUp.inSystem) this.#end(name, lookUp);
    }
  }

  #begin(name: string): LookUp {
    const nobodyWaits = new AbortController();
    const lookUp: LookUp = {
      addresses: this.#find(name, nobodyWaits.signal, () => (lookUp.inSystem = true)).finally(() =>
        this.#end(name, lookUp),
      ),
      nobodyWaits,
      waiting: 0,
      inSystem: false,
    };
    // It may fail after everybody has left.
    lookUp.addresses.catch(() => undefined);
    this.#running.set(name, lookUp);
    return lookUp;
  }

  #end(name: string, lookUp: LookUp): void {
    if (this.#running.get(name) !== lookUp) return;
    this.#running.delete(name);
    lookUp.nobodyWaits.abort();
  }

  async #find(name: string, signal: AbortSignal, onSystem: () => void): Promise<readonly string[]> {
    const proven = this.#proven.delete(name);
    let addresses = await this.#sources.listed(name);
    if (addresses.length === 0) {
      const ask = (): Promise<readonly string[]> => this.#sources.servers(name, signal);
      addresses = await (proven ? ask() : this.#servers.take(ask, signal));
    }
    if (addresses.length === 0) {
      const turns = this.#system[proven ? 'proven' : 'unproven'];
      addresses = await turns.take(() => {
        onSystem();
        return this.#sources.system(name);
      }, signal);
    }
    this.#proven.add(name);
    return addresses;
  }
}

/** Lets so many at a time do something; the others wait in their order. */
class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Rejects when `signal` aborts before its turn has come. */
  async take<T>(action: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      return await action();
    } finally {
      this.#pass();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const come = (): void => {
        this.#waiting.delete(come);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(come);
        reject(signal.reason as Error);
      };
      this.#waiting.add(come);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #pass(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else next();
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
