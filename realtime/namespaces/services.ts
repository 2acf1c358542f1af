import type { Server, Socket } from "socket.io";
import type { ContainerEvent, ContainerEvents } from "../../shared/host/container-events.ts";
import { createContainerLogs } from "../../shared/host/container-logs/container-logs.ts";
import { seesService } from "../../shared/protocol/access.ts";
import {
  type ServiceRef,
  serviceLogsSubscription,
  serviceSubscription,
  serviceUnsubscription,
} from "../../shared/protocol/events/services.ts";
import { jobSubscription, mayBeginJobs } from "../../shared/protocol/job.ts";
import { jobRoomId, serviceRoom } from "../../shared/protocol/rooms.ts";
import { AppError } from "../../shared/server/errors.ts";
import { shellOwner } from "../../shared/server/shell-owner.ts";
import { announce, noteLimits } from "../announce.ts";
import type { RealtimeDeps } from "../deps.ts";
import { Groups } from "../groups.ts";
import { createHandle } from "../handle.ts";
import { createHub, type Upstream } from "../hub.ts";
import { createLogSubscriptions } from "../logs/log-subscriptions.ts";
import { createMemberships, type Memberships } from "../memberships.ts";
import { type NamespaceOf, type RegisteredNamespace, type SocketOf, untyped, untypedNamespace } from "../namespace.ts";
import { createShells } from "../shells/shells.ts";
import { openContainerStats } from "../sources/container-stats.ts";
import { registerShellEvents } from "./shell-events.ts";

/** Containers one socket may watch the figures of at once. */
const STATS_MAX = 200;
/** Jobs one socket may follow at once. */
const JOBS_MAX = 64;
/** Events of the Engine that say nothing about the list of containers. */
const silentActions = /^(exec_|attach|detach|resize|top|export|archive-path|extract-to-dir|commit|copy)/;

export type ServicesDeps = Pick<
  RealtimeDeps,
  "docker" | "log" | "lingerMs" | "authenticator" | "emitToken" | "reportShell" | "shellIdleMs"
> & { containerEvents: ContainerEvents };

