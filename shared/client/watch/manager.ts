import { Manager, type ManagerOptions, type SocketOptions } from "socket.io-client";
import type { LivenessTimes } from "./liveness.ts";
import { watchMessages } from "./messages.ts";
import type { TransportName } from "./transport.ts";
import type { WatchError } from "./watch-error.ts";

export interface ConnectionOptions {
  /** Base address of the realtime server; may have a path. */
  url: string;
  /**
   * API key, for programs, or a function that returns the present one: it is called for each connect of a namespace.
   * Without it the browser's session cookie counts.
   */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Milliseconds a namespace stays connected after its last use: a change of page should not reconnect. */
  lingerMs?: number;
  /** Shortest and longest wait before another try, in milliseconds. */
  retryMs?: { min: number; max: number };
  transports?: TransportName[];
  /** Time limit of a try to connect, in milliseconds. */
  openMs?: number;
  /** Shortest and longest wait before a connection that polls tries a WebSocket again, in milliseconds. */
  webSocketMs?: { min: number; max: number };
  /**
   * Notices a server that hangs, by asking it after a silence; without it, a dead connection is noticed after 45 seconds. Needs
   * a server that knows the event `alive`.
   */
  liveness?: LivenessTimes;
  /** Header fields of each handshake, for programs: browsers cannot send any with a WebSocket. */
  extraHeaders?: Record<string, string>;
  /** Called when the server refuses or ends the connection: the session may be over. */
  onRefused?: () => void;
}

export type Settings = ReturnType<typeof withDefaults>;

export function withDefaults(options: ConnectionOptions) {
  const { lingerMs = 1_000, openMs = 10_000, transports = ["websocket", "polling"] } = options;
  const { retryMs = { min: 500, max: 10_000 }, webSocketMs = { min: 60_000, max: 30 * 60_000 } } = options;
  return { ...options, lingerMs, openMs, transports, retryMs, webSocketMs };
}

/** Makes the connection of Socket.IO, which does not connect yet. @throws TypeError when the address is not a URL */
export function createManager(settings: Settings, overrides: Partial<ManagerOptions> = {}): Manager {
  const { url, token, extraHeaders, transports, retryMs, openMs } = settings;
  const { origin, pathname } = new URL(url);
  return new Manager(origin, {
    path: `${pathname.replace(/\/$/, "")}/socket.io`,
    autoConnect: false,
    // With a key, a cookie of the same host would have the server check its page's origin as well.
    withCredentials: token === undefined,
    transports,
    // A proxy that breaks WebSocket upgrades must not break the page.
    tryAllTransports: true,
    reconnectionDelay: retryMs.min,
    reconnectionDelayMax: retryMs.max,
    timeout: openMs,
    extraHeaders,
    ...overrides,
  });
}

type Token = NonNullable<ConnectionOptions["token"]>;

/** The `auth` of a socket: a function is asked again for each connect, because keys expire and are replaced. */
export function authOf(token: Token, onFailure: (error: WatchError) => void): SocketOptions["auth"] {
  if (typeof token === "string") return { token };
  let calls = 0;
  return (send: (auth: object) => void) => {
    const call = ++calls;
    Promise.resolve()
      .then(token)
      .then(
        // A late answer belongs to a connection that is gone.
        (value) => call === calls && send(value ? { token: value } : {}),
        () => onFailure({ code: "unauthorized", message: watchMessages.noKey }),
      );
  };
}
