import type { DefaultEventsMap, Namespace, Server, Socket } from "socket.io";
import type { Principal, RevokedSubjects } from "../../shared/protocol/access.ts";
import type { NamespaceEvents, NamespaceName } from "../../shared/protocol/namespaces.ts";
import type { TokenBucket } from "../sockets/token-bucket.ts";

/** Data of each socket, set by the handshake. */
export interface SocketData {
  principal: Principal;
  /** Rate limit of the client events of the session, over all its connections. */
  budget: TokenBucket;
}

/** The one Socket.IO server of a process. */
export type SocketServer = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;
export type RealtimeSocket = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;
/** A socket of any namespace, for code that serves all namespaces. */
export interface AnySocket {
  readonly conn: Socket["conn"];
  readonly connected: boolean;
  readonly data: SocketData;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): boolean;
  join(room: string): unknown;
  leave(room: string): unknown;
}
/** Any namespace. */
export interface AnyNamespace {
  readonly adapter: { readonly rooms: ReadonlyMap<string, ReadonlySet<string>> };
  readonly sockets: ReadonlyMap<string, AnySocket>;
  emit(event: string, ...args: unknown[]): boolean;
  to(room: string): { emit(event: string, ...args: unknown[]): boolean };
  except(room: string): { emit(event: string, ...args: unknown[]): boolean };
}

/** A namespace with the events of the protocol. */
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
  /** Open upstream sources. */
  readonly activeStreams: number;
  /** Ends what continues without a socket for the revoked subjects. */
  revoke?(revocation: RevokedSubjects): void;
  close(): void | Promise<void>;
}