/** Container logs, container figures, and notice of every change to the list. */
export function registerServices(io: Server, deps: ServicesDeps): RegisteredNamespace {
  const { docker, containerEvents, log, lingerMs } = deps;
  const namespace: NamespaceOf<"services"> = io.of("/services");
  const rooms = new WeakMap<Socket, Memberships>();
  const leaveRoom = (socket: Socket, { serviceId }: ServiceRef) => rooms.get(socket)?.leave(serviceRoom(serviceId));

  const logs = createLogSubscriptions<ServiceRef>({
    namespace: untypedNamespace(namespace),
    openSource: (name) => createContainerLogs(name, docker, containerEvents),
    onFailed: leaveRoom,
    log,
    lingerMs,
  });

  const statsGroups = new Map<string, Groups<ServiceRef>>();
  const groupsOf = (name: string) => {
    const groups = statsGroups.get(name) ?? new Groups<ServiceRef>(`stats\0${name}`);
    statsGroups.set(name, groups);
    return groups;
  };
  const stats = createHub<Upstream>((name) => {
    const groups = groupsOf(name);
    const source = openContainerStats(name, docker, (sample) =>
      groups.forEach((room, ref) => {
        namespace.to(room).volatile.emit("stats", { ...ref, ...sample });
      }),
    );
    return {
      close() {
        source.close();
        statsGroups.delete(name);
      },
    };
  }, lingerMs);

  const shells = createShells({
    ...{ docker, log, authenticator: deps.authenticator, owner: shellOwner(deps.emitToken), idleMs: deps.shellIdleMs },
    report: deps.reportShell ?? (() => undefined),
  });

  /** The container behind a name, if the caller may see it; a hidden one does not exist for them. */
  const resolve = async (socket: SocketOf<"services">, { serviceId, containerName }: ServiceRef) => {
    const { limits } = socket.data.principal;
    if (limits.services !== null && !seesService(limits, containerName)) {
      throw new AppError("not_found", "There is no such container.");
    }
    const container = await docker.identify(containerName);
    if (limits.services !== null && !limits.services.includes(serviceId) && serviceId !== container.id) {
      throw new AppError("forbidden", "You are not allowed to watch this service.");
    }
    return container;
  };

  const onContainerEvent = (event: ContainerEvent) => {
    if (silentActions.test(event.action)) return;
    const change = {
      containerName: event.name,
      containerId: event.id,
      action: event.action,
      timestamp: new Date().toISOString(),
    };
    announce("services", untypedNamespace(namespace), "services:changed", change);
  };
  containerEvents.on("event", onContainerEvent);
  const onReattached = () => {
    namespace.emit("services:changed", { action: "reattached", timestamp: new Date().toISOString() });
  };
  containerEvents.on("reattached", onReattached);

  namespace.on("connection", (socket) => {
    noteLimits("services", untyped(socket));
    const memberships = createMemberships(socket);
    rooms.set(untyped(socket), memberships);
    const jobs = new Set<string>();
    const watched = new Map<string, { name: string; ref: ServiceRef; upstream: Upstream }>();
    const handle = createHandle({ socket: untyped(socket), log, echo: ["serviceId", "containerName"] });

    const unwatch = (room: string) => {
      const entry = watched.get(room);
      if (!entry) return;
      watched.delete(room);
      groupsOf(entry.name).remove(entry.ref);
      void socket.leave(room);
      stats.release(entry.name, entry.upstream);
      memberships.leave(serviceRoom(entry.ref.serviceId));
    };

    registerShellEvents(socket, { shells, resolve, log });

    handle("subscribe:logs", serviceLogsSubscription, async ({ serviceId, containerName, tail, since, ages }) => {
      const ref = { serviceId, containerName };
      const container = await resolve(socket, ref);
      if (container.logDriver === "none") {
        throw new AppError("not_supported", "The log driver of this container keeps no logs that can be read.");
      }
      if (!socket.connected) return undefined;
      const { renewed } = logs.subscribe(untyped(socket), container.name, ref, { tail, since, ages });
      if (!renewed) memberships.join(serviceRoom(serviceId));
      socket.emit("connected", ref);
      return ref;
    });

    handle("unsubscribe:logs", serviceUnsubscription, ({ serviceId, containerName }) => {
      const ended = logs.unsubscribe(
        untyped(socket),
        (ref) => ref.containerName === containerName && (serviceId === undefined || ref.serviceId === serviceId),
      );
      for (const ref of ended) leaveRoom(untyped(socket), ref);
      return undefined;
    });

    handle("subscribe:stats", serviceSubscription, async (ref) => {
      const { name } = await resolve(socket, ref);
      if (!socket.connected) return undefined;
      const room = groupsOf(name).roomOf(ref);
      if (!watched.has(room)) {
        if (watched.size >= STATS_MAX) {
          throw new AppError("rate_limited", `One connection watches at most ${STATS_MAX} containers.`);
        }
        watched.set(room, { name, ref, upstream: stats.acquire(name) });
        groupsOf(name).add(ref);
        await socket.join(room);
        memberships.join(serviceRoom(ref.serviceId));
      }
      socket.emit("connected", ref);
      return ref;
    });

    handle("unsubscribe:stats", serviceUnsubscription, ({ serviceId, containerName }) => {
      for (const [room, { ref }] of watched) {
        if (ref.containerName === containerName && (serviceId === undefined || ref.serviceId === serviceId))
          unwatch(room);
      }
      return undefined;
    });

    // The id of a job is its key: only the API gives it out, to those who may know of the job.
    handle("subscribe:job", jobSubscription, ({ jobId }) => {
      if (!mayBeginJobs(socket.data.principal)) {
        throw new AppError("forbidden", "You are not allowed to follow jobs.");
      }
      if (jobs.has(jobId)) return { jobId };
      if (jobs.size >= JOBS_MAX) {
        throw new AppError("rate_limited", `One connection follows at most ${JOBS_MAX} jobs.`);
      }
      jobs.add(jobId);
      memberships.join(serviceRoom(jobRoomId(jobId)));
      return { jobId };
    });

    handle("unsubscribe:job", jobSubscription, ({ jobId }) => {
      if (jobs.delete(jobId)) memberships.leave(serviceRoom(jobRoomId(jobId)));
      return undefined;
    });

    socket.on("disconnect", () => {
      logs.unsubscribe(untyped(socket), () => true);
      for (const room of [...watched.keys()]) unwatch(room);
    });
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
