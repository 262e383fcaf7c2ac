import { limitName } from '../../runtime/limitNames';
import {
  HandlerFailed,
  HandlerStuck,
  HandlerTimeout,
  StreamIdle,
  UnknownAction,
} from '../../errors/handling';
import { isRxcometError, type RxcometError } from '../../errors/RxcometError';
import type { Clock } from '../../runtime/Clock';
import { reportRejection } from '../../runtime/guards';
import { cutName, quoteName } from '../../runtime/names';
import type { ActionContract } from '../messages/defineAction';
import { errorAcknowledgement } from './errorAcknowledgement';
import type { Exchange, NextOutcome, Registration } from './Exchange';
import type { HandlerRegistry } from './HandlerRegistry';
import type { Observation } from '../messages/TrafficObserver';
import { type ResultTaker, type SlowAnswer, pullResults, slowAnswer, subscribeResults } from './results';
import { TimeoutQueue } from '../../runtime/TimeoutQueue';

/** Those that get stuck within so many milliseconds are told in one failure. */
const TELL_STUCK_MS = 250;

/** What a handler chain is made of. */
export interface HandlerChainOptions {
  readonly registry: HandlerRegistry;
  readonly clock: Clock;
  readonly handlerTimeoutMs: number;
  /** 0 = off. */
  readonly streamIdleMs: number;
  /** From the abort of a message's signal to the end of its handler. */
  readonly abortGraceMs: number;
  /** Is told of every failure of a handler, also when another handler answered. */
  readonly report: (error: RxcometError) => void;
  /** Called with a message that no handler saw. */
  readonly onDeadLetter: (exchange: Exchange, error: UnknownAction) => void;
  readonly observation: Observation;
}

/**
 * Asks the handlers of a message in their order and brings the first answer to its port. Needs no bytes and
 * no socket.
 *
 * A synchronous handler costs a call: only a Promise, an Observable or an AsyncIterable gets a timeout entry
 * and callbacks.
 */
export class HandlerChain {
  /** Answers that came after their message was answered, cancelled or timed out. */
  droppedAnswers = 0;
  /** Calls of handlers that go on although their messages were given up, and were let go of. */
  stuckHandlers = 0;
  readonly #options: HandlerChainOptions;
  readonly #handlerTimeouts: TimeoutQueue<Exchange>;
  readonly #idleTimeouts: TimeoutQueue<Exchange> | undefined;
  /** Messages whose signal was aborted and whose handlers have not settled. */
  readonly #abortTimeouts: TimeoutQueue<Exchange>;
  /** Stuck since the last failure that told of such. */
  #untold: Exchange[] = [];
  #tellTimer: unknown;

