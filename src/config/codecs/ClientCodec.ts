import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { ClientConfig, ClientQueueConfig } from '../types/ClientConfig';
import { ClientTlsCodec } from './TlsCodecs';
import {
  type NodeCodec,
  alreadyTold,
  below,
  defaultsOf,
  fault,
  isEmpty,
  kindOf,
  nodeCodec,
} from './nodeCodec';
import {
  Address,
  Bytes,
  Count,
  Fraction,
  Milliseconds,
  MillisecondsOrOff,
  Path,
  Port,
  PositiveFraction,
  Token,
  oneOf,
} from './scalars';
import { optional, required, section, withDefault } from './section';

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
const ClientCodec = section<Omit<ClientConfig, 'name'>>(
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

const EXAMPLE = 'Client: {Telegram: {IP: 127.0.0.4, Port: 65432}}';

/** `Client`: one key per peer. Nothing under the key means no clients. */
export const ClientsCodec: NodeCodec<readonly ClientConfig[]> = nodeCodec('clients', (node, context) => {
  if (node.kind === 'broken') return alreadyTold(context, node.place);
  if (isEmpty(node)) return t.success([]);
  if (node.kind !== 'mapping') {
    const message = `expected a name for each client, got ${kindOf(node)}`;
    return t.failures([fault(context, node.place, message, `for example ${EXAMPLE}`)]);
  }
  const errors: t.ValidationError[] = [];
  const clients: ClientConfig[] = [];
  const nameless = ['IP', 'Port'].filter((key) => node.entries.get(key)?.node.kind === 'scalar');
  if (nameless.length > 0) {
    const keys = `${nameless.join(' and ')} ${nameless.length > 1 ? 'stand' : 'stands'}`;
    const message = `this client has no name: ${keys} directly under Client`;
    errors.push(fault(context, node.place, message, `put a name in between: ${EXAMPLE}`));
  }
  for (const [name, { node: child, place }] of node.entries) {
    if (name.trim() === '') {
      errors.push(
        fault(
          below(context, name, ClientCodec),
          place,
          'a client has an empty name',
          `for example ${EXAMPLE}`,
        ),
      );
      continue;
    }
    const decoded = ClientCodec.validate(child, below(context, name, ClientCodec));
    if (isLeft(decoded)) {
      // Of a client without a name every setting stands directly under Client; one problem says it all.
      if (nameless.length === 0) errors.push(...decoded.left);
    } else clients.push({ name, ...decoded.right });
  }
  return errors.length > 0 ? t.failures(errors) : t.success(clients);
});
