import type { HostLimits } from '../types/HostConfig';
import { BufferBytes, Bytes, Count, Milliseconds, MillisecondsOrOff, NestingDepth } from './scalarInternals';
import { section } from './section';
import { withDefault } from './sectionInternals';

/** `Host.Limits`. */
export const HostLimitsCodec = section<HostLimits>('the limits of a host', {
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
});
