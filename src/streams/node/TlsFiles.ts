/** The contents of the PEM files of a `TLS` entry, checked. */
export interface TlsFiles {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}
