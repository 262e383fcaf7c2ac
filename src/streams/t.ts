/** The codecs of io-ts, for `defineAction`. */
export * as t from 'io-ts';
