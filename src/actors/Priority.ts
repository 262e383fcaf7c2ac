/**
 * How a message travels through a mailbox. `normal`: in order. `urgent`: before all normal ones, with `reserved` places of its own, so
 * that a full mailbox does not refuse it. `interrupt`: urgent, and the signal of the message being handled aborts at once.
 */
export type Priority = 'normal' | 'urgent' | 'interrupt';
