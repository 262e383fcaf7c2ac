import type { TlsConfig } from '../types/TlsConfig';
import { Flag, Path } from './scalarInternals';
import { section } from './section';
import { optional, required, withDefault } from './sectionInternals';

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
