import type { Link } from '../streams/Link';

/** One end of a link in memory. Made by `createMemoryLinkPair`; its `reset` is what a crashed machine or a pulled plug does. */
export type MemoryLink = Link;
