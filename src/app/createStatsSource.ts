import { formatEndpoint } from '../runtime/endpoint';
import type { ActorNode } from '../actors/ActorSystem';
import type { ConnectionCounts } from '../observe/stats/ConnectionCounts';
import type { ClientGauges, HostGauges, MailboxGauges, StatsSource } from '../observe/stats/StatsSnapshot';
import type { HandlerRegistry } from '../streams/dispatch/HandlerRegistry';
import type { Host } from '../streams/host/Host';
import type { Observation } from '../streams/messages/TrafficObserver';
import type { OutboxState } from '../streams/client/OutboxPort';
import type { Peer } from '../streams/client/Peer';

/** What the figures of an app are taken from. */
export interface StatsParts {
  readonly registry: HandlerRegistry;
  readonly hosts: readonly Host[];
  readonly clients: ReadonlyMap<string, Peer>;
  /** The hierarchy of actors. */
  readonly tree: () => ActorNode;
  readonly messages: Observation;
  readonly connections: ConnectionCounts;
}

/** The parts of an app as a source of figures; they are looked at when a snapshot is made, and only then. */
export function createStatsSource(parts: StatsParts): StatsSource {
  const { registry, hosts, clients, tree, messages, connections } = parts;
  return {
    isRegistered: (name) => registry.find(name).some(({ action }) => action === name),
    hosts: () => hosts.flatMap(hostGauges),
    clients: () => [...clients.values()].map(clientGauges),
    connections: () => connections.snapshot(),
    mailboxes: () => mailboxesBelow(tree()),
    bytes: () => ({ received: messages.receivedBytes, sent: messages.sentBytes }),
  };
}

/** One entry for a host that listens, none for one that doesn't. */
function hostGauges(host: Host): HostGauges[] {
  const { address, unfinished, stuckHandlers, droppedAnswers, dedup } = host;
  if (address === undefined) return [];
  const name = formatEndpoint(address.ip, address.port);
  return [{ host: name, inFlight: unfinished, stuckHandlers, droppedAnswers, dedup }];
}

function clientGauges(peer: Peer): ClientGauges {
  const { name, queued, queuedBytes, unfinished } = peer;
  let outbox: OutboxState | undefined;
  // It emits at subscription.
  peer.outbox$.subscribe((state) => (outbox = state)).unsubscribe();
  return { client: name, queued, queuedBytes, unanswered: unfinished - queued, outbox };
}

function mailboxesBelow(node: ActorNode): MailboxGauges {
  // The roots and what belongs to the machinery have no mailbox.
  let actors = node.status === undefined ? 0 : 1;
  let { depth } = node.mailbox;
  for (const child of node.children) {
    const below = mailboxesBelow(child);
    actors += below.actors;
    depth += below.depth;
  }
  return { actors, depth };
}
