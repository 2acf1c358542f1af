import type { ProcessEvents } from "../../shared/logs/pm2/process-events.ts";
import { createProcessLogs } from "../../shared/logs/pm2/process-logs.ts";
import type { ProcessEvent } from "../../shared/pm2/process-views.ts";
import { canSeeDeployment } from "../../shared/protocol/access.ts";
import {
  type DeploymentRef,
  deploymentLogsSubscription,
  deploymentUnsubscription,
} from "../../shared/protocol/events/deployments.ts";
import { deploymentRoom } from "../../shared/protocol/rooms.ts";
import { unlessAborted } from "../../shared/server/async/unless-aborted.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { RealtimeDeps } from "../deps.ts";
import { createLogSubscriptions } from "../logs/log-subscriptions.ts";
import { type ListedChange, watchProcessList } from "../sources/process-list.ts";
import { announce, noteLimits } from "./announce.ts";
import { createHandle, handleAlive } from "./handle.ts";
import { createMemberships, type Memberships } from "./memberships.ts";
import type { AnySocket, NamespaceOf, RegisteredNamespace, SocketServer } from "./namespace.ts";

export type DeploymentsDeps = Pick<RealtimeDeps, "processes" | "log" | "lingerMs"> & { processEvents: ProcessEvents };

/** Registers the logs of PM2 processes, and the notices of changes to their list. */
export function registerDeployments(io: SocketServer, deps: DeploymentsDeps): RegisteredNamespace {
  const { processes, processEvents, log, lingerMs } = deps;
  const namespace: NamespaceOf<"deployments"> = io.of("/deployments");
  const rooms = new WeakMap<AnySocket, Memberships>();

  const logs = createLogSubscriptions<DeploymentRef>({
    namespace: namespace,
    openSource: (id) => createProcessLogs(id, processes, processEvents, log),
    onFailed: (socket, { deploymentId }) => rooms.get(socket)?.leave(deploymentRoom(deploymentId)),
    log,
    lingerMs,
  });

  const notify = (change: { deploymentId?: string; pm2Name?: string; daemon?: string; action: string }) =>
    announce("deployments", namespace, "deployments:changed", {
      ...change,
      timestamp: new Date().toISOString(),
    });
  const onEvent = ({ id, name, action }: ProcessEvent) => void notify({ deploymentId: id, pm2Name: name, action });
  const onListed = ({ id, name, action }: ListedChange) => void notify({ deploymentId: id, pm2Name: name, action });
  const onDaemon = (up: boolean, daemon: string) => void notify({ daemon, action: up ? "daemon:up" : "daemon:down" });
  const list = watchProcessList(processes, () => namespace.sockets.size > 0, onListed, log);
  processEvents.on("event", onEvent);
  processEvents.on("daemon", onDaemon);

  namespace.on("connection", (socket) => {
    noteLimits("deployments", socket);
    if (namespace.sockets.size === 1) list.begin();
    const memberships = createMemberships(socket);
    rooms.set(socket, memberships);
    const unsubscribe = (matches: (ref: DeploymentRef) => boolean) => {
      for (const ref of logs.unsubscribe(socket, matches)) memberships.leave(deploymentRoom(ref.deploymentId));
    };
    const handle = createHandle({
      socket: socket,
      log,
      echo: ["deploymentId", "pm2Name"],
      release: () => unsubscribe(() => true),
    });
    handleAlive(handle);
    const processLogs = ({ pm2Name }: { pm2Name: string }) => pm2Name;

    handle.join("subscribe:logs", deploymentLogsSubscription, processLogs, async (wanted, signal) => {
      const { deploymentId, pm2Name, tail, since, ages } = wanted;
      const ref = { deploymentId, pm2Name };
      const { limits } = socket.data.principal;
      if (!canSeeDeployment(limits, deploymentId)) {
        throw new AppError("forbidden", "You are not allowed to watch this process.");
      }
      const id = await unlessAborted(
        processes.choose(wanted, (other) => canSeeDeployment(limits, other)),
        signal,
      );
      const { renewed, placed } = logs.subscribe(socket, id, ref, { tail, since, ages });
      if (!renewed) memberships.join(deploymentRoom(deploymentId));
      socket.emit("connected", ref);
      await placed;
      return ref;
    });

    handle.leave(
      "unsubscribe:logs",
      deploymentUnsubscription,
      processLogs,
      ({ deploymentId, pm2Name }) => {
        unsubscribe(
          (ref) => ref.pm2Name === pm2Name && (deploymentId === undefined || ref.deploymentId === deploymentId),
        );
        return undefined;
      },
      ({ deploymentId }, join) => deploymentId === undefined || deploymentId === (join as DeploymentRef).deploymentId,
    );
  });

  return {
    get activeStreams() {
      return logs.size;
    },
    close() {
      list.close();
      processEvents.off("event", onEvent);
      processEvents.off("daemon", onDaemon);
      logs.close();
    },
  };
}
