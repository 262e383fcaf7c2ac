import { isLeft } from 'fp-ts/Either';
import type { Mixed, TypeOf, ValidationError } from 'io-ts';
import { BadValue } from '../../errors/handling';
import { BadOption } from '../../errors/setUp';
import { cutName, escapeControls } from '../../runtime/names';
import { refuseCuts } from './refuseCuts';

/** One action's value and acknowledgement, typed and checked at both ends. Made by `defineAction`. */
export interface ActionContract<V = unknown, A = unknown> {
  readonly action: string;
  /**
   * Checks and decodes what came from the wire; throws BadValue (ERR_BAD_VALUE) that names the path and the
   * expectation.
   */
  decodeValue(value: unknown, peer: string): V;
  /** What is written for a value; throws BadValue when it does not fit. */
  encodeValue(value: V): unknown;
  decodeAck(ack: unknown, peer: string): A;
  encodeAck(ack: A): unknown;
}

/** The codecs of io-ts, for `defineAction`. */
export * as t from 'io-ts';

/** The codecs of a contract; what is left out is not checked. */
export interface ActionCodecs<V extends Mixed, A extends Mixed> {
  readonly value?: V;
  readonly ack?: A;
}

/**
 * Defines an action once for sender and handler: the types of value and acknowledgement, and the check of
 * both at run time.
 *
 * A value that does not fit is never handled: the sender gets ERR_BAD_VALUE with path and expectation. An
 * acknowledgement that does not fit fails on the side that gave it, and again on the side that asked. What
 * io-ts would cut off does not fit: entries behind those of a tuple, keys that `t.strict`, `t.exact` or a
 * record do not name.
 *
 * @example
 * const Telegram = defineAction('TelegramBot', { value: t.record(t.string, t.string), ack: t.string });
 * app.handle(Telegram, (value) => Object.values(value).join(' '));
 * const answer: string = await telegram.ask(Telegram, { '1': 'ping' });
 */
export function defineAction<V extends Mixed = Mixed, A extends Mixed = Mixed>(
  action: string,
  codecs: ActionCodecs<V, A> = {},
): ActionContract<TypeOf<V>, TypeOf<A>> {
  if (typeof action !== 'string') throw new BadOption('defineAction: the action must be a string');
  const valueCodec = codecs.value === undefined ? undefined : refuseCuts(codecs.value);
  const ackCodec = codecs.ack === undefined ? undefined : refuseCuts(codecs.ack);
  return Object.freeze({
    action,
    decodeValue: (value: unknown, peer: string) => decode(valueCodec, value, action, peer, 'value'),
    encodeValue: (value: TypeOf<V>) => encode(valueCodec, value, action, 'value'),
    decodeAck: (ack: unknown, peer: string) => decode(ackCodec, ack, action, peer, 'acknowledgement'),
    encodeAck: (ack: TypeOf<A>) => encode(ackCodec, ack, action, 'acknowledgement'),
  });
}

function decode<C extends Mixed>(
  codec: C | undefined,
  input: unknown,
  action: string,
  peer: string,
  what: string,
): TypeOf<C> {
  if (codec === undefined) return input;
  const decoded = codec.decode(input);
  if (isLeft(decoded))
    throw new BadValue(describe(decoded.left, action, what), { action, peer, delivered: 'yes' });
  const value: unknown = decoded.right;
  return value;
}

function encode(codec: Mixed | undefined, value: unknown, action: string, what: string): unknown {
  if (codec === undefined) return value;
  if (!codec.is(value)) {
    const checked = codec.decode(value);
    // A transforming codec decodes from another type than it encodes, so its own words would mislead.
    const text = isLeft(checked)
      ? describe(checked.left, action, what)
      : `the ${what} of "${action}" is not ${codec.name}`;
    throw new BadValue(text, { action, peer: '', delivered: 'no' });
  }
  return codec.encode(value);
}

/** Path and expectation of the first thing wrong; never the value itself, which may be a secret. */
function describe(errors: readonly ValidationError[], action: string, what: string): string {
  const first = errors[0];
  const context = first?.context ?? [];
  const path = context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join('');
  // Keys of a record are names that the peer chose.
  const place = escapeControls(cutName(path));
  const expected = context[context.length - 1]?.type.name ?? 'another type';
  return `the ${what} of "${action}" does not fit its contract at $${place}: expected ${expected}`;
}
