import { reportRejection, type ReportThrown } from './guards';

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

/** What a signal of ours reports to, and the guarded form of each of its listeners. */
interface Guard {
  readonly report: ReportThrown;
  readonly wrapped: WeakMap<object, (event: Event) => void>;
  onabort: unknown;
}

const guards = new WeakMap<EventTarget, Guard>();

/**
 * An AbortController whose signal goes to code of users: what a listener throws, or an async one rejects
 * with, is reported. Node would throw it anew in the next tick, which ends the process. A signal that users
 * make of it (`AbortSignal.any`) is theirs.
 */
export function createGuardedController(report: ReportThrown): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  Object.setPrototypeOf(signal, guardedSignal);
  guards.set(signal, { report, wrapped: new WeakMap(), onabort: null });
  return controller;
}

/** Of every event target, called on a signal. */
type Listening = (this: EventTarget, type: string, listener: Listener | null, options?: object) => void;

const { addEventListener, removeEventListener } = EventTarget.prototype as unknown as {
  readonly addEventListener: Listening;
  readonly removeEventListener: Listening;
};

const guardedSignal = Object.create(AbortSignal.prototype, {
  addEventListener: {
    value(this: AbortSignal, type: string, listener: Listener | null, options?: object): void {
      addEventListener.call(this, type, wrap(this, listener), options);
    },
  },
  removeEventListener: {
    value(this: AbortSignal, type: string, listener: Listener | null, options?: object): void {
      removeEventListener.call(this, type, wrap(this, listener), options);
    },
  },
  onabort: {
    get(this: AbortSignal): unknown {
      return guards.get(this)?.onabort ?? null;
    },
    set(this: AbortSignal, listener: unknown) {
      const guard = guards.get(this);
      if (guard === undefined) return;
      if (typeof guard.onabort === 'function') this.removeEventListener('abort', guard.onabort as never);
      guard.onabort = listener;
      if (typeof listener === 'function') this.addEventListener('abort', listener as never);
    },
  },
}) as AbortSignal;

/** The same for the same listener, so that it can be taken off again. */
function wrap(signal: AbortSignal, listener: Listener | null): Listener | null {
  const guard = guards.get(signal);
  if (
    guard === undefined ||
    listener === null ||
    (typeof listener !== 'object' && typeof listener !== 'function')
  )
    return listener;
  let wrapped = guard.wrapped.get(listener);
  if (wrapped === undefined) {
    wrapped = (event) => {
      try {
        const returned: unknown =
          typeof listener === 'function' ? listener.call(signal, event) : listener.handleEvent(event);
        reportRejection(returned, guard.report);
      } catch (error) {
        guard.report(error);
      }
    };
    guard.wrapped.set(listener, wrapped);
  }
  return wrapped;
}
