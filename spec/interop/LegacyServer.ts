import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** One line of `legacy_server.py`. */
export interface LegacyServerEvent {
  readonly event: 'request' | 'answered' | 'closed' | 'hang';
  readonly peer?: string;
  readonly header?: Readonly<Record<string, unknown>>;
  /** JSON text of a request as Python writes it. */
  readonly text?: string;
  /** Content of a raw request. */
  readonly base64?: string;
  readonly why?: string;
  readonly reset?: boolean;
}

/** A running `legacy_server.py`; its options are in the script. Stop it in afterEach. */
export class LegacyServer {
  readonly events: LegacyServerEvent[] = [];
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Set<() => void>();
  #port = 0;

  private constructor(args: readonly string[]) {
    const script = path.join(__dirname, 'legacy_server.py');
    this.#process = spawn('python3', [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Resolves once it listens, on 127.0.0.1 and a free port unless the arguments say otherwise. */
  static async start(...args: string[]): Promise<LegacyServer> {
    const server = new LegacyServer(args);
    await new Promise<void>((resolve, reject) => {
      server.#process.once('exit', (code) => reject(new Error(`legacy_server.py ended with ${code}`)));
      createInterface({ input: server.#process.stdout }).on('line', (line) => {
        if (line.startsWith('listening ')) {
          server.#port = Number(line.split(' ')[2]);
          resolve();
        } else {
          server.events.push(JSON.parse(line) as LegacyServerEvent);
          for (const wake of server.#waiting) wake();
        }
      });
    });
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves as soon as so many events of that kind have come. */
  async until(event: LegacyServerEvent['event'], count = 1): Promise<LegacyServerEvent[]> {
    for (;;) {
      const matching = this.events.filter((each) => each.event === event);
      if (matching.length >= count) return matching;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  /** Resolves once the process is gone, and with it everything it listened on. */
  async ended(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
  }

  /** Ends the process and waits for it. */
  async stop(): Promise<void> {
    this.#process.stdin.end();
    await this.ended();
  }
}
