import path from 'node:path';
import { isLeft } from 'fp-ts/Either';
import type { CometConfig } from './types/CometConfig';
import type { TlsConfig } from './types/TlsConfig';
import { addFindings } from './codecs/addFindings';
import { namelessWarning } from './codecs/ClientCodec';
import { SocketConnectionCodec } from './codecs/SocketConnectionCodec';
import { refuseUnreadable } from './nodes/refuseUnreadable';
import { composeYaml } from './yaml/composeYaml';
import type { ConfigNode } from './nodes/ConfigNode';
import { exposureWarning, metricsExposureWarning } from './warnings';
import { findKeys } from './nodes/findKeys';
import { findSocketConnection } from './nodes/findSocketConnection';
import { keysWithoutEffect } from './keysWithoutEffect';
import { NodeReader } from './nodes/NodeReader';
import { ProblemList } from './nodes/ProblemList';
import { rawFromObject } from './yaml/rawFromObject';
import type { Environment } from './nodes/substituteEnvironment';

/** Freezes a value and everything in it; the value itself is returned. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}

type Decoded = Pick<CometConfig, 'hosts' | 'clients'>;

/**
 * Relative paths of a settings file start at its own folder: a program that is started from another folder
 * one day must find the same certificates, and above all the same outbox.
 */
function resolvePaths<C extends Decoded>(config: C, file: string): C {
  const folder = path.dirname(file);
  const resolved = (given: string): string => path.resolve(folder, given);
  const withTls = <T extends { readonly tls?: TlsConfig }>(part: T): T => {
    if (part.tls === undefined) return part;
    const { cert, key, ca } = part.tls;
    const tls = {
      ...part.tls,
      ...(cert === undefined ? {} : { cert: resolved(cert) }),
      ...(key === undefined ? {} : { key: resolved(key) }),
      ...(ca === undefined ? {} : { ca: resolved(ca) }),
    };
    return { ...part, tls };
  };
  return {
    ...config,
    hosts: config.hosts.map((host) => {
      const { dedup } = host;
      return withTls(
        dedup?.path === undefined ? host : { ...host, dedup: { ...dedup, path: resolved(dedup.path) } },
      );
    }),
    clients: config.clients.map((client) => {
      const { outbox } = client;
      return withTls(outbox === undefined ? client : { ...client, outbox: { path: resolved(outbox.path) } });
    }),
  };
}

/** What `parseConfig` may be told. */
export interface ParseConfigOptions {
  /**
   * Name of the file the text came from: named in problems, and relative paths in it start at its folder.
   * Default none: the current folder.
   */
  readonly file?: string;
  /** Where `${NAME}` comes from; default `process.env`. */
  readonly env?: Environment;
}

/**
 * Reads a configuration from YAML text or from an object of the same shape: `Socket_connection` at the top
 * level or under `settings`, every default filled in, deep-frozen. All keys: docs/configuration.md.
 *
 * @throws ConfigError (ERR_CONFIG) with all problems at once, a line each. Values of tokens and of
 * environment variables are never in it.
 * @example
 * const config = parseConfig({ Socket_connection: { Host: { IP: '127.0.0.1', Port: 0 } } });
 */
export function parseConfig(source: unknown, options: ParseConfigOptions = {}): CometConfig {
  const file = options.file ?? '';
  const problems = new ProblemList(file);
  // A byte order mark is no part of the first line, so columns stay right.
  const root =
    typeof source === 'string' ? composeYaml(source.replace(/^\uFEFF/, ''), problems) : rawFromObject(source);
  problems.throwIfAny();
  const reader = new NodeReader(problems, options.env ?? process.env);
  const found = findSocketConnection(root, reader, problems);
  if (found === undefined) {
    problems.throwIfAny();
    throw new TypeError('a missing Socket_connection is always a problem');
  }
  const node = reader.read(found.raw, found.path, found.place);
  if (typeof source === 'string') refuseUnreadable(root, found.raw, problems);
  const decoded = SocketConnectionCodec.decode(node);
  if (isLeft(decoded)) addFindings(decoded.left, found.path, problems);
  refuseSecurityWithoutEffect(node, found.path, problems);
  problems.throwIfAny();
  if (isLeft(decoded)) throw new TypeError('a refused configuration always has a problem');
  const warnings = [
    namelessWarning(node, found.path),
    warnOfKeysWithoutEffect(node, found.path),
    exposureWarning(decoded.right.hosts),
    metricsExposureWarning(decoded.right),
  ].flatMap((text) => (text === undefined ? [] : [text]));
  const config = file === '' ? decoded.right : resolvePaths(decoded.right, file);
  return deepFreeze({ file, ...config, warnings });
}

function refuseSecurityWithoutEffect(node: ConfigNode, path: string, problems: ProblemList): void {
  const message = 'has no effect in this version, and starting without it would not be safe';
  for (const pattern of keysWithoutEffect.security) {
    for (const found of findKeys(node, path, pattern)) {
      problems.add(found.place, found.path, message, 'remove it to start unprotected');
    }
  }
}

function warnOfKeysWithoutEffect(node: ConfigNode, path: string): string | undefined {
  const found = keysWithoutEffect.others.flatMap((pattern) => findKeys(node, path, pattern));
  if (found.length === 0) return undefined;
  return `Keys without effect in this version: ${found.map((key) => key.path).join(', ')}.`;
}
