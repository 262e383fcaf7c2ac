import { MessageRefused, SendError } from '../../src/errors/sending';
import type { RxcometError } from '../../src/errors/RxcometError';
import { DiskDedupStore } from '../../src/storage/dedup/DiskDedupStore';
import { Outbox } from '../../src/storage/outbox/Outbox';
import { HandlerRegistry } from '../../src/streams/dispatch/HandlerRegistry';
import { Host } from '../../src/streams/host/Host';
import type { Link } from '../../src/streams/transport/Link';
import type { Message } from '../../src/streams/messages/Message';
import { Observation } from '../../src/streams/messages/TrafficObserver';
import type { OutboxState } from '../../src/streams/client/OutboxPort';
import { Client } from '../../src/streams/client/Client';
import { Registration } from '../../src/streams/dispatch/Exchange';
import type { Transport } from '../../src/streams/transport/Transport';
import { createMemoryTransport } from '../../src/streams/transport/memory/createMemoryTransport';
import type { LinkFault } from '../../src/streams/transport/faults/FaultPlan';
import { withFaults } from '../../src/streams/transport/faults/withFaults';
import { MemoryStore } from '../storage/MemoryStore';
import { createVirtualClock } from '../support/createVirtualClock';
import { clientConfig, hostConfig } from '../support/transportFixtures';
import { DeliveryLedger } from './DeliveryLedger';
import { ModelStore } from './ModelStore';

/** What can happen. `tell` begins so many messages; a `full` disk has room again after the time. */
export const modelEvents = [
  'tell',
  'cut',
  'kill sender',
  'stop sender',
  'kill receiver',
  'stop receiver',
  'full sender',
  'full receiver',
] as const;

export interface ModelStep {
  readonly event: (typeof modelEvents)[number];
  /** Messages of a `tell`. */
  readonly count: number;
  readonly thenMs: number;
}

/** Drawn before a run: all else follows from it. */
export interface ModelPlan {
  readonly seed: number;
  readonly maxInFlight: number;
  /** One connection in so many breaks by itself after some bytes; 0: none. */
  readonly breaks: number;
  readonly steps: readonly ModelStep[];
}

const ADDRESS = { ip: '127.0.0.1', port: 65432 };
/** Longer than anything may take once all faults are over. */
const ENOUGH_MS = 600_000;
const FAULTS: readonly LinkFault[] = ['cut', 'reset', 'half-close', 'stall'];

interface Sender {
  readonly store: ModelStore;
  readonly outbox: Outbox;
  readonly peer: Client;
  /** Its outbox is open, so that it knows what waits. */
  opened: boolean;
}

interface Receiver {
  readonly store: ModelStore;
  readonly host: Host;
  /** False: the process is gone, whatever its handlers still do. */
  alive: boolean;
}

/**
 * A sender with an outbox and a host with Dedup, each with a disk that survives it, in memory and virtual
 * time.
 */
export class DeliveryModel {
  readonly ledger = new DeliveryLedger();
  readonly #plan: ModelPlan;
  readonly #random: () => number;
  readonly #clock = createVirtualClock();
  readonly #network = createMemoryTransport();
  readonly #senderDisk = new MemoryStore();
  readonly #receiverDisk = new MemoryStore();
  #links: Link[] = [];
  #faulty = true;
  /** The receiver's disk was full: what it acknowledged then is held in memory until there is room. */
  #wasFull = false;
  #sender!: Sender;
  #receiver!: Receiver;

  constructor(plan: ModelPlan) {
    this.#plan = plan;
    this.#random = randomFrom(plan.seed);
  }

