import type { Registration } from './Exchange';

const none: readonly Registration[] = [];

/**
 * Handlers by action. A look-up costs one Map access at any number of actions: the list of an action, with
 * the '*' handlers in their place, is joined when handlers change and not when messages come. Action names
 * are data: only `Map` keys, never properties.
 */
export class HandlerRegistry {
  readonly #ordered = new Set<Registration>();
  readonly #byAction = new Map<string, readonly Registration[]>();
  #wildcards: readonly Registration[] = none;

  add(registration: Registration): void {
    this.#ordered.add(registration);
    if (registration.action === undefined) this.#rebuildAll();
    // The newest comes last, so one action's list grows without looking at the others.
    else this.#byAction.set(registration.action, [...this.find(registration.action), registration]);
  }

  remove(registration: Registration): void {
    registration.removed = true;
    if (!this.#ordered.delete(registration)) return;
    if (registration.action === undefined) {
      this.#rebuildAll();
      return;
    }
    const rest = this.find(registration.action).filter((other) => other !== registration);
    if (rest.some((other) => other.action !== undefined)) this.#byAction.set(registration.action, rest);
    else this.#byAction.delete(registration.action);
  }

  /** The handlers to ask, in the order added. */
  find(action: string): readonly Registration[] {
    return this.#byAction.get(action) ?? this.#wildcards;
  }

  #rebuildAll(): void {
    const lists = new Map<string, Registration[]>();
    const wildcards: Registration[] = [];
    for (const registration of this.#ordered) {
      if (registration.action === undefined) {
        wildcards.push(registration);
        for (const list of lists.values()) list.push(registration);
      } else {
        const list = lists.get(registration.action);
        if (list === undefined) lists.set(registration.action, [...wildcards, registration]);
        else list.push(registration);
      }
    }
    this.#byAction.clear();
    for (const [action, list] of lists) this.#byAction.set(action, list);
    this.#wildcards = wildcards;
  }
}
