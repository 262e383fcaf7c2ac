import { BehaviorSubject, type Observable, defer, tap, throwError } from 'rxjs';
import { type SendErrorCode, byCode } from '../../errors/ErrorCode';
import { CircuitOpen, SendError } from '../../errors/sending';
import { BadOption } from '../../errors/setUp';
import { type Clock, systemClock } from '../../runtime/Clock';
import { Deque } from '../../runtime/Deque';

/**
 * Where a `circuitBreaker` stands; the terms are those of M. Nygard, "Release It!". `cause` is the failure
 * that opened it.
 */
export type CircuitState =
  /** Sends pass. */
  | { readonly kind: 'closed' }
  /** Sends fail at once. `until`: ms since 1970, from when on the next send is let through. */
  | { readonly kind: 'open'; readonly until: number; readonly cause: SendError }
  /** One send at a time is let through, to see whether the peer is back. */
  | { readonly kind: 'half-open'; readonly cause: SendError };

/** Options of `circuitBreaker`. */
export interface CircuitBreakerOptions {
  /** So many failures without a result in between open it. Default 5. */
  readonly failures?: number;
  /** Failures older than this, in ms, no longer count. Default 10000. */
  readonly windowMs?: number;
  /** How long it stays open, in ms. Default 5000. */
  readonly openMs?: number;
  /** So many probes in a row have to succeed before all sends pass again. Default 1. */
  readonly halfOpenTries?: number;
  /**
   * Which errors count as failures of the peer. Default: ERR_PEER_UNREACHABLE, ERR_ACK_TIMEOUT and
   * ERR_CONNECTION_CLOSED; an error that the peer answered with shows that it is there.
   */
  readonly isFailure?: (error: SendError) => boolean;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/** An operator for all sends of one client, made by `circuitBreaker`. */
export interface CircuitBreaker {
  <T>(source: Observable<T>): Observable<T>;
  /** Where it stands now. */
  readonly state: CircuitState;
  /** Emits the state when subscribed and whenever it changes; never errors, never completes. */
  readonly state$: Observable<CircuitState>;
}

/** Which errors show that the peer is in trouble. */
const failureCodes = {
  ERR_ACK_TIMEOUT: true,
  ERR_APP_STOPPED: false,
  ERR_BAD_OPTION: false,
  ERR_BAD_REPLY: false,
  ERR_BAD_VALUE: false,
  ERR_CIRCUIT_OPEN: false,
  ERR_CONNECTION_CLOSED: true,
  ERR_DIALECT_UNKNOWN: false,
  ERR_LEGACY_EMPTY_CONTENT: false,
  ERR_LEGACY_RAW_ACTION: false,
  ERR_MESSAGE_DROPPED: false,
  ERR_MESSAGE_EXPIRED: false,
  ERR_MESSAGE_REFUSED: false,
  ERR_NOT_RECORDED: false,
  ERR_OUTBOX: false,
  ERR_PEER_UNREACHABLE: true,
  ERR_QUEUE_FULL: false,
  ERR_REMOTE: false,
  ERR_SEND_ABORTED: false,
  ERR_SEND_TOO_LARGE: false,
  ERR_UNENCODABLE: false,
} as const satisfies Record<SendErrorCode, boolean>;

/**
 * Stops sending to a peer that does not answer, so that callers fail at once and the peer can recover: after
 * `failures` in a row within `windowMs` it opens, and sends fail with CircuitOpen (ERR_CIRCUIT_OPEN,
 * delivered 'no'). After `openMs` the next send goes through as a probe, one at a time: `halfOpenTries` that
 * succeed close it, one that fails opens it again. No timer runs meanwhile.
 *
 * Make one for each client and put all its sends through it; `retrySend` goes behind it.
 *
 * @throws BadOption (ERR_BAD_OPTION) for a number out of range
 * @example
 * const breaker = circuitBreaker({ failures: 5, openMs: 5000 });
 * breaker.state$.subscribe(({ kind }) => console.log('Telegram:', kind));
 * telegram.send('Status').pipe(breaker, retrySend()).subscribe();
 */
export function circuitBreaker({
  failures = 5,
  windowMs = 10_000,
  openMs = 5000,
  halfOpenTries = 1,
  isFailure = ({ code }) => byCode<boolean>(failureCodes, code, false),
  clock = systemClock,
}: CircuitBreakerOptions = {}): CircuitBreaker {
  check('failures', failures, failures >= 1);
  check('windowMs', windowMs, windowMs > 0);
  check('openMs', openMs, openMs > 0);
  check('halfOpenTries', halfOpenTries, halfOpenTries >= 1);

  const states = new BehaviorSubject<CircuitState>({ kind: 'closed' });
  /** Clock times of the failures since the last answer. */
  const failedAt = new Deque<number>();
  let opensAt = 0;
  let probing = false;
  let probesPassed = 0;
  /** Counts the changes: what was sent before one says nothing about the time after it. */
  let era = 0;

  const enter = (state: CircuitState): void => {
    era += 1;
    failedAt.clear();
    // Who opens it half is the probe, before a subscriber of `state$` can send too.
    probing = state.kind === 'half-open';
    probesPassed = 0;
    states.next(state);
  };

  /** undefined when a send may pass. */
  const refusal = (): CircuitOpen | undefined => {
    const state = states.value;
    if (state.kind === 'closed') return undefined;
    const waitMs = opensAt - clock.now();
    if (waitMs > 0) return refused(`the next send goes through in ${Math.ceil(waitMs)} ms`, state.cause);
    if (probing) return refused('another send is finding out whether it is back', state.cause);
    if (state.kind === 'open') enter({ kind: 'half-open', cause: state.cause });
    return undefined;
  };

  const onAnswer = (): void => {
    if (states.value.kind === 'closed') {
      failedAt.clear();
      return;
    }
    probing = false;
    probesPassed += 1;
    if (probesPassed >= halfOpenTries) enter({ kind: 'closed' });
  };

  const onFailure = (cause: SendError): void => {
    const now = clock.now();
    failedAt.push(now);
    while (now - (failedAt.peek() ?? now) > windowMs) failedAt.shift();
    if (states.value.kind === 'closed' && failedAt.length < failures) return;
    opensAt = now + openMs;
    enter({ kind: 'open', until: clock.wallTime() + openMs, cause });
  };

  const operator = <T>(source: Observable<T>): Observable<T> =>
    defer(() => {
      const error = refusal();
      if (error !== undefined) return throwError(() => error);
      const ownEra = era;
      const probe = states.value.kind === 'half-open';
      if (probe) probing = true;
      let judged = false;
      const judge = (conclude: () => void): void => {
        if (judged) return;
        judged = true;
        if (era === ownEra) conclude();
      };
      /** Nothing was learnt, and the next one may try. */
      const giveUp = (): void => {
        if (probe) probing = false;
      };
      return source.pipe(
        tap({
          next: () => judge(onAnswer),
          complete: () => judge(onAnswer),
          error: (reason: unknown) => {
            if (!(reason instanceof SendError)) return;
            if (isFailure(reason)) judge(() => onFailure(reason));
            else if (reason.delivered === 'yes') judge(onAnswer);
          },
          finalize: () => judge(giveUp),
        }),
      );
    });

  return Object.defineProperties(operator, {
    state: { get: () => states.value, enumerable: true },
    state$: { value: states.asObservable(), enumerable: true },
  }) as CircuitBreaker;
}

function refused(until: string, cause: SendError): CircuitOpen {
  // What would have been sent is not known here: it was never subscribed.
  const fields = { client: cause.client, action: '', delivered: 'no', cause } as const;
  return new CircuitOpen(
    `"${cause.client}" failed again and again, last with ${cause.code}; ${until}`,
    fields,
  );
}

function check(name: string, value: number, fits: boolean): void {
  if (!fits) throw new BadOption(`circuitBreaker: ${name} is out of range: ${String(value)}`);
}
