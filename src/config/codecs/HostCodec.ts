import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
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
  maxContentBytes: withDefault('Max_content_bytes', BufferBytes, 16_777_216),
  maxNesting: withDefault('Max_nesting', NestingDepth, 128),
  maxConnections: withDefault('Max_connections', Count, 1024),
  memoryBudgetBytes: withDefault('Memory_budget_bytes', Bytes, 268_435_456),
  maxUnsentBytes: withDefault('Max_unsent_bytes', BufferBytes, 16_777_216),
  maxInFlight: withDefault('Max_in_flight', Count, 256),
  frameTimeoutMs: withDefault('Frame_timeout_ms', Milliseconds, 30_000),
  minRateBytesPerS: withDefault('Min_rate_bytes_per_s', Bytes, 16_384),
  writeTimeoutMs: withDefault('Write_timeout_ms', Milliseconds, 30_000),
  idleTimeoutMs: withDefault('Idle_timeout_ms', MillisecondsOrOff, 0),
  lingerMs: withDefault('Linger_ms', MillisecondsOrOff, 2000),
  handlerTimeoutMs: withDefault('Handler_timeout_ms', Milliseconds, 30_000),
  streamIdleMs: withDefault('Stream_idle_ms', MillisecondsOrOff, 0),
  abortGraceMs: withDefault('Abort_grace_ms', Milliseconds, 1000),
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
