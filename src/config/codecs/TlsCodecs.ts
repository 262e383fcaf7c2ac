import { isLeft, right } from 'fp-ts/Either';
import type { TlsConfig } from '../types/TlsConfig';
import { type NodeCodec, nodeCodec } from './nodeCodec';
import { Flag, Path } from './scalars';
import { optional, required, section, withDefault } from './section';

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

/** `Host.TLS`: a host has to show a certificate. */
export const HostTlsCodec = section<TlsConfig>(
  'the TLS of a host',
  {
    cert: required('Cert', Path),
    key: required('Key', Path),
    ca: optional('CA', Path),
    requireClientCert: withDefault('Require_client_cert', Flag, false),
  },
  ({ ca, requireClientCert }) => {
    if (requireClientCert !== true || ca !== undefined) return [];
    const message = 'has no CA to check the certificates of peers with';
    return [{ key: 'Require_client_cert', message, remedy: 'add CA: a path' }];
  },
);
