import type net from 'node:net';

/** A socket of Node, what it was told in order, and the text that came. */
export class PlainSocket {
  readonly told: string[] = [];
  text = '';
  readonly #waiting: (() => void)[] = [];

  constructor(readonly socket: net.Socket) {
    socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
      this.#tell();
    });
    socket.on('end', () => this.#tell('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#tell(error.code ?? error.message));
    socket.on('close', () => this.#tell('close'));
  }

  async until(test: (it: this) => boolean): Promise<void> {
    while (!test(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #tell(event?: string): void {
    if (event !== undefined) this.told.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
