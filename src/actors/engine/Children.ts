import { BadName, NameTaken } from '../../errors/actors';
import type { ActorNode } from '../ActorSystem';
import type { AnyActorRef } from '../ActorRef';

/** What an actor needs of the one above it; of the system for those at the top. */
export interface Parent {
  readonly path: string;
  readonly children: Children;
  childStopped(child: Child): void;
  /** Called once the child's supervision said `escalate`; the child waits for `resume` or `stop`. */
  escalated(child: Child, cause: unknown): void;
}

/** What a parent does with a child, whatever its types. */
export interface Child {
  readonly name: string;
  readonly path: string;
  readonly ref: AnyActorRef;
  /** Its restarts and stops are shared by its like-minded siblings. */
  readonly allForOne: boolean;
  stop(cause: unknown): void;
  /** Ends it and all below at once, waiting for nothing. */
  forceStop(): void;
  /** Its parent decided to go on after its escalated failure. */
  resume(): void;
  /** A sibling is restarted. */
  restartWithGroup(cause: unknown, delayMs: number): void;
  node(): ActorNode;
  child(name: string): Child | undefined;
  /** Paths of those at or below it that have not stopped, deepest first. */
  collectAlive(into: string[]): void;
}

const NAME = /^[A-Za-z0-9_.~-]+$/;

/** The children of one actor, by name. A name is taken until its actor has stopped. */
export class Children {
  readonly #path: string;
  readonly #byName = new Map<string, Child>();
  #counter = 0;

  /** `path`: of the parent. */
  constructor(path: string) {
    this.#path = path;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** Checks a name, or makes one up that no user can have given. */
  claim(name: string | undefined): string {
    if (name === undefined) return `$${(this.#counter += 1)}`;
    if (!NAME.test(name)) throw new BadName(name);
    if (this.#byName.has(name)) throw new NameTaken(`${this.#path}/${name}`);
    return name;
  }

  add(child: Child): void {
    this.#byName.set(child.name, child);
  }

  delete(child: Child): void {
    this.#byName.delete(child.name);
  }

  get(name: string): Child | undefined {
    return this.#byName.get(name);
  }

  /** A copy: stopping changes the set. */
  list(): readonly Child[] {
    return [...this.#byName.values()];
  }

  /** The siblings of a child that share its fate. */
  groupOf(child: Child): readonly Child[] {
    return this.list().filter((other) => other !== child && other.allForOne);
  }
}

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
