import type { Directive } from './SupervisionStrategy';

/** What happens to actors, on `system.events$`. `at` is wall-clock time in milliseconds since 1970. */
export type ActorEvent =
  | { readonly type: 'started'; readonly path: string; readonly at: number }
  /** `message` is what it was handling; undefined for a failure outside messages. */
  | {
      readonly type: 'failed';
      readonly path: string;
      readonly at: number;
      readonly cause: unknown;
      readonly message: unknown;
      readonly directive: Directive;
    }
  /** It will be set up anew after `delayMs`; `restarts` counts them since it was spawned, this one included. */
  | {
      readonly type: 'restarting';
      readonly path: string;
      readonly at: number;
      readonly cause: unknown;
      readonly delayMs: number;
      readonly restarts: number;
    }
  | { readonly type: 'restarted'; readonly path: string; readonly at: number; readonly cause: unknown }
  /** `cause` is the failure that ended it; undefined when it was asked to stop. */
  | { readonly type: 'stopped'; readonly path: string; readonly at: number; readonly cause: unknown }
  | { readonly type: 'unhandled'; readonly path: string; readonly at: number; readonly message: unknown }
  /** A system actor has a new state. */
  | { readonly type: 'changed'; readonly path: string; readonly at: number; readonly state: unknown };

/** An event without its time. */
export type ActorEventBody = ActorEvent extends infer E
  ? E extends ActorEvent
    ? Omit<E, 'at'>
    : never
  : never;
