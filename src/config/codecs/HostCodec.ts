import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { HostConfig } from '../types/HostConfig';
import { defaultsOf, nodeCodec, type NodeCodec } from './codecInternals';
import { HostLimitsCodec } from './HostLimitsCodec';
import { HostTlsCodec } from './HostTlsCodec';
import { listOf } from './listOf';
import {
  Address,
  Cidr,
  Count,
  Flag,
  FreePort,
  Milliseconds,
  MillisecondsOrOff,
  Path,
  Token,
} from './scalarInternals';
import { section } from './section';
import { optional, required, withDefault } from './sectionInternals';

const DedupCodec = section<NonNullable<HostConfig['dedup']>>('the dedup of a host', {
  windowMs: withDefault('Window_ms', Milliseconds, 86_400_000),
  maxKeys: withDefault('Max_keys', Count, 1_000_000),
  path: optional('Path', Path),
});

type Network = NonNullable<HostConfig['allow']>[number];

const NetworkWithOptions = section<Network>('a network', {
  cidr: required('Cidr', Cidr),
  legacy: withDefault('Legacy', Flag, false),
});

/** `10.0.0.0/8`, or `{Cidr: 10.0.0.0/8, Legacy: true}`. */
const NetworkCodec: NodeCodec<Network> = nodeCodec(Cidr.name, (node, context) => {
  if (node.kind === 'mapping') return NetworkWithOptions.validate(node, context);
  const cidr = Cidr.validate(node, context);
  return isLeft(cidr) ? cidr : t.success({ cidr: cidr.right, legacy: false });
});

/** One `Host`. */
export const HostCodec = section<HostConfig>('a host', {
  ip: required('IP', Address),
  port: required('Port', FreePort),
  limits: withDefault('Limits', HostLimitsCodec, defaultsOf(HostLimitsCodec)),
  heartbeatMs: withDefault('Heartbeat_ms', MillisecondsOrOff, 15_000),
  dedup: optional('Dedup', DedupCodec),
  tls: optional('TLS', HostTlsCodec),
  allow: optional('Allow', listOf('a list of networks', NetworkCodec)),
  token: optional('Token', Token),
});