  constructor(options: HandlerChainOptions) {
    this.#options = options;
    this.#handlerTimeouts = new TimeoutQueue(
      options.clock,
      options.handlerTimeoutMs,
      (exchange: Exchange) => {
        const { action, peer } = whose(exchange);
        const text = `the handler of ${quoteName(action)} gave no answer within ${options.handlerTimeoutMs} ms (${limitName('handlerTimeoutMs')})`;
        this.#end(exchange, new HandlerTimeout(text, { action, peer }));
      },
    );
    this.#abortTimeouts = new TimeoutQueue(options.clock, options.abortGraceMs, (exchange: Exchange) =>
      this.#stuck(exchange),
    );
    if (options.streamIdleMs > 0) {
      this.#idleTimeouts = new TimeoutQueue(options.clock, options.streamIdleMs, (exchange: Exchange) => {
        const { action, peer } = whose(exchange);
        const text = `the results of ${quoteName(action)} were silent for ${options.streamIdleMs} ms (${limitName('streamIdleMs')})`;
        this.#end(exchange, new StreamIdle(text, { action, peer }));
      });
    }
  }

  /** True when some handler of the action has reserved slots. */
  isUrgent(action: string): boolean {
    for (const registration of this.#options.registry.find(action)) if (registration.urgent) return true;
    return false;
  }

  /** Begins with the first handler. */
  start(exchange: Exchange): void {
    const observer = this.#options.observation.current;
    if (observer !== undefined) {
      exchange.observer = observer;
      exchange.observed = observer.messageBegan(exchange.message);
    }
    exchange.handlers = this.#options.registry.find(exchange.message.action);
    this.#askOn(exchange);
  }

  /**
   * The peer does not want the answer any more, or is gone: aborts the signal, ends what can be ended, drops
   * later answers.
   */
  cancel(exchange: Exchange, reason: unknown): void {
    if (exchange.released) return;
    if (!exchange.answered) exchange.outcome = 'cancelled';
    exchange.answered = true;
    exchange.abort(reason);
    this.#stopWork(exchange);
    this.#expectEnd(exchange);
  }

  /** Answers by hand, see Message.ack. */
  acknowledge(exchange: Exchange, value: unknown): void {
    const contract = exchange.current?.contract;
    if (exchange.answered || exchange.released) this.droppedAnswers += 1;
    else if (value === undefined || value === null) this.#answer(exchange, null);
    else this.#answerWith(exchange, value, contract);
    if (exchange.current?.claims === true) this.release(exchange);
  }

  /** Fails by hand, see Message.fail. */
  fail(exchange: Exchange, error: unknown): void {
    if (exchange.answered || exchange.released) this.droppedAnswers += 1;
    else {
      this.#reportFailure(exchange, error);
      this.#answerError(exchange, error);
    }
    if (exchange.current?.claims === true) this.release(exchange);
  }

  /** Code of the user's that belongs to a message has failed, and changes nothing of it. */
  callbackFailed(exchange: Exchange, error: unknown): void {
    this.#reportFailure(exchange, error);
  }

  /** Forgets timers; the exchanges were cancelled by their connections. */
  close(): void {
    this.#handlerTimeouts.clear();
    this.#idleTimeouts?.clear();
    this.#abortTimeouts.clear();
    if (this.#untold.length > 0) this.#tellStuck();
  }

  /** The message is over: its handlers have settled, or it had none of its own. */
  release(exchange: Exchange): void {
    if (exchange.released) return;
    exchange.released = true;
    this.#disarm(exchange);
    this.#leave(exchange);
    this.#free(exchange);
    const { releasedCallbacks } = exchange;
    if (releasedCallbacks === undefined) return;
    exchange.releasedCallbacks = undefined;
    for (const callback of releasedCallbacks) {
      try {
        const returned: unknown = callback();
        reportRejection(returned, (error) => this.callbackFailed(exchange, error));
      } catch (error) {
        this.#reportFailure(exchange, error);
      }
    }
  }

  /** Gives the slot of a message back. */
  #free(exchange: Exchange): void {
    if (exchange.freed) return;
    exchange.freed = true;
    exchange.observer?.messageEnded(exchange.message, exchange.observed, exchange.outcome);
    exchange.port.released(exchange);
  }

  #askOn(exchange: Exchange): void {
    const { handlers } = exchange;
    // Answered by hand, perhaps before any handler: nobody else is asked.
    while (!exchange.answered && exchange.index < handlers.length) {
      const registration = handlers[exchange.index];
      if (registration === undefined || registration.removed) {
        exchange.index += 1;
        continue;
      }
      if (registration.stuck >= registration.concurrency) {
        exchange.index += 1;
        this.#failed(exchange, behindStuck(exchange, registration));
        continue;
      }
      if (registration.running >= registration.concurrency) {
        exchange.waitingFor = registration;
        registration.waiting.add(exchange);
        this.#arm(exchange);
        return;
      }
      exchange.index += 1;
      if (this.#call(exchange, registration)) return;
    }
    this.#nobodyAnswered(exchange);
  }

  /** True when the message is taken care of, false when the next handler is to be asked. */
  #call(exchange: Exchange, registration: Registration): boolean {
    const { message } = exchange;
    const { contract } = registration;
    exchange.current = registration;
    registration.running += 1;
    let answer: unknown;
    let slow: SlowAnswer | undefined;
    try {
      const value =
        contract === undefined ? message.value : contract.decodeValue(message.value, message.peer);
      answer =
        exchange.observer === undefined
          ? registration.call(value, message)
          : callWithin(exchange, registration, value);
      // Looking at it may run code of the user's too.
      if (typeof answer === 'object' && answer !== null) slow = slowAnswer(answer);
    } catch (error) {
      this.#leave(exchange);
      return this.#failed(exchange, error);
    }
    if (registration.claims) {
      // It may have been acknowledged within the call, and is released then.
      if (!exchange.released) this.#arm(exchange);
      return true;
    }
    if (answer === undefined || answer === null) {
      exchange.taken = true;
      this.#leave(exchange);
      if (!exchange.answered) return false;
      this.release(exchange);
      return true;
    }
    if (slow === undefined) {
      this.#leave(exchange);
      this.#finish(exchange, answer, registration);
    } else this.#takeTime(exchange, slow);
    return true;
  }

  /** A failure before any answer: true when the message is over. */
  #failed(exchange: Exchange, error: unknown): boolean {
    if (exchange.answered) {
      // A handler that heeds message.signal rejects because it was told to.
      if (!exchange.isAbort(error)) this.#reportFailure(exchange, error);
      this.release(exchange);
      return true;
    }
    this.#reportFailure(exchange, error);
    if (!exchange.failed) {
      exchange.failed = true;
      exchange.failure = error;
    }
    return false;
  }

  #nobodyAnswered(exchange: Exchange): void {
    if (!exchange.answered) {
      if (exchange.failed) {
        this.#answerError(exchange, exchange.failure);
      } else if (exchange.taken) {
        this.#answer(exchange, null);
      } else {
        const { action, peer } = whose(exchange);
        const error = new UnknownAction(`no handler for action ${quoteName(action)}`, { action, peer });
        this.#options.onDeadLetter(exchange, error);
        if (exchange.message.dialect === 'native') this.#answerError(exchange, error);
        else this.#answer(exchange, null);
      }
    }
    this.release(exchange);
  }

  #takeTime(exchange: Exchange, slow: SlowAnswer): void {
    this.#arm(exchange);
    if (slow.kind === 'promise') {
      try {
        // A foreign thenable may throw, or call back twice; a promise of this runtime is taken as it is.
        Promise.resolve(slow.promise).then(
          (value) => this.#settled(exchange, value),
          (error: unknown) => this.#workFailed(exchange, error),
        );
      } catch (error) {
        // Of a promise whose own `constructor` or `then` throws.
        this.#workFailed(exchange, error);
      }
    } else if (slow.kind === 'observable') {
      subscribeResults(exchange, slow.observable, this.#resultTaker(exchange));
    } else void pullResults(exchange, slow.iterable, this.#resultTaker(exchange));
  }

  #resultTaker(exchange: Exchange): ResultTaker {
    return {
      next: (value) => this.#next(exchange, value),
      failed: (error) => this.#workFailed(exchange, error),
      ended: () => this.#workEnded(exchange),
      report: (error) => this.#reportFailure(exchange, error),
    };
  }

  #settled(exchange: Exchange, value: unknown): void {
    const registration = exchange.current;
    if (exchange.answered) {
      if (value !== undefined && value !== null) this.droppedAnswers += 1;
      this.#leave(exchange);
      this.release(exchange);
      return;
    }
    if (value === undefined || value === null) {
      exchange.taken = true;
      this.#leave(exchange);
      this.#askOn(exchange);
      return;
    }
    if (typeof value === 'object') {
      let slow: SlowAnswer | undefined;
      try {
        slow = slowAnswer(value);
      } catch (error) {
        this.#workFailed(exchange, error);
        return;
      }
      if (slow !== undefined) {
        this.#takeTime(exchange, slow);
        return;
      }
    }
    this.#leave(exchange);
    this.#finish(exchange, value, registration);
  }

  #workFailed(exchange: Exchange, error: unknown): void {
    exchange.stopWork = undefined;
    this.#leave(exchange);
    if (exchange.streaming && !exchange.answered) {
      this.#reportFailure(exchange, error);
      this.#answerError(exchange, error);
      this.release(exchange);
    } else if (!this.#failed(exchange, error)) this.#askOn(exchange);
  }

  #workEnded(exchange: Exchange): void {
    exchange.stopWork = undefined;
    this.#leave(exchange);
    if (exchange.answered) this.release(exchange);
    else if (exchange.streaming) {
      this.#disarm(exchange);
      exchange.answered = true;
      exchange.port.complete(exchange);
      this.release(exchange);
    } else {
      exchange.taken = true;
      this.#askOn(exchange);
    }
  }

  #next(exchange: Exchange, value: unknown): NextOutcome {
    if (exchange.answered) {
      this.droppedAnswers += 1;
      return 'taken';
    }
    const contract = exchange.current?.contract;
    const outcome = exchange.port.next(exchange, contract === undefined ? value : contract.encodeAck(value));
    exchange.streaming = true;
    // A legacy peer has no answer before its one frame, and a result that nobody wants is none: the time of
    // the handler goes on.
    if (exchange.message.dialect === 'native' && !exchange.noAck) {
      this.#disarm(exchange);
      if (this.#idleTimeouts !== undefined) this.#await(exchange, this.#idleTimeouts);
    }
    return outcome;
  }

  #finish(exchange: Exchange, answer: unknown, registration: Registration | undefined): void {
    if (exchange.answered) this.droppedAnswers += 1;
    else this.#answerWith(exchange, answer, registration?.contract);
    this.release(exchange);
  }

  /** An answer, checked by the contract of its handler. */
  #answerWith(exchange: Exchange, answer: unknown, contract: ActionContract | undefined): void {
    if (contract === undefined) {
      this.#answer(exchange, answer);
      return;
    }
    let encoded: unknown;
    try {
      encoded = contract.encodeAck(answer);
    } catch (error) {
      this.#reportFailure(exchange, error);
      this.#answerError(exchange, error);
      return;
    }
    this.#answer(exchange, encoded);
  }

  #answer(exchange: Exchange, value: unknown): void {
    this.#disarm(exchange);
    try {
      exchange.port.result(exchange, value);
    } catch (error) {
      this.#reportFailure(exchange, error);
      this.#answerError(exchange, error);
      return;
    }
    exchange.answered = true;
  }

  #answerError(exchange: Exchange, error: unknown): void {
    this.#disarm(exchange);
    exchange.answered = true;
    const { code, message } = errorAcknowledgement(error);
    // A code of somebody's library may be one of the words that mean no error.
    exchange.outcome = code === 'ok' || code === 'cancelled' ? 'ERR_HANDLER_FAILED' : code;
    exchange.port.error(exchange, code, message);
  }

  /** Our own decision that it is over, while the handler may go on. */
  #end(exchange: Exchange, error: RxcometError): void {
    this.#options.report(error);
    this.#answerError(exchange, error);
    exchange.abort(error);
    this.#stopWork(exchange);
    this.#expectEnd(exchange);
  }

  /** Its signal was aborted: unless its handler has ended by that, it has a while for it. */
  #expectEnd(exchange: Exchange): void {
    // What has joined a run is over when the run is.
    if (exchange.released || exchange.freed || exchange.run !== undefined) return;
    if (exchange.timeouts !== this.#abortTimeouts) this.#await(exchange, this.#abortTimeouts);
  }

  /**
   * The handler ignores its abort. The slot of its connection is free, or nothing would get through in the
   * end; its place in a `concurrency` is not, since a second command must not begin at an instrument while
   * the first one goes on.
   */
  #stuck(exchange: Exchange): void {
    const registration = exchange.current;
    if (registration === undefined) {
      this.release(exchange);
      return;
    }
    exchange.stuck = true;
    this.stuckHandlers += 1;
    registration.stuck += 1;
    this.#untold.push(exchange);
    this.#tellTimer ??= this.#options.clock.setTimeout(() => this.#tellStuck(), TELL_STUCK_MS);
    this.#free(exchange);
    if (registration.stuck < registration.concurrency) return;
    for (const waiting of registration.waiting) {
      registration.waiting.delete(waiting);
      waiting.waitingFor = undefined;
      this.#askOn(waiting);
    }
  }

  /** One failure for all that got stuck at about the same time. */
  #tellStuck(): void {
    this.#options.clock.clearTimeout(this.#tellTimer);
    this.#tellTimer = undefined;
    const stuck = this.#untold.splice(0);
    const counts = new Map<string, number>();
    for (const { message } of stuck) {
      const action = cutName(message.action);
      counts.set(action, (counts.get(action) ?? 0) + 1);
    }
    const names = [...counts].map(([action, n]) =>
      n === 1 ? quoteName(action) : `${quoteName(action)} (${n})`,
    );
    const [action = ''] = counts.keys();
    const peers = new Set(stuck.map(({ message }) => message.peer));
    const [peer = ''] = peers;
    const { abortGraceMs } = this.#options;
    const text = `handlers have not ended within ${abortGraceMs} ms (${limitName('abortGraceMs')}) after their message was given up: ${names.join(', ')}; other messages take their slots. Have them end when message.signal aborts`;
    this.#options.report(
      new HandlerStuck(text, { action, peer: peers.size === 1 ? peer : '', actions: [...counts.keys()] }),
    );
  }

  #stopWork(exchange: Exchange): void {
    const { waitingFor, stopWork } = exchange;
    if (waitingFor !== undefined) {
      waitingFor.waiting.delete(exchange);
      exchange.waitingFor = undefined;
      this.release(exchange);
    } else if (stopWork !== undefined) {
      exchange.stopWork = undefined;
      stopWork();
    } else if (exchange.current?.claims === true || exchange.current === undefined) this.release(exchange);
  }

  /** The handler at work is through with this message; whoever waits for it is next. */
  #leave(exchange: Exchange): void {
    const registration = exchange.current;
    exchange.current = undefined;
    exchange.stopWork = undefined;
    if (registration === undefined) return;
    registration.running -= 1;
    if (exchange.stuck) {
      exchange.stuck = false;
      registration.stuck -= 1;
      this.stuckHandlers -= 1;
    }
    if (registration.waiting.size === 0 || registration.starting) return;
    registration.starting = true;
    for (const waiting of registration.waiting) {
      if (registration.running >= registration.concurrency) break;
      registration.waiting.delete(waiting);
      waiting.waitingFor = undefined;
      this.#askOn(waiting);
    }
    registration.starting = false;
  }

  #reportFailure(exchange: Exchange, error: unknown): void {
    if (isRxcometError(error)) {
      this.#options.report(error);
      return;
    }
    const { action, peer } = whose(exchange);
    const { message } = errorAcknowledgement(error);
    this.#options.report(
      new HandlerFailed(`the handler of ${quoteName(action)} failed: ${message}`, {
        action,
        peer,
        cause: error,
      }),
    );
  }

  #arm(exchange: Exchange): void {
    if (!exchange.timeoutArmed && !exchange.answered && !exchange.streaming)
      this.#await(exchange, this.#handlerTimeouts);
  }

  /** A message waits for one thing at a time. */
  #await(exchange: Exchange, timeouts: TimeoutQueue<Exchange>): void {
    this.#disarm(exchange);
    exchange.timeouts = timeouts;
    timeouts.add(exchange);
  }

  #disarm(exchange: Exchange): void {
    exchange.timeouts?.remove(exchange);
  }
}

/** What a message gets whose handler has no place left that is not stuck. */
function behindStuck(exchange: Exchange, { concurrency }: Registration): HandlerStuck {
  const { action, peer } = whose(exchange);
  const text = `the handler of ${quoteName(action)} goes on with a message that was given up, and with concurrency ${concurrency} nothing else begins until it has ended`;
  return new HandlerStuck(text, { action, peer });
}

/**
 * Apart, because a function with a closure in it makes room for what that captures at each call, also when it
 * is not reached.
 */
function callWithin(exchange: Exchange, registration: Registration, value: unknown): unknown {
  return exchange.within(() => registration.call(value, exchange.message));
}

/** What errors tell of a message: its action is a name that the peer chose, of any length. */
function whose({ message }: Exchange): { readonly action: string; readonly peer: string } {
  return { action: cutName(message.action), peer: message.peer };
}
