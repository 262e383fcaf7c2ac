import type { JsonPath } from '../../recording/content/JsonPath';
import { stepsOf } from '../../recording/content/JsonPath';
import type { ValueChange } from '../verdict/Verdict';

/** Where two values differ, as a tree of steps from their root. */
export class PathTree {
  /** Set where a path ends: what is below it changes as a whole. */
  change: ValueChange['kind'] | undefined;
  readonly below = new Map<string | number, PathTree>();

  /**
   * @param changes their first step, `value` or `result`, is the root.
   * @param wholes where one of these matches, the value changes as a whole: paths below mean something else
   * than its text.
   */
  static of(changes: readonly ValueChange[], wholes: readonly JsonPath[]): PathTree {
    const root = new PathTree();
    for (const { path, kind } of changes) {
      const steps = stepsOf(path);
      const whole = steps.findIndex((_step, index) =>
        wholes.some((rule) => rule.matches(steps.slice(0, index + 1))),
      );
      if (whole >= 0) root.#add(steps.slice(1, whole + 1), 'changed');
      else root.#add(steps.slice(1), kind);
    }
    return root;
  }

  /** Changes lie below. */
  get isInner(): boolean {
    return this.change === undefined && this.below.size > 0;
  }

  at(path: readonly (string | number)[]): PathTree | undefined {
    return path.reduce<PathTree | undefined>((tree, step) => tree?.below.get(step), this);
  }

  #add(steps: readonly (string | number)[], kind: ValueChange['kind']): void {
    const end = steps.reduce<PathTree>((tree, step) => {
      const next = tree.below.get(step) ?? new PathTree();
      tree.below.set(step, next);
      return next;
    }, this);
    end.change = kind;
  }
}
