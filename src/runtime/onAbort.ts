/** The listeners of ours, one for each signal that somebody waits for. */
const listenerOf = new WeakMap<AbortSignal, AbortListener>();

/** An EventListener that calls back everything tied to one signal. */
class AbortListener {
  readonly callbacks = new Set<() => void>();

  handleEvent(): void {
    for (const callback of this.callbacks) callback();
  }
}

/**
 * Calls back once when a signal aborts that is not aborted yet, in the order of the calls. However much is
 * tied to a signal, it has one listener of ours: Node takes more than ten for a leak and warns.
 *
 * @returns takes the callback off again; with the last one the listener goes
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let listener = listenerOf.get(signal);
  if (listener === undefined) {
    listener = new AbortListener();
    listenerOf.set(signal, listener);
    signal.addEventListener('abort', listener, { once: true });
  }
  const { callbacks } = listener;
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    listenerOf.delete(signal);
    try {
      signal.removeEventListener('abort', listener);
    } catch {
      // A signal of the user's own make; it has told already what it is, or it never will.
    }
  };
}
