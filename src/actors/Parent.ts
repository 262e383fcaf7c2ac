import type { Child, Children } from './Children';

/** What an actor needs of the one above it; of the system for those at the top. */
export interface Parent {
  readonly path: string;
  readonly children: Children;
  childStopped(child: Child): void;
  /** Called once the child's supervision said `escalate`; the child waits for `resume` or `stop`. */
  escalated(child: Child, cause: unknown): void;
}
