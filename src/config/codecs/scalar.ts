import { isRight } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { ConfigScalar } from '../nodes/ConfigNode';
import { alreadyTold, fault, isEmpty, kindOf, nodeCodec, type NodeCodec } from './nodeCodec';

const MAX_SHOWN = 40;

export interface ScalarOptions {
  /** Never show the value in a problem. */
  readonly secret?: boolean;
  /** The remedy for a value that was refused. */
  readonly advise?: (value: unknown) => string | undefined;
}

/** Reads one value with an io-ts codec, whose name is the expectation in words. */
export function scalar<A>(codec: t.Decoder<unknown, A>, options: ScalarOptions = {}): NodeCodec<A> {
  return nodeCodec(codec.name, (node, context) => {
    if (node.kind === 'broken') return alreadyTold(context, node.place);
    const fail = (message: string, remedy?: string): t.Validation<A> =>
      t.failures([fault(context, node.place, message, remedy)]);
    if (node.kind !== 'scalar') return fail(`expected ${codec.name}, got ${kindOf(node)}`);
    if (isEmpty(node)) {
      return fail(`is empty, expected ${codec.name}`, 'give a value or remove the key');
    }
    const decoded = codec.validate(node.value, context);
    if (isRight(decoded)) return decoded;
    // A variable has no quotes to say that 0123 is meant as text: where text is wanted it is text.
    const asText = node.variables.length > 0 ? codec.validate(node.text, context) : decoded;
    if (isRight(asText)) return asText;
    const shown = options.secret === true ? kindOf(node) : show(node);
    return fail(`expected ${codec.name}, got ${shown}`, options.advise?.(node.value) ?? generalAdvice(node));
  });
}

/** A value as its reader knows it: as it is written, with what YAML makes of it when that differs. */
function show(node: ConfigScalar): string {
  const [variable] = node.variables;
  if (variable !== undefined) return `the value of \${${node.variables.join('} and ${')}}`;
  if (typeof node.value === 'string') return `the text ${JSON.stringify(shorten(node.value))}`;
  if (typeof node.value !== 'number' && typeof node.value !== 'boolean') return kindOf(node);
  const meaning = String(node.value);
  return node.text === meaning ? meaning : `${shorten(node.text)} (which YAML reads as ${meaning})`;
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function generalAdvice(node: ConfigScalar): string {
  if (typeof node.value === 'string' && /^\d+$/.test(node.value) && node.variables.length === 0) {
    return 'remove the quotes';
  }
  return '';
}
