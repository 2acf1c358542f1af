import type { Manager, Socket } from "socket.io-client";
import type { NamespaceName } from "../../protocol/namespace-names.ts";
import { watchLiveness } from "./connection-liveness.ts";
import { addTo, notify, type Stop } from "./listeners.ts";
import type { Liveness } from "./liveness.ts";
import { authOf, type ConnectionOptions, createManager, type Settings, withDefaults } from "./manager.ts";
import { type ConnectionState, trackState } from "./state.ts";
import { type TransportName, type TransportWatch, watchTransport } from "./transport.ts";
import { readConnectRefusal, readHandshakeError, type WatchError } from "./watch-error.ts";

/** A namespace in use. */
export interface Lease {
  socket: Socket;
  /** Adds a listener for errors of this namespace's connection; one that holds now is reported at once. */
  onError(listener: (error: WatchError) => void): Stop;
  release(): void;
}

export interface Connection {
  /** Connects the namespace unless it is connected, and keeps it until every lease is released. */
  use(namespace: NamespaceName): Lease;
  state(): ConnectionState;
  /** Undefined while there is no connection. */
  transport(): TransportName | undefined;
  onState(listener: (state: ConnectionState) => void): Stop;
  onTransport(listener: (transport: TransportName | undefined) => void): Stop;
  /** Adds a listener for failed and refused connects: each error once for a namespace, until a connect succeeds. */
  onError(listener: (error: WatchError) => void): Stop;
  /** Tries at once instead of after the wait. */
  retryNow(): void;
  /** Adds a listener for `close`: sockets have lost their listeners then. */
  onClose(listener: () => void): Stop;
  /** Leaves every namespace at once, in use or not; the next use connects again. */
  close(): void;
}

interface Entry {
  socket: Socket;
  leases: number;
  linger: ReturnType<typeof setTimeout> | undefined;
  retry: ReturnType<typeof setTimeout> | undefined;
  refusals: number;
  error: WatchError | undefined;
  errorListeners: Set<(error: WatchError) => void>;
}

type ListenerChange = (event: "online", listener: () => void) => void;

/** @param release called once, however often the lease is released */
function leaseOf(entry: Entry, release: () => void): Lease {
  let released = false;
  return {
    socket: entry.socket,
    onError(listener) {
      if (entry.error) listener(entry.error);
      return addTo(entry.errorListeners, listener);
    },
    release() {
      if (released) return;
      released = true;
      release();
    },
  };
}

/**
 * One connection for all namespaces; each is joined on its first use and left a while after its last. Longer than other
 * functions: all of it acts on the same entries, from events of the sockets, of timers and of the caller.
 * @param given options, or a function that returns them: it is called once, on the first use
 */
