import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { ConfigMapping, ConfigNode } from '../nodes/ConfigNode';
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

/** What a client is called whose settings stand directly under `Client`, as in files that COMET ships. */
const NAMELESS = 'Client';

/**
 * `Client`: one key per peer, or the settings of a single one, which is called Client then. Nothing under the
 * key means no clients.
 */
export const ClientsCodec: NodeCodec<readonly ClientConfig[]> = nodeCodec('clients', (node, context) => {
  if (node.kind === 'broken') return alreadyTold(context, node.place);
  if (isEmpty(node)) return t.success([]);
  if (node.kind !== 'mapping') {
    const message = `expected a name for each client, got ${kindOf(node)}`;
    return t.failures([fault(context, node.place, message, `for example ${EXAMPLE}`)]);
  }
  const errors: t.ValidationError[] = [];
  const clients: ClientConfig[] = [];
  const nameless = directKeys(node);
  if (nameless.length > 0) {
    const named = [...node.entries.values()].some(({ node: child }) => hasAddress(child));
    if (!named) {
      const client = ClientCodec.validate(node, context);
      return isLeft(client) ? client : t.success([{ name: NAMELESS, ...client.right }]);
    }
    const keys = `${nameless.join(' and ')} ${nameless.length > 1 ? 'stand' : 'stands'}`;
    const message = `some clients have a name and one has none: ${keys} directly under Client`;
    return t.failures([fault(context, node.place, message, `put a name in between: ${EXAMPLE}`)]);
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
    if (isLeft(decoded)) errors.push(...decoded.left);
    else clients.push({ name, ...decoded.right });
  }
  return errors.length > 0 ? t.failures(errors) : t.success(clients);
});

/** Those of IP and Port that stand directly under `Client`; a client may have one of them as its name. */
function directKeys({ entries }: ConfigMapping): string[] {
  return ['IP', 'Port'].filter((key) => entries.get(key)?.node.kind === 'scalar');
}

function hasAddress(node: ConfigNode): boolean {
  return node.kind === 'mapping' && (node.entries.has('IP') || node.entries.has('Port'));
}

/**
 * One sentence about a client without a name; undefined when there is none. `path` is that of
 * `Socket_connection`.
 */
export function namelessWarning(connection: ConfigNode, path: string): string | undefined {
  const clients = connection.kind === 'mapping' ? connection.entries.get('Client')?.node : undefined;
  if (clients?.kind !== 'mapping' || directKeys(clients).length === 0) return undefined;
  return `${path}.Client has IP and Port directly under it, so this client is called "${NAMELESS}"; put a name of your choice in between: ${EXAMPLE}.`;
}
