import type { ContainerEvent, ContainerEvents } from "../../shared/docker/container-events.ts";
import { createContainerLogs } from "../../shared/logs/docker/container-logs.ts";
import { seesService } from "../../shared/protocol/access.ts";
import {
  type ServiceRef,
  type ServiceUnsubscription,
  serviceLogsSubscription,
  serviceSubscription,
  serviceUnsubscription,
} from "../../shared/protocol/events/services.ts";
import { serviceRoom } from "../../shared/protocol/rooms.ts";
import { AppError } from "../../shared/server/errors.ts";
import { shellOwner } from "../../shared/server/shell-owner.ts";
import { unlessAborted } from "../../shared/server/unless-aborted.ts";
import type { RealtimeDeps } from "../deps.ts";
import { RoomGroups } from "../fanout/room-groups.ts";
import { createSharedSources, type Upstream } from "../fanout/shared-sources.ts";
import { createLogSubscriptions } from "../logs/log-subscriptions.ts";
import { createShells } from "../shells/shells.ts";
import { openContainerStats } from "../sources/container-stats.ts";
import { announce, noteLimits } from "./announce.ts";
import { createHandle } from "./handle.ts";
import { registerJobEvents } from "./job-events.ts";
import { createMemberships, type Memberships } from "./memberships.ts";
import type { AnySocket, NamespaceOf, RegisteredNamespace, SocketOf, SocketServer } from "./namespace.ts";
import { registerShellEvents } from "./shell-events.ts";

/** Containers one socket may watch the figures of at once. */
const STATS_MAX = 200;
/** Events of the Engine that say nothing about the list of containers. */
const silentActions = /^(exec_|attach|detach|resize|top|export|archive-path|extract-to-dir|commit|copy)/;

export type ServicesDeps = Pick<
  RealtimeDeps,
  "docker" | "log" | "lingerMs" | "authenticator" | "emitToken" | "reportShell" | "shellIdleMs"
> & { containerEvents: ContainerEvents };

