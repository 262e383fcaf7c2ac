import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { listOf } from '../../config/codecs/listOf';
import { mapOf } from '../../config/codecs/mapOf';
import { type NodeCodec, fault, nodeCodec } from '../../config/codecs/nodeCodec';
import { scalar } from '../../config/codecs/scalar';
import { Flag, NaturalCount, refined } from '../../config/codecs/scalars';
import { optional, section } from '../../config/codecs/section';
import { isRxcometError } from '../../errors/RxcometError';
import { JsonPath } from '../../recording/content/JsonPath';
import type { ActionRules, CompareOptions, NumberTolerance } from '../verdict/CompareOptions';
import { ruleTypes } from '../verdict/ValueComparer';

/** Why a text is no path; undefined when it is one. */
function pathFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'put it in quotes';
  try {
    new JsonPath(value);
    return undefined;
  } catch (error) {
    if (isRxcometError(error)) return error.message;
    throw error;
  }
}

const isPath = (value: unknown): value is string => pathFault(value) === undefined;
const Path: NodeCodec<string> = scalar(refined('a path such as result.points[*].t', isPath), {
  advise: pathFault,
});

const PathOrType: NodeCodec<string> = scalar(
  refined(
    `a path such as result.time, or ${ruleTypes.join(' or ')}`,
    (value): value is string => ruleTypes.some((type) => type === value) || isPath(value),
  ),
  { advise: pathFault },
);

const Bound: NodeCodec<number> = scalar(
  refined('a number from 0', (value): value is number => typeof value === 'number' && value >= 0),
  // YAML 1.1, as PyYAML reads it, wants a dot: 1e-3 is text there.
  {
    advise: (value) =>
      typeof value === 'string' && /^\d+e[-+]\d+$/i.test(value)
        ? `write it with a dot: ${value.replace(/e/i, '.0e')}`
        : undefined,
  },
);

const Bounds = section<NumberTolerance>('a tolerance', {
  path: optional('Path', Path),
  absolute: optional('Absolute', Bound),
  relative: optional('Relative', Bound),
});

const Tolerance: NodeCodec<NumberTolerance> = nodeCodec(Bounds.name, (node, context) => {
  const bounds = Bounds.validate(node, context);
  if (isLeft(bounds)) return bounds;
  const { absolute, relative } = bounds.right;
  if (absolute !== undefined || relative !== undefined) return bounds;
  return t.failures([fault(context, node.place, 'has no bound', 'add Absolute: or Relative: and a number')]);
});

const fields = {
  ignore: optional('Ignore', listOf('a list of paths', PathOrType)),
  redact: optional('Redact', listOf('a list of paths', Path)),
  tolerance: optional('Tolerance', listOf('a list of tolerances', Tolerance)),
  unordered: optional('Unordered', Flag),
  minCompared: optional('Min_compared', NaturalCount),
};

/** The whole of a rules file. */
export const RulesCodec = section<ActionRules & Pick<CompareOptions, 'actions'>>('the rules', {
  ...fields,
  actions: optional(
    'Actions',
    mapOf('rules by action', section<ActionRules>('the rules of an action', fields)),
  ),
});
