import type { Link } from '../../../src/streams/transport/Link';

/** Opens a link and keeps what it tells: text of the bytes, and `end`, `drain`, `close`. */
export function listenTo(link: Link): { readonly log: string[]; readonly bytes: () => Buffer } {
  const log: string[] = [];
  const chunks: Uint8Array[] = [];
  link.open({
    data(chunk) {
      chunks.push(chunk);
      log.push(Buffer.from(chunk).toString('latin1'));
    },
    end: () => log.push('<end>'),
    drain: () => log.push('<drain>'),
    close: (error) => log.push(error === undefined ? '<close>' : `<close ${error.message}>`),
  });
  return { log, bytes: () => Buffer.concat(chunks) };
}
