import type { ClientConfig, ClientQueueConfig } from '../types/ClientConfig';
import { ClientTlsCodec } from './ClientTlsCodec';
import { defaultsOf } from './codecInternals';
import {
  Address,
  Bytes,
  Count,
  Fraction,
  Milliseconds,
  MillisecondsOrOff,
  oneOf,
  Path,
  Port,
  PositiveFraction,
  Token,
} from './scalarInternals';
import { section } from './section';
import { optional, required, withDefault } from './sectionInternals';

const ReconnectCodec = section<ClientConfig['reconnect']>(
  'the reconnect of a client',
  {
    minDelayMs: withDefault('Min_delay_ms', Milliseconds, 100),
    maxDelayMs: withDefault('Max_delay_ms', Milliseconds, 10_000),
    jitter: withDefault('Jitter', Fraction, 0.2),
  },
  ({ minDelayMs = 0, maxDelayMs = Infinity }) => {
    if (minDelayMs <= maxDelayMs) return [];
    const message = `the first delay ${minDelayMs} is more than the longest, ${maxDelayMs}`;
    return [{ key: 'Min_delay_ms', message, remedy: 'lower it or raise Max_delay_ms' }];
  },
);

const QueueCodec = section<ClientQueueConfig>('the queue of a client', {
  capacity: withDefault('Capacity', Count, 10_000),
  maxBytes: withDefault('Max_bytes', Bytes, 67_108_864),
  highWater: withDefault('High_water', PositiveFraction, 0.8),
  overflow: withDefault('Overflow', oneOf('fail', 'drop-oldest', 'drop-newest'), 'fail'),
  ttlMs: withDefault('Ttl_ms', MillisecondsOrOff, 0),
});

const OutboxCodec = section<NonNullable<ClientConfig['outbox']>>('the outbox of a client', {
  path: required('Path', Path),
});

/** One peer below `Client`; its name is the key it stands under. */
export const ClientCodec = section<Omit<ClientConfig, 'name'>>(
  'a client',
  {
    ip: required('IP', Address),
    port: required('Port', Port),
    ackTimeoutMs: withDefault('Ack_timeout_ms', Milliseconds, 5000),
    connectTimeoutMs: withDefault('Connect_timeout_ms', Milliseconds, 5000),
    dialect: withDefault('Dialect', oneOf('auto', 'comet', 'native'), 'auto'),
    parallel: withDefault('Parallel', Count, 1),
    heartbeatMs: withDefault('Heartbeat_ms', MillisecondsOrOff, 15_000),
    reconnect: withDefault('Reconnect', ReconnectCodec, defaultsOf(ReconnectCodec)),
    queue: withDefault('Queue', QueueCodec, defaultsOf(QueueCodec)),
    outbox: optional('Outbox', OutboxCodec),
    tls: optional('TLS', ClientTlsCodec),
    token: optional('Token', Token),
  },
  ({ token, dialect }) => {
    if (token === undefined || dialect !== 'comet') return [];
    const message = 'cannot be sent in Dialect comet, which has no place for it';
    return [{ key: 'Token', message, remedy: 'remove Token, or set Dialect to auto or native' }];
  },
);
