import { Manager, type Socket } from "socket.io-client";
import type { NamespaceName } from "../../../../shared/protocol/namespaces.ts";
import { createWebSocketReturn } from "./websocket-return.ts";

export type ConnectionState = "idle" | "connecting" | "live" | "reconnecting";

/** How a connection carries its data: long polling where WebSockets do not get through. */
export type TransportName = "websocket" | "polling";

export interface ConnectionOptions {
  /** Base address of the realtime server; may have a path. */
  url: string;
  /** Milliseconds a namespace stays connected after its last use: a change of page should not reconnect. */
  lingerMs?: number;
  /** Shortest and longest wait before another try, in milliseconds. */
  retryMs?: { min: number; max: number };
  transports?: TransportName[];
  /** Time a try to connect has, in milliseconds. */
  openMs?: number;
  /** Shortest and longest wait before a connection that polls tries a WebSocket again, in milliseconds. */
  webSocketMs?: { min: number; max: number };
  /** An API key, for programs; browsers send their cookie. */
  token?: string;
  extraHeaders?: Record<string, string>;
  /** The server refused or cut the connection: the session may be over. */
  onRefused?: () => void;
}

/** A namespace that somebody uses. */
export interface Lease {
  socket: Socket;
  release(): void;
}

export interface Connection {
  /** Connects the namespace when nobody did, and keeps it until every lease is released. */
  use(namespace: NamespaceName): Lease;
  state(): ConnectionState;
  /** Undefined while there is no connection. */
  transport(): TransportName | undefined;
  /** Tells every change of state; returns the clean-up. */
  watch(listener: (state: ConnectionState) => void): () => void;
  /** Tells every change of transport; returns the clean-up. */
  watchTransport(listener: (transport: TransportName | undefined) => void): () => void;
  /** Tries at once instead of waiting for the next turn. */
  retryNow(): void;
  /** Leaves every namespace at once; the next use connects again. */
  close(): void;
}

interface Entry {
  socket: Socket;
  leases: number;
  linger: ReturnType<typeof setTimeout> | undefined;
  retry: ReturnType<typeof setTimeout> | undefined;
  refusals: number;
}

/** @param wasLive all sockets were connected before */
function stateOf(sockets: readonly Socket[], wasLive: boolean): ConnectionState {
  if (sockets.length === 0) return "idle";
  if (sockets.every(({ connected }) => connected)) return "live";
  return wasLive && !sockets.some(({ connected }) => connected) ? "reconnecting" : "connecting";
}