/** Container logs, container figures, and notice of every change to the list. */
export function registerServices(io: SocketServer, deps: ServicesDeps): RegisteredNamespace {
  const { docker, containerEvents, log, lingerMs } = deps;
  const namespace: NamespaceOf<"services"> = io.of("/services");
  const rooms = new WeakMap<AnySocket, Memberships>();
  const leaveRoom = (socket: AnySocket, { serviceId }: ServiceRef) => rooms.get(socket)?.leave(serviceRoom(serviceId));

  const logs = createLogSubscriptions<ServiceRef>({
    namespace: namespace,
    openSource: (name) => createContainerLogs(name, docker, containerEvents),
    onFailed: leaveRoom,
    log,
    lingerMs,
  });

  const statsGroups = new Map<string, RoomGroups<ServiceRef>>();
  const groupsOf = (name: string) => {
    const groups = statsGroups.get(name) ?? new RoomGroups<ServiceRef>(`stats\0${name}`);
    statsGroups.set(name, groups);
    return groups;
  };
  const stats = createSharedSources<Upstream>((name) => {
    const groups = groupsOf(name);
    const source = openContainerStats(name, {
      docker,
      events: containerEvents,
      log,
      onSample: (sample) =>
        groups.forEach((room, ref) => {
          namespace.to(room).volatile.emit("stats", { ...ref, ...sample });
        }),
    });
    return {
      close() {
        source.close();
        statsGroups.delete(name);
      },
    };
  }, lingerMs);

  const shells = createShells({
    docker,
    log,
    authenticator: deps.authenticator,
    owner: shellOwner(deps.emitToken),
    idleMs: deps.shellIdleMs,
    report: deps.reportShell ?? (() => undefined),
  });

  /** The container behind a name, if the caller may see it; a hidden one does not exist for them. */
  const resolve = async (socket: SocketOf<"services">, { serviceId, containerName }: ServiceRef) => {
    const { limits } = socket.data.principal;
    if (limits.services !== null && !seesService(limits, containerName)) {
      throw new AppError("not_found", "There is no such container.");
    }
    const container = await docker.identify(containerName);
    // A name that nobody has may be the beginning of another one's id.
    if (!seesService(limits, container.name)) throw new AppError("not_found", "There is no such container.");
    if (limits.services !== null && !limits.services.includes(serviceId) && serviceId !== container.id) {
      throw new AppError("forbidden", "You are not allowed to watch this service.");
    }
    return container;
  };

  /** Who is limited by names hears no more of a container that has another one now. */
  const hide = ({ id, name }: { id: string; name: string }) => {
    for (const socket of namespace.sockets.values()) {
      if (!seesService(socket.data.principal.limits, name)) rooms.get(socket)?.drop(serviceRoom(id));
    }
  };
  const onContainerEvent = (event: ContainerEvent) => {
    if (event.action === "rename") {
      hide(event);
      shells.endHidden(event.id);
    }
    if (silentActions.test(event.action)) return;
    const change = {
      containerName: event.name,
      containerId: event.id,
      action: event.action,
      timestamp: new Date().toISOString(),
    };
    announce("services", namespace, "services:changed", change);
  };
  containerEvents.on("event", onContainerEvent);
  const onReattached = () => {
    shells.endHidden();
    if ([...namespace.sockets.values()].some(({ data }) => data.principal.limits.services !== null)) {
      // Away again: its return will be announced again.
      docker.list().then(
        (services) => services.forEach(hide),
        () => {},
      );
    }
    namespace.emit("services:changed", { action: "reattached", timestamp: new Date().toISOString() });
  };
  containerEvents.on("reattached", onReattached);

  namespace.on("connection", (socket) => {
    noteLimits("services", socket);
    const memberships = createMemberships(socket);
    rooms.set(socket, memberships);
    const watched = new Map<string, { name: string; ref: ServiceRef; upstream: Upstream }>();

    const unwatch = (room: string) => {
      const entry = watched.get(room);
      if (!entry) return;
      watched.delete(room);
      groupsOf(entry.name).remove(entry.ref);
      void socket.leave(room);
      stats.release(entry.name, entry.upstream);
      memberships.leave(serviceRoom(entry.ref.serviceId));
    };

    const unsubscribe = (matches: (ref: ServiceRef) => boolean) => {
      for (const ref of logs.unsubscribe(socket, matches)) leaveRoom(socket, ref);
    };
    const handle = createHandle({
      socket: socket,
      log,
      echo: ["serviceId", "containerName"],
      release() {
        unsubscribe(() => true);
        for (const room of [...watched.keys()]) unwatch(room);
      },
    });
    const logsOf = ({ containerName }: { containerName: string }) => `logs ${containerName}`;
    const statsOf = ({ containerName }: { containerName: string }) => `stats ${containerName}`;
    /** Whether a leave means a subscription: who names no service leaves the container for all of them. */
    const covers = (leave: { serviceId?: string | undefined }, join: unknown) =>
      leave.serviceId === undefined || leave.serviceId === (join as ServiceRef).serviceId;

    registerShellEvents(socket, { shells, resolve, log });

    handle.join("subscribe:logs", serviceLogsSubscription, logsOf, async (wanted, signal) => {
      const { serviceId, containerName, tail, since, ages } = wanted;
      const ref = { serviceId, containerName };
      const container = await unlessAborted(resolve(socket, ref), signal);
      if (container.logDriver === "none") {
        throw new AppError("not_supported", "The log driver of this container keeps no logs that can be read.");
      }
      const { renewed } = logs.subscribe(socket, container.name, ref, { tail, since, ages });
      if (!renewed) memberships.join(serviceRoom(serviceId));
      socket.emit("connected", ref);
      return ref;
    });

    const leaveLogs = (left: ServiceUnsubscription) => {
      unsubscribe((ref) => ref.containerName === left.containerName && covers(left, ref));
      return undefined;
    };
    handle.leave("unsubscribe:logs", serviceUnsubscription, logsOf, leaveLogs, covers);

    handle.join("subscribe:stats", serviceSubscription, statsOf, async (ref, signal) => {
      const { name } = await unlessAborted(resolve(socket, ref), signal);
      const room = groupsOf(name).roomOf(ref);
      if (!watched.has(room)) {
        if (watched.size >= STATS_MAX) {
          throw new AppError("rate_limited", `One connection watches at most ${STATS_MAX} containers.`);
        }
        watched.set(room, { name, ref, upstream: stats.acquire(name) });
        groupsOf(name).add(ref);
        void socket.join(room);
        memberships.join(serviceRoom(ref.serviceId));
      }
      socket.emit("connected", ref);
      return ref;
    });

    const leaveStats = (left: ServiceUnsubscription) => {
      for (const [room, { ref }] of watched) {
        if (ref.containerName === left.containerName && covers(left, ref)) unwatch(room);
      }
      return undefined;
    };
    handle.leave("unsubscribe:stats", serviceUnsubscription, statsOf, leaveStats, covers);

    registerJobEvents(socket, { authenticator: deps.authenticator, handle, memberships });
  });

  return {
    get activeStreams() {
      return logs.size + stats.size + shells.size;
    },
    revoke: shells.revoke,
    async close() {
      const ended = shells.close();
      containerEvents.off("event", onContainerEvent);
      containerEvents.off("reattached", onReattached);
      logs.close();
      stats.close();
      await ended;
    },
  };
}