export function createConnection(given: ConnectionOptions | (() => ConnectionOptions)): Connection {
  const entries = new Map<NamespaceName, Entry>();
  const transportListeners = new Set<(transport: TransportName | undefined) => void>();
  const errorListeners = new Set<(error: WatchError) => void>();
  const closeListeners = new Set<() => void>();
  let engine: { settings: Settings; manager: Manager; transport: TransportWatch; liveness?: Liveness } | undefined;
  /** The last failure to reach a server at all. */
  let failure: WatchError | undefined;

  const sockets = () => [...entries.values()].map((entry) => entry.socket);
  const isSilent = () => engine?.liveness?.isSilent() ?? false;
  const tracker = trackState(sockets, isSilent);
  const { update } = tracker;

  const report = (entry: Entry, error: WatchError) => {
    if (entry.error?.code === error.code) return;
    entry.error = error;
    notify(errorListeners, (listener) => listener(error));
    notify(entry.errorListeners, (listener) => listener(error));
  };

  const onHandshakeError = (cause: Error) => {
    // A WebSocket that a proxy swallows neither opens nor fails, and `tryAllTransports` does not see it: the other first.
    const { manager, settings } = start();
    if (cause.message === "timeout") {
      manager.opts.transports = [...(manager.opts.transports as TransportName[])].reverse();
    }
    tracker.noteOutage();
    update();
    failure = readHandshakeError(cause);
    for (const entry of [...entries.values()]) report(entry, failure);
    settings.onRefused?.();
  };

  const start = () => {
    if (engine) return engine;
    const settings = withDefaults(typeof given === "function" ? given() : given);
    const manager = createManager(settings);
    const notifyTransport = (name: TransportName | undefined) =>
      notify(transportListeners, (listener) => listener(name));
    const transport = watchTransport({
      manager,
      createProbe: () => createManager(settings, { transports: ["websocket"], reconnection: false }),
      transports: settings.transports,
      webSocketMs: settings.webSocketMs,
      onChange: notifyTransport,
    });
    manager.on("error", onHandshakeError);
    const { liveness: times } = settings;
    const liveness = times && watchLiveness({ manager, sockets, times, onChange: update });
    engine = { settings, manager, transport, liveness };
    return engine;
  };

  /** Socket.IO leaves it to us to return when the server itself said no or good-bye. */
  const retryLater = (entry: Entry) => {
    const { retryMs, onRefused } = start().settings;
    onRefused?.();
    clearTimeout(entry.retry);
    const wait = Math.min(retryMs.max, retryMs.min * 2 ** entry.refusals++);
    entry.retry = setTimeout(() => entry.socket.connect(), wait * (0.75 + Math.random() / 2));
  };

  const open = (namespace: NamespaceName): Entry => {
    const { manager, settings } = start();
    const { token } = settings;
    const onTokenError = (error: WatchError) => {
      // Socket.IO keeps one socket a namespace: its present user, not the one it was made for.
      const current = entries.get(namespace);
      if (current) report(current, error);
    };
    const auth = token === undefined ? undefined : authOf(token, onTokenError);
    const socket = manager.socket(`/${namespace}`, { auth });
    const entry: Entry = {
      socket,
      leases: 0,
      linger: undefined,
      retry: undefined,
      refusals: 0,
      error: failure,
      errorListeners: new Set(),
    };
    socket.on("connect", () => {
      entry.refusals = 0;
      entry.error = undefined;
      failure = undefined;
      update();
    });
    socket.on("disconnect", (reason) => {
      update();
      if (reason === "io server disconnect") retryLater(entry);
    });
    socket.on("connect_error", (cause) => {
      update();
      if (socket.active) return; // the manager reports it and tries again
      report(entry, readConnectRefusal(cause));
      retryLater(entry);
    });
    entries.set(namespace, entry);
    // The caller attaches its listeners first.
    queueMicrotask(() => entries.get(namespace) === entry && socket.connect());
    return entry;
  };

  const retryNow = () => {
    // A connection that is open but dead ends first: all its sockets are still connected.
    if (isSilent()) engine?.manager.engine.close();
    const waiting = [...entries.values()].filter(({ socket }) => !socket.connected);
    // During its own wait Socket.IO ignores `connect`: a disconnect ends the wait.
    for (const { retry, socket } of waiting) {
      clearTimeout(retry);
      socket.disconnect();
    }
    for (const { socket } of waiting) socket.connect();
  };
  /** Pages only: browsers say when the network is back. */
  const network = globalThis as { addEventListener?: ListenerChange; removeEventListener?: ListenerChange };

  const shut = (namespace: NamespaceName, entry: Entry) => {
    clearTimeout(entry.linger);
    clearTimeout(entry.retry);
    if (entries.get(namespace) !== entry) return; // closed meanwhile
    entries.delete(namespace);
    entry.socket.removeAllListeners();
    entry.socket.disconnect();
    if (entries.size === 0) network.removeEventListener?.("online", retryNow);
    update();
  };

  return {
    use(namespace) {
      if (entries.size === 0) network.addEventListener?.("online", retryNow);
      const entry = entries.get(namespace) ?? open(namespace);
      clearTimeout(entry.linger);
      entry.leases++;
      update();
      return leaseOf(entry, () => {
        if (--entry.leases > 0 || entries.get(namespace) !== entry) return;
        entry.linger = setTimeout(() => shut(namespace, entry), start().settings.lingerMs);
      });
    },
    state: tracker.current,
    transport: () => engine?.transport.current(),
    onState: tracker.onChange,
    onTransport: (listener) => addTo(transportListeners, listener),
    onError: (listener) => addTo(errorListeners, listener),
    retryNow,
    onClose: (listener) => addTo(closeListeners, listener),
    close() {
      for (const [namespace, entry] of [...entries]) shut(namespace, entry);
      engine?.transport.stop();
      notify(closeListeners, (listener) => listener());
    },
  };
}
