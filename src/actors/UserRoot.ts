import type { ActorNode } from './ActorNode';
import { Children, type Child } from './Children';
import type { Parent } from './Parent';

/** The top of the users' actors. Supervises nothing: what is escalated this far stops. */
export class UserRoot implements Parent {
  readonly path = '/user';
  readonly children = new Children('/user');
  #onEmpty: (() => void) | undefined = undefined;

  childStopped(child: Child): void {
    this.children.delete(child);
    if (this.children.size === 0) this.#onEmpty?.();
  }

  escalated(child: Child, cause: unknown): void {
    child.stop(cause);
  }

  /** Calls back when no child is left, at once when there is none. */
  whenEmpty(callback: () => void): void {
    if (this.children.size === 0) callback();
    else this.#onEmpty = callback;
  }

  node(): ActorNode {
    return {
      name: 'user',
      path: this.path,
      status: undefined,
      state: undefined,
      mailbox: { depth: 0, capacity: 0 },
      handled: 0,
      failed: 0,
      restarts: 0,
      children: this.children.list().map((child) => child.node()),
    };
  }
}
