/** Ends a subscription or removes a listener; further calls do nothing. */
export type Stop = () => void;

/** Adds to a set; returns what removes it again. */
export function addTo<Value>(set: Set<Value>, value: Value): Stop {
  set.add(value);
  return () => void set.delete(value);
}

/**
 * Calls each listener, except those that another one removes meanwhile. An error that one throws does not keep the others
 * from being called: it is reported as an uncaught error, as those of event listeners are.
 */
export function notify<Listener>(listeners: ReadonlySet<Listener>, call: (listener: Listener) => void): void {
  for (const listener of [...listeners]) {
    if (!listeners.has(listener)) continue;
    attempt(() => call(listener));
  }
}

/** Calls code of the caller; an error becomes an uncaught one. */
export function attempt(call: () => void): void {
  try {
    call();
  } catch (error) {
    reportUncaught(error);
  }
}

function reportUncaught(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void };
  if (reportError) {
    reportError(error);
    return;
  }
  // Node has no such function: there it becomes an uncaught exception.
  queueMicrotask(() => {
    throw error;
  });
}
