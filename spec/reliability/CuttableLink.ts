import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/**
 * Stands between sender and receiver at one address, wherever the receiver listens at the moment, and cuts
 * connections after some bytes, counted over both directions, wherever that may be in a frame.
 */
export class CuttableLink {
  /** Port of the receiver; undefined while it is not there. */
  target: number | undefined = undefined;
  cuts = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #bytesUntilCut: () => number;

  /** @param bytesUntilCut drawn for each connection; Infinity: it stays */
  constructor(bytesUntilCut: () => number) {
    this.#bytesUntilCut = bytesUntilCut;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
  }

  /** Resolves with its port. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    near.on('error', () => near.destroy());
    const { target } = this;
    if (target === undefined) {
      near.destroy();
      return;
    }
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    far.on('error', () => far.destroy());
    let left = this.#bytesUntilCut();
    const both = [near, far];
    const forward = (from: Socket, to: Socket): void => {
      this.#sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        if (from.destroyed) return;
        to.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left > 0) return;
        this.cuts += 1;
        // What was written before gets through.
        for (const socket of both) socket.destroySoon();
      });
      from.on('end', () => to.end());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroySoon();
      });
    };
    forward(near, far);
    forward(far, near);
  }
}
