/** Something that listens at one address. */
export interface Bound {
  readonly ip: string;
  readonly port: number;
  close(): Promise<unknown>;
}

/** The address belongs to another machine, or to a family that this one has not. */
const notHere: readonly unknown[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];
/** A free port at one address may be taken at the next. */
const MOST_TRIES = 10;

/**
 * Listens with one port at all addresses of a name that are of this machine, IPv4 first. An IPv4 peer would
 * find nobody where only the first address counted: many systems name `::1` before 127.0.0.1. Rejects with
 * the error of `open` when none is of this machine, or one cannot be had; nothing stays open then.
 *
 * @param port 0 is any that is free at all of them
 */
export async function listenAtAll<T extends Bound>(
  addresses: readonly string[],
  port: number,
  open: (ip: string, port: number) => Promise<T>,
): Promise<readonly [T, ...T[]]> {
  const ordered = [...new Set(addresses)].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')));
  for (let tries = 1; ; tries += 1) {
    const bound: T[] = [];
    let absent: unknown;
    try {
      for (const ip of ordered) {
        try {
          bound.push(await open(ip, bound[0]?.port ?? port));
        } catch (error) {
          if (!notHere.includes(codeOf(error))) throw error;
          absent ??= error;
        }
      }
      const [first, ...others] = bound;
      if (first === undefined) throw absent;
      return [first, ...others];
    } catch (error) {
      await Promise.all(bound.map((one) => one.close()));
      const another = port === 0 && bound.length > 0 && codeOf(error) === 'EADDRINUSE';
      if (!another || tries === MOST_TRIES) throw error;
    }
  }
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null)?.code;
}
