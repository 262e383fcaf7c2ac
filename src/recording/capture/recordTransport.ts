import { checkArgument, shapes } from '../../runtime/checkArguments';
import { createNodeTransport } from '../../streams/transport/node/createNodeTransport';
import type { Link } from '../../streams/transport/Link';
import { type LinkEnd, type LinkWatcher, WatchedLink } from '../../streams/transport/WatchedLink';
import type { Transport } from '../../streams/transport/Transport';
import { ConversationWatcher } from './ConversationWatcher';
import type { EventSink } from './EventSink';
import type { RecordedEnd } from '../RecordedEvent';

/**
 * The `side` of an event that happened on a link of a named client: the name itself. A client named `host`
 * (or `client:…`) is written with `client:` in front, so that it cannot be taken for a host.
 *
 * @example recordedSide('Telegram') // 'Telegram'
 */
export function recordedSide(client: string): string {
  checkArgument('recordedSide: the client', client, shapes.text);
  return client === 'host' || client.startsWith('client:') ? `client:${client}` : client;
}

/**
 * A transport that records every connection made through it, on both of an app's sides: `side` is `host` for
 * what was accepted and the client's name for what was opened. What passes is untouched.
 *
 * @param writer stays the caller's: close it after the app has stopped.
 * @param transport default: TCP sockets.
 * @param lastLink connections are numbered from the one after it; default 0.
 * @example const app = createApp(config, { transport: recordTransport(writer) });
 */
export function recordTransport(
  writer: EventSink,
  transport: Transport = createNodeTransport(),
  lastLink = 0,
): Transport {
  checkArgument('recordTransport: the writer', writer, shapes.sink);
  checkArgument('recordTransport: the transport', transport, shapes.transport);
  checkArgument('recordTransport: lastLink', lastLink, shapes.count);
  let links = lastLink;
  const watch = (inner: Link, side: string, us: RecordedEnd): Link => {
    links += 1;
    const link = new WatchedLink(inner);
    link.watch(hearing(new ConversationWatcher({ writer, link: links, side, peer: link.peer }), us));
    return link;
  };
  return {
    listen: (host, onLink, onError) =>
      transport.listen(host, (link) => onLink(watch(link, 'host', 'host')), onError),
    connect: async (client, signal) =>
      watch(await transport.connect(client, signal), recordedSide(client.name), 'client'),
  };
}

/** Tells a watcher of a conversation what a link carries, whose holder is the end `us`. */
export function hearing(watcher: ConversationWatcher, us: RecordedEnd): LinkWatcher {
  const them = us === 'host' ? 'client' : 'host';
  const endOf = (end: LinkEnd): RecordedEnd => (end === 'us' ? us : them);
  return {
    data: (from, chunk) => watcher.data(endOf(from), chunk),
    end: (from) => watcher.end(endOf(from)),
    close: (dropped, error) => watcher.close(dropped === undefined ? undefined : endOf(dropped), error),
  };
}
