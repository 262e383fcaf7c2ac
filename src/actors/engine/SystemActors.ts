import { BadName, NameTaken } from '../../errors/actors';
import type { ActorEventBody, ActorNode, SystemActor } from '../ActorSystem';

/** Addresses and ports are names here: 127.0.0.1:65432, [::1]:65432. */
const SEGMENT = /^[A-Za-z0-9_.~:[\]%-]+$/;

interface Entry {
  readonly name: string;
  readonly path: string;
  state: unknown;
  /** False: a step on the way to others, which goes with the last of them. */
  registered: boolean;
  readonly children: Map<string, Entry>;
}

/** What stands under /system: no actors, but entries with a state. */
export class SystemActors {
  readonly #root: Entry = entry('system', '/system');
  readonly #publish: (body: () => ActorEventBody) => void;

  constructor(publish: (body: () => ActorEventBody) => void) {
    this.#publish = publish;
  }

  register(relativePath: string, state: unknown): SystemActor {
    const segments = relativePath.split('/');
    const bad = segments.find((segment) => !SEGMENT.test(segment));
    if (bad !== undefined) throw new BadName(bad);
    const trail = [this.#root];
    let place = this.#root;
    for (const name of segments) {
      let next = place.children.get(name);
      if (next === undefined) {
        next = entry(name, `${place.path}/${name}`);
        place.children.set(name, next);
      }
      place = next;
      trail.push(place);
    }
    if (place.registered) throw new NameTaken(place.path);
    place.registered = true;
    place.state = state;
    const { path } = place;
    this.#publish(() => ({ type: 'started', path }));
    let removed = false;
    return {
      path,
      update: (next) => {
        if (removed) return;
        place.state = next;
        this.#publish(() => ({ type: 'changed', path, state: next }));
      },
      remove: (cause) => {
        if (removed) return;
        removed = true;
        place.registered = false;
        place.state = undefined;
        prune(trail);
        this.#publish(() => ({ type: 'stopped', path, cause }));
      },
    };
  }

  node(): ActorNode {
    return toNode(this.#root);
  }
}

function entry(name: string, path: string): Entry {
  return { name, path, state: undefined, registered: false, children: new Map() };
}

/** Takes away what has become empty, from the end of the trail. */
function prune(trail: readonly Entry[]): void {
  for (let depth = trail.length - 1; depth > 0; depth -= 1) {
    const last = trail[depth];
    if (last === undefined || last.registered || last.children.size > 0) return;
    trail[depth - 1]?.children.delete(last.name);
  }
}

function toNode({ name, path, state, children }: Entry): ActorNode {
  return {
    name,
    path,
    status: undefined,
    state,
    mailbox: { depth: 0, capacity: 0 },
    handled: 0,
    failed: 0,
    restarts: 0,
    children: [...children.values()].map(toNode),
  };
}
