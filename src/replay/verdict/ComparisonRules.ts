import type { CompareOptions } from './CompareOptions';
import { BadOption } from '../../errors/setUp';
import { ValueComparer } from './ValueComparer';

interface RulesOfAction {
  readonly comparer: ValueComparer;
  readonly unordered: boolean;
}

/** What `CompareOptions` say, by action. */
export class ComparisonRules {
  readonly #options: CompareOptions;
  readonly #general: RulesOfAction;
  readonly #actions = new Map<string, RulesOfAction>();

  /** @throws BadOption (ERR_BAD_OPTION) for a rule that is none. */
  constructor(options: CompareOptions = {}) {
    this.#options = options;
    this.#general = { comparer: new ValueComparer(options), unordered: options.unordered ?? false };
    checkCount(options.minCompared, 'minCompared');
    for (const [action, rules] of Object.entries(options.actions ?? {})) {
      checkCount(rules.minCompared, `actions.${action}.minCompared`);
      this.#actions.set(action, {
        comparer: new ValueComparer(rules, this.#general.comparer),
        unordered: rules.unordered ?? this.#general.unordered,
      });
    }
  }

  comparerOf(action: string): ValueComparer {
    return this.#of(action).comparer;
  }

  isUnordered(action: string): boolean {
    return this.#of(action).unordered;
  }

  /** Whether a rule counts what is compared of an action. */
  counts(action: string): boolean {
    return this.#options.actions?.[action]?.minCompared !== undefined;
  }

  /** Rules that never met a value; those of an action with its name before them. */
  get unused(): readonly string[] {
    const ofActions = [...this.#actions].flatMap(([action, { comparer }]) =>
      comparer.unusedRules.map((rule) => `${rule} (${action})`),
    );
    return [...this.#general.comparer.unusedRules, ...ofActions];
  }

  /** Of what fewer were compared than wanted, a sentence each. */
  shortfalls(compared: number, ofAction: (action: string) => number): readonly string[] {
    const { minCompared, actions = {} } = this.#options;
    const lacking = (count: number, least: number | undefined, what: string): readonly string[] =>
      least === undefined || count >= least ? [] : [`${count} of at least ${least} ${what} compared`];
    return [
      ...lacking(compared, minCompared, 'were'),
      ...Object.entries(actions).flatMap(([action, rules]) =>
        lacking(ofAction(action), rules.minCompared, `of ${action === '' ? '(no action)' : action} were`),
      ),
    ];
  }

  #of(action: string): RulesOfAction {
    return this.#actions.get(action) ?? this.#general;
  }
}

/** The same rules where nobody asks for the counts. */
export function withoutMinimum<O extends CompareOptions>(options: O): O {
  const { minCompared: _least, actions = {}, ...rest } = options;
  const counted = Object.entries(actions).map(([name, { minCompared: _own, ...rules }]) => [name, rules]);
  return { ...rest, actions: Object.fromEntries(counted) as CompareOptions['actions'] } as O;
}

function checkCount(count: number | undefined, name: string): void {
  if (count !== undefined && !(Number.isInteger(count) && count >= 0))
    throw new BadOption(`${name}: expected an integer from 0, got ${String(count)}`);
}
