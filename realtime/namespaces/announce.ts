import { canSeeDeployment, canSeeService, type ResourceScope } from "../../shared/protocol/access.ts";
import type { NamespaceName } from "../../shared/protocol/namespaces.ts";
import type { AnyNamespace, AnySocket } from "./namespace.ts";

/** Room of the viewers with a limited scope; private to the server. */
const LIMITED_ROOM = "\0limited";

/** Adds a viewer with a limited scope to the room with filtered announcements. */
export function noteLimits(namespace: NamespaceName, socket: AnySocket): void {
  const { limits } = socket.data.principal;
  const limited =
    namespace === "services" ? limits.services !== null : namespace === "deployments" && limits.deployments !== null;
  if (limited) void socket.join(LIMITED_ROOM);
}

const textOf = (data: unknown, name: string): string | undefined => {
  const value =
    typeof data === "object" && data !== null && Object.hasOwn(data, name)
      ? (data as Record<string, unknown>)[name]
      : undefined;
  return typeof value === "string" ? value : undefined;
};

/** Whether a viewer with a limited scope may see the container or process named in `data`. */
function concerns(namespace: NamespaceName, scope: ResourceScope, data: unknown): boolean {
  // Several apps can have one PM2 name: if there is an id, it alone decides.
  const names =
    namespace === "services"
      ? [textOf(data, "containerName"), textOf(data, "serviceId")]
      : [textOf(data, "deploymentId") ?? textOf(data, "pm2Name")];
  const canSee = namespace === "services" ? canSeeService : canSeeDeployment;
  return names.some((name) => name !== undefined && canSee(scope, name));
}

/** Sends an event to a namespace; to viewers with a limited scope only if they may see its subject. Returns the number of addressed sockets. */
export function announce(name: NamespaceName, namespace: AnyNamespace, event: string, data: unknown): number {
  const limited = namespace.adapter.rooms.get(LIMITED_ROOM);
  if (!limited) {
    namespace.emit(event, data);
    return namespace.sockets.size;
  }
  let addressed = namespace.sockets.size - limited.size;
  namespace.except(LIMITED_ROOM).emit(event, data);
  for (const id of limited) {
    const socket = namespace.sockets.get(id);
    if (!socket || !concerns(name, socket.data.principal.limits, data)) continue;
    socket.emit(event, data);
    addressed++;
  }
  return addressed;
}
