import { checkArgument, shapes } from '../../runtime/checkArguments';
import { isLeft } from 'fp-ts/Either';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { addFindings } from '../../config/codecs/addFindings';
import { NodeReader } from '../../config/nodes/NodeReader';
import { ProblemList } from '../../config/nodes/ProblemList';
import { decodeSettings, refuseUnread } from '../../config/settingsText';
import { composeYaml } from '../../config/yaml/composeYaml';
import type { ActionRules, CompareOptions } from '../verdict/CompareOptions';
import { RulesCodec } from './RulesCodec';

/** The name under which rules are found without being named. */
const RULES_FILE = 'replay.rules.yml';

/** Where rules come from beside the options of a call. */
export interface RulesOption {
  /**
   * A rules file (docs/replay.md); false: none. Default: `replay.rules.yml` beside the recording, else in the
   * current folder, if there is one. Its rules hold together with those of the options; where only one can
   * hold, the option does.
   */
  readonly rules?: string | false;
}

/**
 * Reads a rules file. At once, because it is small and read where time may be virtual.
 *
 * @throws ConfigError (ERR_CONFIG) when it cannot be read or is wrong, with all problems, as
 * `file:line:column: path: what`.
 * @example loadRules('replay.rules.yml').minCompared // 10
 */
export function loadRules(file: string): CompareOptions {
  checkArgument('loadRules: the file', file, shapes.file);
  const problems = new ProblemList(file);
  let bytes: Uint8Array | undefined;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    refuseUnread(error, problems);
    problems.throwIfAny(error);
  }
  const text = bytes === undefined ? undefined : decodeSettings(bytes, problems);
  const raw = text === undefined ? undefined : composeYaml(text.replace(/^\uFEFF/, ''), problems);
  problems.throwIfAny();
  if (raw === undefined) return {};
  const node = new NodeReader(problems, {}).read(raw, '', { line: 1, column: 1 });
  const decoded = RulesCodec.decode(node);
  if (isLeft(decoded)) addFindings(decoded.left, '', problems);
  problems.throwIfAny();
  return isLeft(decoded) ? {} : decoded.right;
}

/** The file whose rules hold for a recording; undefined when there is none. */
export function rulesFileOf(
  rules: string | false | undefined,
  recording: string | undefined,
): string | undefined {
  if (rules !== undefined) checkArgument('rules', rules, shapes.rules);
  if (rules === false) return undefined;
  if (rules !== undefined) return rules;
  const beside = recording === undefined ? [] : [path.join(path.dirname(recording), RULES_FILE)];
  return [...beside, RULES_FILE].find((file) => existsSync(file));
}

/**
 * The options of a call together with the rules of a file.
 *
 * @param recording as a call got it: a file's name, or what has one.
 * @throws ConfigError (ERR_CONFIG)
 */
export function withRules<O extends CompareOptions & RulesOption>(options: O, recording: unknown): O {
  const file = rulesFileOf(options.rules, fileOf(recording));
  if (file === undefined) return options;
  // Read once: what gets these options further on finds no file of its own.
  return { ...joinRules(options, loadRules(file)), rules: false };
}

/** Rules that hold together; where only one can hold, that of `options` does. */
export function joinRules<O extends CompareOptions>(
  options: O,
  { actions = {}, ...general }: CompareOptions,
): O {
  const names = new Set([...Object.keys(actions), ...Object.keys(options.actions ?? {})]);
  const merged = [...names].map((name) => [name, merge(options.actions?.[name] ?? {}, actions[name] ?? {})]);
  const { normalise, timing, cut, maxDifferences } = general;
  const others = {
    ...(timing && { timing }),
    ...(cut && { cut }),
    ...(maxDifferences !== undefined && { maxDifferences }),
  };
  return {
    ...others,
    ...options,
    ...merge(options, general),
    ...(normalise === undefined ? {} : { normalise: [...(options.normalise ?? []), ...normalise] }),
    ...(merged.length === 0 ? {} : { actions: Object.fromEntries(merged) as CompareOptions['actions'] }),
  };
}

/** Paths that rules of a file hide, for an action or for all, and the options of the call do not. */
export function hiddenByRules(
  { redact = [], actions = {} }: CompareOptions,
  given: ActionRules,
): readonly string[] {
  const all = [...redact, ...Object.values(actions).flatMap((rules) => rules.redact ?? [])];
  return all.filter((path) => given.redact?.includes(path) !== true);
}

function merge(own: ActionRules, file: ActionRules): ActionRules {
  const joined = <T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined =>
    a === undefined ? b : [...a, ...(b ?? [])];
  const rules: { readonly [K in keyof ActionRules]: ActionRules[K] | undefined } = {
    ignore: joined(own.ignore, file.ignore),
    redact: joined(own.redact, file.redact),
    tolerance: joined(own.tolerance, file.tolerance),
    unordered: own.unordered ?? file.unordered,
    minCompared: own.minCompared ?? file.minCompared,
  };
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}

function fileOf(recording: unknown): string | undefined {
  if (typeof recording === 'string') return recording;
  const { file } = (typeof recording === 'object' && recording !== null ? recording : {}) as {
    readonly file?: unknown;
  };
  return typeof file === 'string' ? file : undefined;
}
