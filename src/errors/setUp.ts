import { RxcometError, type RxcometErrorOptions } from './RxcometError';

/** One problem of a configuration file. Secrets never appear in it. */
export interface ConfigProblem {
  /** The file as it was given, or '' for configuration that came as an object or text. */
  readonly file: string;
  /** 1-based; 0 when there is no text to point at. */
  readonly line: number;
  /** 1-based; 0 when there is no text to point at. */
  readonly column: number;
  /** Where in the tree, such as Socket_connection.Host.Port; '' for the file as a whole. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
  /** What to do about it, '' when the message says it all. */
  readonly remedy: string;
}

/**
 * The configuration cannot be used; `problems` holds everything wrong with it, the message prints them a line
 * each.
 */
export class ConfigError extends RxcometError {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_CONFIG';

  constructor(
    message: string,
    readonly problems: readonly ConfigProblem[],
    options: RxcometErrorOptions = {},
  ) {
    super(message, options);
  }
}

/** An argument given by the program is of the wrong type or out of range. */
export class BadOption extends RxcometError {
  override readonly name = 'BadOption';
  readonly code = 'ERR_BAD_OPTION';
  /** As in SendError: nothing was written. */
  readonly delivered = 'no';
}

/**
 * A host that listens could not accept a connection; it goes on listening. `cause` is the error of the
 * system.
 */
export class AcceptFailed extends RxcometError {
  override readonly name = 'AcceptFailed';
  readonly code = 'ERR_ACCEPT';
}

/**
 * A PEM file of our own configuration cannot be used: unreadable, no certificate or key, expired, or the two
 * do not belong together.
 */
export class BadCertificate extends RxcometError {
  override readonly name = 'BadCertificate';
  readonly code = 'ERR_CERTIFICATE';
}

/** Which store is taken. */
export interface DedupLockedFields extends RxcometErrorOptions {
  /** Its folder. */
  readonly path: string;
}

/** Another process, or another host of this one, uses the folder of `Host.Dedup.Path`. */
export class DedupLocked extends RxcometError {
  override readonly name = 'DedupLocked';
  readonly code = 'ERR_DEDUP_LOCKED';
  readonly path: string;

  constructor(message: string, fields: DedupLockedFields) {
    super(message, fields);
    this.path = fields.path;
  }
}

/** Something given to `app.detach` failed with an error that is none of ours; `cause` is that error. */
export class DetachedFailed extends RxcometError {
  override readonly name = 'DetachedFailed';
  readonly code = 'ERR_DETACHED';
}

/** What the parts of an address that is listened on are called where it was given. */
export interface AddressNames {
  readonly ip: string;
  readonly port: string;
}

/** A part of a message: text, or the name of a setting. */
export type ListenPart = string | { readonly setting: keyof AddressNames };

/** A host could not listen on its address; `cause` is the error of the system. */
export class ListenFailed extends RxcometError {
  override readonly name = 'ListenFailed';
  readonly code = 'ERR_LISTEN';
  readonly #parts: readonly ListenPart[];

  /** Settings that are to be changed stand between the parts of the message. */
  constructor(
    message: string | readonly ListenPart[],
    options: RxcometErrorOptions = {},
    address: AddressNames = { ip: 'Host.IP', port: 'Host.Port' },
  ) {
    const parts = typeof message === 'string' ? [message] : message;
    super(parts.map((part) => (typeof part === 'string' ? part : address[part.setting])).join(''), options);
    this.#parts = parts;
  }

  /** The same failure for those who gave the address elsewhere, such as in an option of a command. */
  naming(address: AddressNames): ListenFailed {
    return new ListenFailed(this.#parts, { cause: this.cause }, address);
  }
}

/**
 * An optional package is needed for what was asked and is not installed; the message holds the `npm i` line.
 */
export class MissingPackage extends RxcometError {
  override readonly name = 'MissingPackage';
  readonly code = 'ERR_MISSING_PACKAGE';
}

/** A subscriber of one of the streams of the app threw; it stays subscribed. */
export class SubscriberFailed extends RxcometError {
  override readonly name = 'SubscriberFailed';
  readonly code = 'ERR_SUBSCRIBER';
}
