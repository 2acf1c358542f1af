import type { ContainerEvents } from "../../shared/docker/container-events.ts";
import { createContainerLogs } from "../../shared/logs/docker/container-logs.ts";
import {
  type ServiceRef,
  type ServiceUnsubscription,
  serviceLogsSubscription,
  serviceSubscription,
  serviceUnsubscription,
} from "../../shared/protocol/events/services.ts";
import { serviceRoom } from "../../shared/protocol/rooms.ts";
import { unlessAborted } from "../../shared/server/async/unless-aborted.ts";
import { AppError } from "../../shared/server/errors.ts";
import { shellOwner } from "../../shared/server/shell-owner.ts";
import type { RealtimeDeps } from "../deps.ts";
import { createLogSubscriptions } from "../logs/log-subscriptions.ts";
import { createShells } from "../shells/shells.ts";
import { noteLimits } from "./announce.ts";
import { createHandle, type Handle, handleAlive } from "./handle.ts";
import { registerJobEvents } from "./job-events.ts";
import { createMemberships, type Memberships } from "./memberships.ts";
import type { AnySocket, NamespaceOf, RegisteredNamespace, SocketOf, SocketServer } from "./namespace.ts";
import { announceServiceChanges } from "./service-changes.ts";
import { resolveService } from "./service-visibility.ts";
import { registerShellEvents } from "./shell-events.ts";
import { createStatsSubscriptions, type SocketStats } from "./stats-subscriptions.ts";

export type ServicesDeps = Pick<
  RealtimeDeps,
  "docker" | "log" | "lingerMs" | "authenticator" | "emitToken" | "reportShell" | "shellIdleMs"
> & { containerEvents: ContainerEvents };

type ServiceLogs = ReturnType<typeof createLogSubscriptions<ServiceRef>>;

/** Registers container logs, container metrics, shells, jobs, and notices of changes to the list of containers. */
export function registerServices(io: SocketServer, deps: ServicesDeps): RegisteredNamespace {
  const { docker, containerEvents, authenticator, log, lingerMs } = deps;
  const namespace: NamespaceOf<"services"> = io.of("/services");
  const rooms = new WeakMap<AnySocket, Memberships>();
  const resolve = (socket: SocketOf<"services">, ref: ServiceRef) => resolveService(docker, socket, ref);

  const logs = createLogSubscriptions<ServiceRef>({
    namespace,
    openSource: (name) => createContainerLogs(name, docker, containerEvents),
    onFailed: (socket, { serviceId }) => rooms.get(socket)?.leave(serviceRoom(serviceId)),
    log,
    lingerMs,
  });
  const stats = createStatsSubscriptions({ namespace, docker, containerEvents, log, lingerMs });
  const shells = createShells({
    docker,
    log,
    authenticator,
    owner: shellOwner(deps.emitToken),
    idleMs: deps.shellIdleMs,
    report: deps.reportShell ?? (() => undefined),
  });
  const changes = announceServiceChanges({ namespace, docker, containerEvents, shells, rooms });

  namespace.on("connection", (socket) => {
    noteLimits("services", socket);
    const memberships = createMemberships(socket);
    rooms.set(socket, memberships);
    const socketStats = stats.ofSocket(socket, memberships);
    const leaveLogs = (matches: (ref: ServiceRef) => boolean) => {
      for (const { serviceId } of logs.unsubscribe(socket, matches)) memberships.leave(serviceRoom(serviceId));
    };
    const handle = createHandle({
      socket,
      log,
      echo: ["serviceId", "containerName"],
      release() {
        leaveLogs(() => true);
        socketStats.unsubscribe(() => true);
      },
    });
    handleAlive(handle);
    registerShellEvents(socket, { shells, resolve, log });
    registerLogEvents({ socket, handle, logs, memberships, resolve, leaveLogs });
    registerStatsEvents({ socket, handle, stats: socketStats, resolve });
    registerJobEvents(socket, { authenticator, handle, memberships });
  });

  return {
    get activeStreams() {
      return logs.size + stats.size + shells.size;
    },
    revoke: shells.revoke,
    async close() {
      const ended = shells.close();
      changes.close();
      logs.close();
      stats.close();
      await ended;
    },
  };
}

interface SocketEvents {
  socket: SocketOf<"services">;
  handle: Handle;
  resolve(socket: SocketOf<"services">, ref: ServiceRef): ReturnType<typeof resolveService>;
}

/** Whether a leave covers a subscription: without a service id, it covers the container in all services. */
const covers = (leave: { serviceId?: string | undefined }, join: unknown) =>
  leave.serviceId === undefined || leave.serviceId === (join as ServiceRef).serviceId;
const matching = (left: ServiceUnsubscription) => (ref: ServiceRef) =>
  ref.containerName === left.containerName && covers(left, ref);

function registerLogEvents({
  socket,
  handle,
  resolve,
  logs,
  memberships,
  leaveLogs,
}: SocketEvents & {
  logs: ServiceLogs;
  memberships: Memberships;
  leaveLogs(matches: (ref: ServiceRef) => boolean): void;
}): void {
  const key = ({ containerName }: { containerName: string }) => `logs ${containerName}`;
  handle.join("subscribe:logs", serviceLogsSubscription, key, async (wanted, signal) => {
    const { serviceId, containerName, tail, since, ages } = wanted;
    const ref = { serviceId, containerName };
    const container = await unlessAborted(resolve(socket, ref), signal);
    if (container.logDriver === "none") {
      throw new AppError("not_supported", "The log driver of this container keeps no logs that can be read.");
    }
    const { renewed, placed } = logs.subscribe(socket, container.name, ref, { tail, since, ages });
    if (!renewed) memberships.join(serviceRoom(serviceId));
    socket.emit("connected", ref);
    await placed;
    return ref;
  });
  const leave = (left: ServiceUnsubscription) => {
    leaveLogs(matching(left));
    return undefined;
  };
  handle.leave("unsubscribe:logs", serviceUnsubscription, key, leave, covers);
}

function registerStatsEvents({ socket, handle, resolve, stats }: SocketEvents & { stats: SocketStats }): void {
  const key = ({ containerName }: { containerName: string }) => `stats ${containerName}`;
  handle.join("subscribe:stats", serviceSubscription, key, async (ref, signal) => {
    const { name } = await unlessAborted(resolve(socket, ref), signal);
    stats.subscribe(name, ref);
    socket.emit("connected", ref);
    return ref;
  });
  const leave = (left: ServiceUnsubscription) => {
    stats.unsubscribe(matching(left));
    return undefined;
  };
  handle.leave("unsubscribe:stats", serviceUnsubscription, key, leave, covers);
}
