import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { limitKeys } from '../../runtime/limitNames';
import type { HostConfig, HostLimits } from '../types/HostConfig';
import {
  Address,
  BufferBytes,
  Bytes,
  Cidr,
  Count,
  Flag,
  FreePort,
  Milliseconds,
  MillisecondsOrOff,
  NestingDepth,
  Path,
  Token,
} from './scalars';
import { optional, required, section, withDefault } from './section';
import { type NodeCodec, defaultsOf, nodeCodec } from './nodeCodec';
import { HostTlsCodec } from './TlsCodecs';
import { listOf } from './listOf';

/** `Host.Limits`. */
const HostLimitsCodec = section<Omit<HostLimits, 'keepAliveMs'>>('the limits of a host', {
  maxContentBytes: withDefault(limitKeys.maxContentBytes, BufferBytes, 16_777_216),
  maxNesting: withDefault(limitKeys.maxNesting, NestingDepth, 128),
  maxConnections: withDefault(limitKeys.maxConnections, Count, 1024),
  memoryBudgetBytes: withDefault(limitKeys.memoryBudgetBytes, Bytes, 268_435_456),
  maxUnsentBytes: withDefault(limitKeys.maxUnsentBytes, BufferBytes, 16_777_216),
  maxInFlight: withDefault(limitKeys.maxInFlight, Count, 256),
  frameTimeoutMs: withDefault(limitKeys.frameTimeoutMs, Milliseconds, 30_000),
  minRateBytesPerS: withDefault(limitKeys.minRateBytesPerS, Bytes, 16_384),
  writeTimeoutMs: withDefault(limitKeys.writeTimeoutMs, Milliseconds, 30_000),
  idleTimeoutMs: withDefault(limitKeys.idleTimeoutMs, MillisecondsOrOff, 0),
  lingerMs: withDefault(limitKeys.lingerMs, MillisecondsOrOff, 2000),
  handlerTimeoutMs: withDefault(limitKeys.handlerTimeoutMs, Milliseconds, 30_000),
  streamIdleMs: withDefault(limitKeys.streamIdleMs, MillisecondsOrOff, 0),
  abortGraceMs: withDefault(limitKeys.abortGraceMs, Milliseconds, 1000),
});

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
