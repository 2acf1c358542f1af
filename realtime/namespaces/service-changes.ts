import type { ContainerEvent, ContainerEvents } from "../../shared/docker/container-events.ts";
import type { DockerHost } from "../../shared/docker/docker-host.ts";
import { canSeeService } from "../../shared/protocol/access.ts";
import { serviceRoom } from "../../shared/protocol/rooms.ts";
import type { Shells } from "../shells/shells.ts";
import { announce } from "./announce.ts";
import type { Memberships } from "./memberships.ts";
import type { AnySocket, NamespaceOf } from "./namespace.ts";

/** Events of the Engine that change nothing in the list of containers. */
const silentActions = /^(exec_|attach|detach|resize|top|export|archive-path|extract-to-dir|commit|copy)/;

export interface ServiceChangesOptions {
  namespace: NamespaceOf<"services">;
  docker: Pick<DockerHost, "list">;
  containerEvents: ContainerEvents;
  shells: Pick<Shells, "endHidden">;
  /** The rooms of each socket. */
  rooms: WeakMap<AnySocket, Memberships>;
}

/** Announces changes to the list of containers, and ends what a rename puts outside a caller's scope. */
export function announceServiceChanges(options: ServiceChangesOptions): { close(): void } {
  const { namespace, docker, containerEvents, shells, rooms } = options;

  /** Callers whose scope lacks the new name of a container receive nothing more about it. */
  const hide = ({ id, name }: { id: string; name: string }) => {
    for (const socket of namespace.sockets.values()) {
      if (!canSeeService(socket.data.principal.limits, name)) rooms.get(socket)?.drop(serviceRoom(id));
    }
  };
  const onEvent = (event: ContainerEvent) => {
    const { id, name, action } = event;
    if (action === "rename") {
      hide(event);
      shells.endHidden(id);
    }
    if (silentActions.test(action)) return;
    const change = { containerName: name, containerId: id, action, timestamp: new Date().toISOString() };
    announce("services", namespace, "services:changed", change);
  };
  const onReattached = () => {
    shells.endHidden();
    if ([...namespace.sockets.values()].some(({ data }) => data.principal.limits.services !== null)) {
      docker.list().then(
        (services) => services.forEach(hide),
        // The Engine is unavailable again: its return is another event.
        () => {},
      );
    }
    namespace.emit("services:changed", { action: "reattached", timestamp: new Date().toISOString() });
  };
  containerEvents.on("event", onEvent);
  containerEvents.on("reattached", onReattached);

  return {
    close() {
      containerEvents.off("event", onEvent);
      containerEvents.off("reattached", onReattached);
    },
  };
}
