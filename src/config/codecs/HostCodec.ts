import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { LIMIT_KEYS } from '../../runtime/limitNames';
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
  maxContentBytes: withDefault(LIMIT_KEYS.maxContentBytes, BufferBytes, 16_777_216),
  maxNesting: withDefault(LIMIT_KEYS.maxNesting, NestingDepth, 128),
  maxConnections: withDefault(LIMIT_KEYS.maxConnections, Count, 1024),
  memoryBudgetBytes: withDefault(LIMIT_KEYS.memoryBudgetBytes, Bytes, 268_435_456),
  maxUnsentBytes: withDefault(LIMIT_KEYS.maxUnsentBytes, BufferBytes, 16_777_216),
  maxInFlight: withDefault(LIMIT_KEYS.maxInFlight, Count, 256),
  frameTimeoutMs: withDefault(LIMIT_KEYS.frameTimeoutMs, Milliseconds, 30_000),
  minRateBytesPerS: withDefault(LIMIT_KEYS.minRateBytesPerS, Bytes, 16_384),
  writeTimeoutMs: withDefault(LIMIT_KEYS.writeTimeoutMs, Milliseconds, 30_000),
  idleTimeoutMs: withDefault(LIMIT_KEYS.idleTimeoutMs, MillisecondsOrOff, 0),
  lingerMs: withDefault(LIMIT_KEYS.lingerMs, MillisecondsOrOff, 2000),
  handlerTimeoutMs: withDefault(LIMIT_KEYS.handlerTimeoutMs, Milliseconds, 30_000),
  streamIdleMs: withDefault(LIMIT_KEYS.streamIdleMs, MillisecondsOrOff, 0),
  abortGraceMs: withDefault(LIMIT_KEYS.abortGraceMs, Milliseconds, 1000),
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
