import { isLeft, right } from 'fp-ts/Either';
import type { TlsConfig } from '../types/TlsConfig';
import { nodeCodec, type NodeCodec } from './codecInternals';
import { Path } from './scalarInternals';
import { section } from './section';
import { optional } from './sectionInternals';

const Keys = section<Omit<TlsConfig, 'requireClientCert'>>(
  'the TLS of a client',
  { cert: optional('Cert', Path), key: optional('Key', Path), ca: optional('CA', Path) },
  ({ cert, key }) => {
    if ((cert === undefined) === (key === undefined)) return [];
    const [given, missing] = cert === undefined ? ['Key', 'Cert'] : ['Cert', 'Key'];
    return [{ key: given, message: `is of no use without ${missing}`, remedy: `add ${missing}: a path` }];
  },
);

/** `TLS` of a client: with `Cert` and `Key` it shows a certificate of its own. */
export const ClientTlsCodec: NodeCodec<TlsConfig> = nodeCodec(Keys.name, (node, context) => {
  const decoded = Keys.validate(node, context);
  return isLeft(decoded) ? decoded : right({ ...decoded.right, requireClientCert: false });
});
