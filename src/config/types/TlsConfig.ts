/** Configuration `TLS` of a host or a client: paths of PEM files. */
export interface TlsConfig {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  /** Host only: refuse peers without a certificate of `ca`; default false. */
  readonly requireClientCert: boolean;
}
