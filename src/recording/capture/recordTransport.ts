import { createNodeTransport } from '../../streams/transport/node/createNodeTransport';
import type { Link } from '../../streams/transport/Link';
import type { Transport } from '../../streams/transport/Transport';
import { ConversationWatcher } from './ConversationWatcher';
import type { EventSink } from './EventSink';
import type { RecordedEnd } from '../RecordedEvent';

/**
 * The `side` of an event that happened on a link of a named client: the name itself. A client named `host` (or `client:…`) is written
 * with `client:` in front, so that it cannot be taken for a host.
 *
 * @example recordedSide('Telegram') // 'Telegram'
 */
export function recordedSide(client: string): string {
  return client === 'host' || client.startsWith('client:') ? `client:${client}` : client;
}

/**
 * A transport that records every connection made through it, on both of an app's sides: `side` is `host` for what was accepted and the
 * client's name for what was opened. What passes is untouched.
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
  let links = lastLink;
  const watch = (link: Link, side: string, us: RecordedEnd): Link => {
    links += 1;
    return watched(link, new ConversationWatcher({ writer, link: links, side, peer: link.peer }), us);
  };
  return {
    listen: (host, onLink, onError) =>
      transport.listen(host, (link) => onLink(watch(link, 'host', 'host')), onError),
    connect: async (client, signal) =>
      watch(await transport.connect(client, signal), recordedSide(client.name), 'client'),
  };
}

/** The same link, with a watcher that hears what it carries. */
function watched(link: Link, watcher: ConversationWatcher, us: RecordedEnd): Link {
  const them = us === 'host' ? 'client' : 'host';
  const ended = new Set<RecordedEnd>();
  let destroyed = false;
  return {
    peer: link.peer,
    peerIp: link.peerIp,
    get unsentBytes() {
      return link.unsentBytes;
    },
    open(events) {
      link.open({
        data(chunk) {
          watcher.data(them, chunk);
          events.data(chunk);
        },
        end() {
          ended.add(them);
          watcher.end(them);
          events.end();
        },
        drain: () => events.drain(),
        close(error) {
          const orderly = error === undefined && ended.size === 2;
          watcher.close(orderly ? undefined : destroyed ? us : them, error);
          events.close(error);
        },
      });
    },
    write(bytes) {
      watcher.data(us, bytes);
      return link.write(bytes);
    },
    end() {
      ended.add(us);
      watcher.end(us);
      link.end();
    },
    destroy() {
      destroyed = true;
      link.destroy();
    },
    reset() {
      destroyed = true;
      link.reset();
    },
    pause: () => link.pause(),
    resume: () => link.resume(),
  };
}