/** One connection for all namespaces; each is joined on its first use and left a while after its last. */
export function createConnection(options: ConnectionOptions): Connection {
  const { lingerMs = 15_000, retryMs = { min: 500, max: 10_000 } } = options;
  const { transports = ["websocket", "polling"], openMs = 10_000 } = options;
  const { webSocketMs = { min: 60_000, max: 30 * 60_000 } } = options;
  const { origin, pathname } = new URL(options.url);
  const path = `${pathname.replace(/\/$/, "")}/socket.io`;
  const manager = new Manager(origin, {
    path,
    autoConnect: false,
    withCredentials: true,
    transports,
    // A proxy that breaks WebSocket upgrades must not break the page.
    tryAllTransports: true,
    reconnectionDelay: retryMs.min,
    reconnectionDelayMax: retryMs.max,
    timeout: openMs,
    ...(options.extraHeaders ? { extraHeaders: options.extraHeaders } : {}),
  });
  const entries = new Map<NamespaceName, Entry>();
  const listeners = new Set<(state: ConnectionState) => void>();
  let wasLive = false;
  let state: ConnectionState = "idle";

  const carrier = watchCarrier(manager, { origin, path, transports, webSocketMs });

  const update = () => {
    const sockets = [...entries.values()].map((entry) => entry.socket);
    const next = stateOf(sockets, wasLive);
    if (next === "live") wasLive = true;
    if (next === "idle") wasLive = false;
    if (next === state) return;
    state = next;
    for (const listener of [...listeners]) listener(state);
  };

  manager.on("error", (error) => {
    // A WebSocket that a proxy swallows neither opens nor fails, and `tryAllTransports` does not see it: the other first.
    if (error.message === "timeout")
      manager.opts.transports = [...(manager.opts.transports as TransportName[])].reverse();
    wasLive = true;
    update();
    options.onRefused?.();
  });

  /** Socket.IO leaves it to us to return when the server itself said no or good-bye. */
  const retryLater = (entry: Entry) => {
    options.onRefused?.();
    clearTimeout(entry.retry);
    const wait = Math.min(retryMs.max, retryMs.min * 2 ** entry.refusals++);
    entry.retry = setTimeout(() => entry.socket.connect(), wait * (0.75 + Math.random() / 2));
  };

  const open = (namespace: NamespaceName): Entry => {
    const socket = manager.socket(`/${namespace}`, options.token ? { auth: { token: options.token } } : {});
    const entry: Entry = { socket, leases: 0, linger: undefined, retry: undefined, refusals: 0 };
    socket.on("connect", () => {
      entry.refusals = 0;
      update();
    });
    socket.on("disconnect", (reason) => {
      update();
      if (reason === "io server disconnect") retryLater(entry);
    });
    socket.on("connect_error", () => {
      update();
      if (!socket.active) retryLater(entry);
    });
    entries.set(namespace, entry);
    // The caller attaches its listeners first.
    queueMicrotask(() => entries.get(namespace) === entry && socket.connect());
    return entry;
  };

  const shut = (namespace: NamespaceName, entry: Entry) => {
    clearTimeout(entry.linger);
    clearTimeout(entry.retry);
    entries.delete(namespace);
    entry.socket.removeAllListeners();
    entry.socket.disconnect();
    update();
  };

  return {
    use(namespace) {
      const entry = entries.get(namespace) ?? open(namespace);
      clearTimeout(entry.linger);
      entry.leases++;
      update();
      let released = false;
      return {
        socket: entry.socket,
        release() {
          if (released) return;
          released = true;
          if (--entry.leases > 0) return;
          entry.linger = setTimeout(() => shut(namespace, entry), lingerMs);
        },
      };
    },
    state: () => state,
    transport: carrier.transport,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watchTransport: carrier.watch,
    retryNow() {
      for (const entry of entries.values()) {
        if (entry.socket.connected) continue;
        clearTimeout(entry.retry);
        entry.socket.connect();
      }
    },
    close() {
      for (const [namespace, entry] of [...entries]) shut(namespace, entry);
      carrier.stop();
    },
  };
}

interface CarrierOptions extends Required<Pick<ConnectionOptions, "transports" | "webSocketMs">> {
  origin: string;
  path: string;
}

/** Notes how the connection carries its data, and returns one that polls to a WebSocket once that gets through. */
function watchCarrier(manager: Manager, { origin, path, transports, webSocketMs }: CarrierOptions) {
  const listeners = new Set<(transport: TransportName | undefined) => void>();
  let transport: TransportName | undefined;
  const webSocketReturn = createWebSocketReturn({
    url: `${origin.replace(/^http/, "ws")}${path}/?EIO=4&transport=websocket`,
    tryMs: webSocketMs,
    // Subscriptions resume from their cursors.
    onOpen: () => void (transport === "polling" && manager.engine.close()),
  });
  const note = (name: TransportName | undefined) => {
    if (name === "websocket") manager.opts.transports = transports;
    if (name === "polling" && transports.includes("websocket")) webSocketReturn.start();
    else webSocketReturn.stop();
    if (name === transport) return;
    transport = name;
    for (const listener of [...listeners]) listener(name);
  };
  manager.on("open", () => {
    const { engine } = manager;
    const noteOwn = () => note(engine.transport.name as TransportName);
    engine.on("upgrade", noteOwn);
    noteOwn();
  });
  manager.on("close", () => note(undefined));
  return {
    transport: () => transport,
    watch(listener: (transport: TransportName | undefined) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => webSocketReturn.stop(),
  };
}
