import { checkOptions, shapes } from '../../../runtime/checkArguments';
import { DEFAULT_HIGH_WATER_MARK, type MemoryLink, MemoryLinkEnd } from './memoryLinkEnd';

/** How a pair of links in memory behaves. */
export interface MemoryLinkPairOptions {
  /**
   * Bytes that may wait for the other side before `write` returns false; default 16384, as with Node's
   * sockets.
   */
  readonly highWaterMark?: number;
}

/**
 * Two links joined in memory: what is written to one is `data` at the other. They behave as sockets do: each
 * direction ends on its own, `write` returns false at the high-water mark and `drain` follows when the other
 * side took everything, a paused end takes nothing, both directions ended closes both ends. `destroy` closes
 * its end without error; the other sees an ordinary end, or closes with ECONNRESET when bytes for the
 * destroyed end were not read yet or are written later. All bytes that the other side has not taken count as
 * unsent. Events come one a microtask, in order, so that specs need no time and no socket.
 *
 * @example
 * const [client, host] = createMemoryLinkPair();
 * host.open(hostEvents);
 * client.open(clientEvents);
 * client.write(Buffer.from('hello')); // hostEvents.data gets the five bytes
 */
export function createMemoryLinkPair(
  options: MemoryLinkPairOptions = {},
): readonly [client: MemoryLink, host: MemoryLink] {
  checkOptions('createMemoryLinkPair', options, { highWaterMark: shapes.amount });
  const { highWaterMark = DEFAULT_HIGH_WATER_MARK } = options;
  const client = new MemoryLinkEnd({ peer: '127.0.0.1:65432', peerIp: '127.0.0.1', highWaterMark });
  const host = new MemoryLinkEnd({ peer: '127.0.0.1:50000', peerIp: '127.0.0.1', highWaterMark }, client);
  return [client, host];
}
