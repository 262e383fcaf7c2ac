import { lookup } from 'node:dns/promises';

/** Gives the addresses that a name stands for, in the order of the system; an address stands for itself. Rejects with an error of Node. */
export type LookUp = (name: string) => Promise<readonly string[]>;

/** As the system does it: hosts file, then name servers. */
export const systemLookUp: LookUp = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);
