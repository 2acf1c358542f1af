/** The start of a signed-in page: lists wait a moment for the connection that announces their changes. */
export interface StartGate {
  /** Resolves once every namespace is connected, or the wait is over. */
  readonly opened: Promise<void>;
  /**
   * Calls the listener for each connect after which a list can lack a change: not for the one that the lists waited for.
   * Returns the clean-up.
   */
  onConnect(watch: Connecting, listener: () => void): () => void;
}

interface Connecting {
  onConnect(listener: () => void): () => void;
}

/** Longest wait in milliseconds: a list must not wait for a realtime server that is down. */
const MAX_WAIT_MS = 1_000;

/**
 * A list that is fetched before its namespace is connected may lack a change that nobody announced to this page, and is fetched
 * twice. One that waits for the connection, for a few round trips at most, is fetched once.
 */
export function createStartGate(watches: readonly Connecting[], waitMs = MAX_WAIT_MS): StartGate {
  let isOpen = false;
  const { promise: opened, resolve } = Promise.withResolvers<void>();
  const missing = new Set(watches);
  const stops = new Set<() => void>();
  const open = () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
    // The listeners of the connect that opens the gate run first: what they would fetch has not been fetched yet.
    queueMicrotask(() => {
      isOpen = true;
      resolve();
    });
  };
  const timer = setTimeout(open, waitMs);
  for (const watch of watches) {
    stops.add(
      watch.onConnect(() => {
        missing.delete(watch);
        if (missing.size === 0) open();
      }),
    );
  }
  return {
    opened,
    onConnect: (watch, listener) => watch.onConnect(() => isOpen && listener()),
  };
}
