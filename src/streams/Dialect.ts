/** How a peer speaks: `comet` is COMET's own one exchange a connection, `native` keeps the connection (protocol 2). */
export type Dialect = 'comet' | 'native';
