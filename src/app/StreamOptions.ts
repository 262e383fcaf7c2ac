import type { HandlerOptions } from '../streams/messages/Handler';

/** Options of `handleStream`. */
export interface StreamOptions extends HandlerOptions {
  /** `by-handler` (default): the pipeline acknowledges. `on-arrival`: null goes back at once. */
  readonly acknowledge?: 'by-handler' | 'on-arrival';
}
