import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { ClientConfig } from '../types/ClientConfig';
import { ClientCodec } from './ClientCodec';
import { alreadyTold, below, fault, isEmpty, kindOf, nodeCodec, type NodeCodec } from './codecInternals';

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
