/**
 * What is known of a message whose send failed: `no`: it never left, sending again is safe; `unknown`: it was written and may have been
 * handled; `yes`: the peer answered, so it arrived.
 */
export type Delivered = 'no' | 'unknown' | 'yes';
