import type { Namespace, Socket } from "socket.io";
import type { Principal, RevokedSubjects } from "../../shared/protocol/access.ts";
import type { NamespaceEvents, NamespaceName } from "../../shared/protocol/namespaces.ts";

interface SocketData {
  principal: Principal;
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

/** What a namespace gives back to its server. */
export interface RegisteredNamespace {
  /** Upstream sources open now. */
  readonly activeStreams: number;
  /** Ends what runs on without a socket for who was revoked. */
  revoke?(revocation: RevokedSubjects): void;
  close(): void | Promise<void>;
}

/** For what serves every namespace alike: the event maps differ, and Socket.IO's types of them do not convert. */
export const untyped = (socket: unknown) => socket as Socket;
export const untypedNamespace = (namespace: unknown) => namespace as Namespace;
