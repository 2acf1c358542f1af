import { type Limits, seesDeployment, seesService } from "../../shared/protocol/access.ts";
import type { NamespaceName } from "../../shared/protocol/namespaces.ts";
import type { AnyNamespace, AnySocket } from "./namespace.ts";

/** Room of the viewers that may see only some containers or processes; private to the server. */
const LIMITED_ROOM = "\0limited";

/** Puts a limited viewer where announcements are filtered for it. */
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

/** Whether a limited viewer may be told something that is about what `data` names. */
function concerns(namespace: NamespaceName, limits: Limits, data: unknown): boolean {
  // A PM2 name may be that of several apps: where the id is given, it alone says which one.
  const names =
    namespace === "services"
      ? [textOf(data, "containerName"), textOf(data, "serviceId")]
      : [textOf(data, "deploymentId") ?? textOf(data, "pm2Name")];
  const sees = namespace === "services" ? seesService : seesDeployment;
  return names.some((name) => name !== undefined && sees(limits, name));
}

/** Sends an event to a whole namespace; limited viewers get it only when it is about something they may see. Answers how many were addressed. */
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