  /** Names every broken promise; none is broken when it is empty. */
  async run(): Promise<readonly string[]> {
    await this.#startReceiver();
    this.#startSender();
    for (const step of this.#plan.steps) {
      await this.#step(step);
      await this.#clock.advance(step.thenMs);
    }
    this.#faulty = false;
    this.#cutAll();
    this.#sender.store.full = false;
    this.#receiver.store.full = false;
    if (!(await this.#until(() => this.#sender.opened && this.#depth === 0))) {
      this.ledger.violations.push(`${this.#depth} messages still wait`);
    }
    this.ledger.close();
    await this.#stopSender();
    await this.#stopReceiver();
    // What killed processes left of timers.
    await this.#clock.advance(ENOUGH_MS);
    if (this.#clock.pending > 0) this.ledger.violations.push(`${this.#clock.pending} timers are left`);
    return this.ledger.violations;
  }

  async #step({ event, count }: ModelStep): Promise<void> {
    switch (event) {
      case 'tell':
        return this.#tell(count);
      case 'cut':
        return this.#cutAll();
      case 'kill sender':
        this.#sender.store.kill();
        this.#sender.peer.abort();
        return this.#startSender();
      case 'stop sender':
        await this.#stopSender();
        return this.#startSender();
      case 'kill receiver':
        this.#killReceiver();
        return this.#startReceiver();
      case 'stop receiver':
        await this.#stopReceiver();
        return this.#startReceiver();
      case 'full sender':
        this.#sender.store.full = true;
        return this.#roomAgain(this.#sender.store);
      case 'full receiver':
        this.ledger.ordered = false;
        this.#wasFull = true;
        this.#receiver.store.full = true;
        return this.#roomAgain(this.#receiver.store);
      default:
        return event satisfies never;
    }
  }

  #tell(count: number): void {
    const { peer, outbox, store } = this.#sender;
    const start = this.ledger.told;
    for (let index = start; index < start + count; index += 1) {
      this.ledger.told += 1;
      peer.tell(`${index}`, index);
    }
    const end = this.ledger.told;
    const decided = (): void => {
      // A process that was killed cannot say so.
      if (this.#sender.store === store) this.ledger.persistedBelow(start, end);
    };
    // Rejected: those that could not be kept were reported, the others are as safe.
    outbox.persisted().then(decided, decided);
  }

  #cutAll(): void {
    for (const link of this.#links.splice(0)) link.reset();
  }

  #roomAgain(store: ModelStore): void {
    this.#clock.setTimeout(() => (store.full = false), this.#random() * 5000);
  }

  #startSender(): void {
    const clock = this.#clock;
    const random = this.#random;
    const store = new ModelStore(this.#senderDisk, clock, random);
    const config = clientConfig(ADDRESS);
    const { name: client, queue, reconnect } = config;
    const report = (error: RxcometError): void => this.#failed(error);
    const outbox = new Outbox({ path: '/outbox', client, clock, random, report, queue, reconnect, store });
    const peer = new Client({
      config,
      transport: this.#transport(),
      clock,
      random,
      bigint: false,
      maxContentBytes: 1 << 24,
      maxNesting: 128,
      observation: new Observation(),
      report,
      onConnection: () => undefined,
      outbox,
    });
    const sender = { store, outbox, peer, opened: false };
    this.#sender = sender;
    const open = (): void => {
      outbox.open().then(
        () => (sender.opened = true),
        () => {
          if (this.#sender === sender) clock.setTimeout(open, 1000);
        },
      );
    };
    open();
  }

  /** As an app does at its end. */
  async #stopSender(): Promise<void> {
    const { peer, outbox, store } = this.#sender;
    store.full = false;
    peer.close();
    await this.#settled(peer.idle(), 500);
    peer.abort();
    await this.#end(peer.allClosed(), 'the connections of the sender');
    await this.#end(outbox.close(), 'the outbox');
  }

