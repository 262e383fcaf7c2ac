import * as t from 'io-ts';
import { nearestName } from '../../runtime/nearestName';
import { Secret } from '../types/Secret';
import type { NodeCodec } from './nodeCodec';
import { scalar } from './scalar';

const IPV4_BYTE = /^(?:0|[1-9]\d{0,2})$/;
const LABEL = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?$/u;

/**
 * What keeps a text from being an IPv4 or IPv6 address or a host name, as advice; undefined when it is one.
 */
function addressFault(text: string): string | undefined {
  if (text === '' || text === '*') return 'use 0.0.0.0 for all IPv4 addresses, :: for all addresses';
  if (text.startsWith('[')) return 'write an IPv6 address without brackets';
  if (/^[^:]+:\d+$/.test(text)) return 'the port has its own key: Port';
  if (text.includes('/')) return 'give the bare address, without scheme or path';
  if (text.includes(':')) {
    return isIpv6(text) ? undefined : 'this is no IPv6 address: expected a form such as ::1 or fe80::1%eth0';
  }
  if (/^[\d.]+$/.test(text)) {
    return isIpv4(text) ? undefined : 'an IPv4 address is four numbers from 0 to 255';
  }
  const labels = text.replace(/\.$/, '').split('.');
  return text.length <= 253 && labels.every((label) => LABEL.test(label))
    ? undefined
    : 'a host name is made of letters, digits, hyphens and dots';
}

function isIpv4(text: string): boolean {
  const bytes = text.split('.');
  return bytes.length === 4 && bytes.every((byte) => IPV4_BYTE.test(byte) && Number(byte) <= 255);
}

function isIpv6(text: string): boolean {
  const [address = '', zone] = text.split(/%(.*)/s);
  return /^[0-9a-fA-F:.]+$/.test(address) && zone !== '' && URL.canParse(`http://[${address}]/`);
}

/** setTimeout fires at once for anything longer. */
const MAX_MS = 2_147_483_647;

/** Node's largest buffer is no smaller on any platform this runs on. */
const MAX_BUFFER_BYTES = 4_294_967_295;

export const FreePort = integer(0, 65_535);
export const Port = integer(1, 65_535);
export const Milliseconds = integer(1, MAX_MS);
/** 0 switches the clock it stands for off. */
export const MillisecondsOrOff = integer(0, MAX_MS);
export const BufferBytes = integer(1, MAX_BUFFER_BYTES);
export const Bytes = integer(1, Number.MAX_SAFE_INTEGER);
export const Count = integer(1, Number.MAX_SAFE_INTEGER);
/** None counts too. */
export const NaturalCount = integer(0, Number.MAX_SAFE_INTEGER);
export const NestingDepth = integer(1, 10_000);

export const Fraction = number('a number from 0 to 1', (value) => value >= 0 && value <= 1);
export const PositiveFraction = number('a number above 0, up to 1', (value) => value > 0 && value <= 1);

export const Flag: NodeCodec<boolean> = scalar(
  refined('true or false', (value): value is boolean => typeof value === 'boolean'),
);

export const Path: NodeCodec<string> = scalar(
  refined('a path', (value): value is string => typeof value === 'string' && value.trim() !== ''),
  { advise: quoteNumber },
);

export const Address: NodeCodec<string> = scalar(
  refined(
    'an IPv4 or IPv6 address or a host name',
    (value): value is string => typeof value === 'string' && addressFault(value) === undefined,
  ),
  { advise: (value) => (typeof value === 'string' ? addressFault(value) : quoteNumber(value)) },
);

export const Cidr: NodeCodec<string> = scalar(
  refined('a network such as 10.0.0.0/8 or fd00::/8', (value): value is string => isCidr(value)),
);

const TokenText = refined(
  'a text of 1 to 4096 characters without spaces',
  (value): value is string => typeof value === 'string' && /^[\x21-\x7e]{1,4096}$/.test(value),
);

const SecretFromText = new t.Type<Secret, string, unknown>(
  TokenText.name,
  (value): value is Secret => value instanceof Secret,
  (value, context) => (TokenText.is(value) ? t.success(new Secret(value)) : t.failure(undefined, context)),
  (secret) => secret.toString(),
);

export const Token: NodeCodec<Secret> = scalar(SecretFromText, { secret: true, advise: quoteNumber });

/** One word of a closed set. */
export function oneOf<A extends string>(...words: readonly [A, ...A[]]): NodeCodec<A> {
  return scalar(
    refined(`one of ${words.join(', ')}`, (value): value is A => words.some((word) => word === value)),
    {
      advise: (value) => {
        const nearest = typeof value === 'string' ? nearestName(value, words) : undefined;
        return nearest === undefined ? undefined : `did you mean ${nearest}?`;
      },
    },
  );
}

function integer(least: number, most: number): NodeCodec<number> {
  const name =
    most >= MAX_MS && least === 1
      ? `a positive integer${most === Number.MAX_SAFE_INTEGER ? '' : ` up to ${most}`}`
      : `an integer from ${least} to ${most}`;
  return number(name, (value) => Number.isInteger(value) && value >= least && value <= most);
}

function number(name: string, holds: (value: number) => boolean): NodeCodec<number> {
  return scalar(refined(name, (value): value is number => typeof value === 'number' && holds(value)));
}

/** A type by a test; the name is the expectation in words. */
export function refined<A>(name: string, is: t.Is<A>): t.Type<A> {
  return new t.Type<A>(
    name,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(undefined, context)),
    t.identity,
  );
}

function quoteNumber(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'boolean' ? 'put it in quotes' : undefined;
}

function isCidr(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [, address = '', bits] = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(value) ?? [];
  const isV6 = address.includes(':');
  // Without a length it is one address.
  return (
    /[.:]/.test(address) && addressFault(address) === undefined && Number(bits ?? 0) <= (isV6 ? 128 : 32)
  );
}
