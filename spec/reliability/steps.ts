/** Where the sender can be killed: its outbox puts a batch on the disk, or has got an acknowledgement. */
export const senderSteps = [
  'before-write',
  'after-write',
  'before-fsync',
  'after-fsync',
  'ack-received',
] as const;

/**
 * Where the receiver can be killed: its host records a key, its handlers run, the answer is kept, the
 * acknowledgement is written.
 */
export const receiverSteps = [
  'before-write',
  'after-write',
  'handler-entered',
  'handler-running',
  'answer-kept',
  'ack-written',
] as const;