  async #startReceiver(): Promise<void> {
    const clock = this.#clock;
    const store = new ModelStore(this.#receiverDisk, clock, this.#random);
    const registry = new HandlerRegistry();
    const base = hostConfig({
      ...ADDRESS,
      dedup: { windowMs: 86_400_000, maxKeys: 100_000, path: '/dedup' },
    });
    const receiver = { store, alive: true };
    const host = new Host({
      config: { ...base, limits: { ...base.limits, maxInFlight: this.#plan.maxInFlight } },
      transport: this.#network,
      clock,
      registry,
      bigint: false,
      dedupStore: new DiskDedupStore({ path: '/dedup', files: store }),
      dedupHook: (step, key) => {
        if (step === 'ack-written' && receiver.alive && !this.#wasFull) this.ledger.acknowledged(key);
      },
      onMessage: () => undefined,
      onConnection: () => undefined,
      onDeadLetter: () => undefined,
      report: () => undefined,
      observation: new Observation(),
    });
    registry.add(
      new Registration(undefined, (value, message) =>
        receiver.alive ? this.#handle(receiver, value, message) : undefined,
      ),
    );
    this.#receiver = Object.assign(receiver, { host });
    await this.#end(host.listen(), 'the start of the receiver');
  }

  #killReceiver(): void {
    const { host, store } = this.#receiver;
    this.#receiver.alive = false;
    store.kill();
    this.ledger.receiverKilled((key) => this.#receiverDisk.entries.get(`k${key}`)?.[0] === 0);
    host.abort();
    void host.close();
  }

  async #stopReceiver(): Promise<void> {
    const { host, store } = this.#receiver;
    store.full = false;
    await host.close();
    await this.#settled(host.emptied(), 500);
    host.abort();
    await this.#end(host.emptied(), 'the connections of the receiver');
    await this.#end(host.closeStore(), 'the store of the receiver');
  }

  /**
   * A third of all answers come at once, the others after up to 3 s; one message in eight fails once or twice
   * before.
   */
  #handle(receiver: { readonly alive: boolean }, value: unknown, message: Message): unknown {
    const index = Number(value);
    const tries = this.ledger.begins(index, message.key ?? '', message.redelivered);
    const draw = randomFrom(this.#plan.seed + index);
    const fails = draw() < 1 / 8 ? Math.ceil(draw() * 2) : 0;
    const delayMs = Math.max(0, draw() * 4500 - 1500);
    const end = (): string => {
      if (tries <= fails) throw new Error('not yet');
      this.ledger.succeeds(index);
      return draw() < 1 / 4 ? 'x'.repeat(500) : 'done';
    };
    if (delayMs === 0) return end();
    return new Promise((resolve, reject) => {
      this.#clock.setTimeout(() => {
        if (!receiver.alive) return;
        try {
          if (message.signal.aborted) throw new Error('aborted');
          resolve(end());
        } catch (error) {
          reject(error);
        }
      }, delayMs);
    });
  }

  #failed(error: RxcometError): void {
    if (error instanceof MessageRefused) this.ledger.violations.push(error.message);
    else if (error.code === 'ERR_OUTBOX' && 'action' in error && error.action !== '') {
      this.ledger.reported(Number(error.action));
    } else if (!(error instanceof SendError)) return;
    else if (error.code === 'ERR_APP_STOPPED') this.ledger.reported(Number(error.action));
  }

  #transport(): Transport {
    return {
      listen: (...args) => this.#network.listen(...args),
      connect: async (config, signal) => {
        const inner = await this.#network.connect(config, signal);
        const link = this.#faulty ? this.#breaking(this.#slow(inner)) : inner;
        this.#links.push(link);
        return link;
      },
    };
  }

  /** Half of all links take up to 20 ms, so that much is under way when something happens. */
  #slow(link: Link): Link {
    const delayMs = Math.floor(this.#random() * 40) - 20;
    return delayMs > 0 ? withFaults(link, { delayMs }, this.#clock) : link;
  }

  #breaking(link: Link): Link {
    const { breaks } = this.#plan;
    if (breaks === 0 || this.#random() > 1 / breaks) return link;
    const fault = FAULTS[Math.floor(this.#random() * FAULTS.length)] ?? 'cut';
    // No answer in time to the first message of a connection lets that one step aside.
    if (fault === 'stall') this.ledger.ordered = false;
    const after = { bytes: Math.ceil(this.#random() * 3000), fault };
    return withFaults(link, { direction: this.#random() < 0.5 ? 'in' : 'out', after }, this.#clock);
  }

  get #depth(): number {
    let state: OutboxState | undefined;
    this.#sender.outbox.outbox$.subscribe((value) => (state = value)).unsubscribe();
    return state?.depth ?? 0;
  }

  async #until(condition: () => boolean): Promise<boolean> {
    for (let ms = 0; ms < ENOUGH_MS && !condition(); ms += 500) await this.#clock.advance(500);
    return condition();
  }

  /** False: not within that time. */
  async #settled(work: Promise<unknown>, withinMs: number): Promise<boolean> {
    let over = false;
    void work.finally(() => (over = true));
    for (let ms = 0; ms < withinMs && !over; ms += 50) await this.#clock.advance(50);
    return over;
  }

  async #end(work: Promise<unknown>, what: string): Promise<void> {
    if (!(await this.#settled(work, ENOUGH_MS))) throw new Error(`${what} hang`);
  }
}

/** Mulberry32: the same numbers, 0 up to 1, for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
