import { HostNames } from './HostNames';
import { nameSources } from './nameSources';

/**
 * Gives the addresses that a name stands for; an address stands for itself. Rejects with an error of Node, or
 * with the reason of `signal`.
 */
export type LookUp = (name: string, signal?: AbortSignal) => Promise<readonly string[]>;

/** Of the whole process, whose threads and sockets names take. */
const processNames = new HostNames(nameSources);

/** By the hosts file, the name servers and what else the system has; see HostNames. */
export const systemLookUp: LookUp = processNames.resolve.bind(processNames);
