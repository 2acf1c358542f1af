import { openContainerEvents } from "../../shared/docker/container-events.ts";
import { openProcessEvents } from "../../shared/logs/pm2/process-events.ts";
import type { Permission, RevokedSubjects } from "../../shared/protocol/access.ts";
import { type NamespaceName, namespaceNames } from "../../shared/protocol/namespaces.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { RealtimeDeps } from "../deps.ts";
import { type HandshakeDeps, requirePermission, toConnectError } from "../handshake/handshake.ts";
import { registerDeployments } from "./deployments.ts";
import { registerFiles } from "./files.ts";
import { registerMcp } from "./mcp.ts";
import type { RegisteredNamespace, SocketServer } from "./namespace.ts";
import { registerServices } from "./services.ts";
import { registerSystem } from "./system.ts";
import { createUnknownEvents } from "./unknown-events.ts";

/** Permission that a socket needs to join each namespace. */
const namespacePermission: Record<NamespaceName, Permission> = {
  services: "services:view",
  deployments: "deployments:view",
  system: "system:view",
  mcp: "mcp:view",
  files: "files:view",
};

/** The five namespaces and the events that they share. */
export interface Namespaces {
  /** Open upstream sources. */
  readonly activeStreams: number;
  /** Client events without a handler. */
  readonly unknownEvents: number;
  /** Ends what continues without a socket for the revoked subjects. */
  revoke(revocation: RevokedSubjects): void;
  /** Ends the subscriptions of all sockets. */
  close(): Promise<void>;
  /** Closes the shared events, after the last messages were sent. */
  closeEvents(): Promise<void>;
}

/** Registers the namespaces and what each socket needs to join them; other names are refused with `not_found`. */
export function registerNamespaces(io: SocketServer, deps: RealtimeDeps, handshake: HandshakeDeps): Namespaces {
  io.use((_socket, next) => next(toConnectError(new AppError("not_found", "There is no such namespace."))));
  const unknownEvents = createUnknownEvents();
  for (const name of namespaceNames) {
    io.of(`/${name}`).use(requirePermission(namespacePermission[name], handshake));
    io.of(`/${name}`).on("connection", unknownEvents.watch);
  }

  const containerEvents = openContainerEvents(deps.docker, deps.log);
  const processEvents = openProcessEvents(deps.processes);
  const namespaces: Record<NamespaceName, RegisteredNamespace> = {
    services: registerServices(io, { ...deps, containerEvents }),
    deployments: registerDeployments(io, { ...deps, processEvents }),
    system: registerSystem(io, deps),
    mcp: registerMcp(io, deps),
    files: registerFiles(io, deps),
  };
  const all = namespaceNames.map((name) => namespaces[name]);

  return {
    get activeStreams() {
      return all.reduce((sum, { activeStreams }) => sum + activeStreams, 0);
    },
    get unknownEvents() {
      return unknownEvents.count;
    },
    revoke(revocation) {
      for (const namespace of all) namespace.revoke?.(revocation);
    },
    async close() {
      await Promise.all(all.map((namespace) => namespace.close()));
    },
    async closeEvents() {
      processEvents.close();
      await containerEvents.close();
    },
  };
}
