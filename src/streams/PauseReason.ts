/** Why a link is not read: its peer doesn't read, too many requests wait for a slot, the memory budget is tight. */
export const PauseReason = { peer: 1, slots: 2, memory: 4 } as const;

/** One of the reasons, a bit each. */
export type PauseReason = (typeof PauseReason)[keyof typeof PauseReason];
