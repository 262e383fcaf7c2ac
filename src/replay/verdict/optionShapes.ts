import { type Shape, oneOf, shapes } from '../../runtime/checkArguments';
import type { CompareOptions } from './CompareOptions';

/** What the options of a comparison have to be; what is within rules is checked where they are read. */
export const compareShapes = {
  ignore: shapes.paths,
  redact: shapes.paths,
  tolerance: shapes.list,
  unordered: shapes.flag,
  minCompared: shapes.count,
  actions: shapes.object,
  normalise: shapes.list,
  timing: shapes.object,
  cut: oneOf('refuse', 'allow'),
  maxDifferences: shapes.amount,
} satisfies Readonly<Record<keyof CompareOptions, Shape>>;

/** Of options of a wider kind those of the comparison. */
export function compareOptionsOf(options: CompareOptions): CompareOptions {
  const given = Object.entries(options).filter(
    ([name, value]) => Object.hasOwn(compareShapes, name) && value !== undefined,
  );
  return Object.fromEntries(given);
}

/** What the formatters take. */
export const verdictShape: Shape = {
  expected: 'a verdict, such as the verdict of what replayRecording gave',
  fits: (value) =>
    shapes.object.fits(value) && Array.isArray((value as { readonly differences?: unknown }).differences),
};
