/**
 * Steps in the life of a message with a key, in their order, for specs that end the process there: around the write of the mark that says
 * "entered", before the handlers are asked, when the answer is written, when the acknowledgement was handed to the system.
 */
export type DedupStep = 'before-write' | 'after-write' | 'handler-entered' | 'answer-kept' | 'ack-written';

/** Called at each step with the message-key. */
export type DedupHook = (step: DedupStep, key: string) => void;
