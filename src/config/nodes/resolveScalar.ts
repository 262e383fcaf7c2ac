import { boolYaml11Tag, floatYaml11Tag, intYaml11Tag, NOT_RESOLVED, nullYaml11Tag } from 'js-yaml';

/** What the tags of js-yaml take for a boolean or a number and PyYAML's safe loader, which COMET uses, for text: y, n, +.5, ._5, 01:30. */
const TEXT_TO_PYYAML = /^(?:[yYnN]|[-+]\.[0-9_].*|\._.*|[-+]?0[0-9_]*:.*)$/;

const PLAIN_TAGS = [nullYaml11Tag, boolYaml11Tag, intYaml11Tag, floatYaml11Tag];

/**
 * What an unquoted YAML scalar means, as PyYAML's safe loader reads it (YAML 1.1): `yes` is true, `017` is 15, `1:30` is 90, `1e3` and
 * `0o17` are text. Dates stay text, since no key here takes one.
 */
export function resolveScalar(text: string): string | number | boolean | null {
  if (TEXT_TO_PYYAML.test(text)) return text;
  for (const tag of PLAIN_TAGS) {
    const value = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return text;
}
