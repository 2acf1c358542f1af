import type { DefaultEventsMap, Namespace, Server, Socket } from "socket.io";
import type { Principal, RevokedSubjects } from "../../shared/protocol/access.ts";
import type { NamespaceEvents, NamespaceName } from "../../shared/protocol/namespaces.ts";
import type { TokenBucket } from "../sockets/token-bucket.ts";

/** What the handshake leaves with each socket. */
export interface SocketData {
  principal: Principal;
  /** Client events of the session, all its connections together. */
  budget: TokenBucket;
}

/** The one Socket.IO server of a process. */
export type SocketServer = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;
export type RealtimeSocket = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;
/** A socket, whatever its namespace: what serves all namespaces alike takes this. */
export interface AnySocket {
  readonly conn: Socket["conn"];
  readonly connected: boolean;
  readonly data: SocketData;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): boolean;
  join(room: string): unknown;
  leave(room: string): unknown;
}
/** A namespace, whichever it is. */
export interface AnyNamespace {
  readonly adapter: { readonly rooms: ReadonlyMap<string, ReadonlySet<string>> };
  readonly sockets: ReadonlyMap<string, AnySocket>;
  emit(event: string, ...args: unknown[]): boolean;
  to(room: string): { emit(event: string, ...args: unknown[]): boolean };
  except(room: string): { emit(event: string, ...args: unknown[]): boolean };
}

/** A namespace typed by the protocol: what it hears and what it says. */
export type NamespaceOf<N extends NamespaceName> = Namespace<
  NamespaceEvents[N]["client"],
  NamespaceEvents[N]["server"],
  object,
  SocketData
>;
export type SocketOf<N extends NamespaceName> = Socket<
  NamespaceEvents[N]["client"],
  NamespaceEvents[N]["server"],
  object,
  SocketData
>;

/** What a namespace returns to its server. */
export interface RegisteredNamespace {
  /** Upstream sources open now. */
  readonly activeStreams: number;
  /** Ends what runs on without a socket for who was revoked. */
  revoke?(revocation: RevokedSubjects): void;
  close(): void | Promise<void>;
}
