import type { DeploymentLogs, DeploymentRef } from "../../../../shared/protocol/events/deployments.ts";
import type { FileChange } from "../../../../shared/protocol/events/files.ts";
import type { McpServerToClient } from "../../../../shared/protocol/events/mcp.ts";
import type { ServiceLogs, ServiceRef, ServiceStats } from "../../../../shared/protocol/events/services.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import type { NamespaceEvents, NamespaceName } from "../../../../shared/protocol/namespaces.ts";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import type { Connection } from "./connection.ts";
import { createEventTopic, type EventListener } from "./event-topic.ts";
import { createLogTopic, type LogHandlers, type LogListener } from "./log-topic.ts";
import { type AttachedShell, attachShell, type ShellHandlers } from "./shell-client.ts";
import { createTopics, type TopicError } from "./topics.ts";

export interface LogOptions extends LogHandlers {
  /** Lines of history to begin with. */
  tail?: number;
}

export interface EventHandlers {
  onError?: (error: TopicError) => void;
}

export interface JobHandlers extends EventHandlers {
  /** The subscription holds, at first and after each reconnect: ask once how the job stands now. */
  onJoined?: () => void;
}

type Stop = () => void;
type ServerEvents<N extends NamespaceName> = NamespaceEvents[N]["server"];

/** Events a whole namespace gets, without a subscription: `services:changed` and the like. */
function onEvent<N extends NamespaceName>(connection: Connection, namespace: N) {
  return <E extends keyof ServerEvents<N> & string>(
    event: E,
    listener: ServerEvents<N>[E] extends (...args: infer Args) => void ? (...args: Args) => void : never,
  ): Stop => {
    const { socket, release } = connection.use(namespace);
    // The socket is shared by five event maps: this signature is where the namespace's own one is held to.
    const handler = listener as (...args: unknown[]) => void;
    socket.on<string>(event, handler);
    return () => {
      socket.off<string>(event, handler);
      release();
    };
  };
}

/** Called on every (re)connect of a namespace: what was missed meanwhile has to be asked for again. */
const onConnect =
  (connection: Connection, namespace: NamespaceName) =>
  (listener: () => void): Stop => {
    const { socket, release } = connection.use(namespace);
    socket.on("connect", listener);
    return () => {
      socket.off("connect", listener);
      release();
    };
  };

const DEFAULT_TAIL = 100;
const keyOf = (...parts: string[]) => JSON.stringify(parts);

export type ServicesClient = ReturnType<typeof createServicesClient>;

export function createServicesClient(connection: Connection) {
  const logs = createTopics<LogListener<ServiceLogs>>(connection, "services");
  const stats = createTopics<EventListener<ServiceStats>>(connection, "services");
  const jobs = createTopics<EventListener<Job>>(connection, "services");
  return {
    subscribeLogs(
      serviceId: string,
      containerName: string,
      onLogs: (logs: ServiceLogs) => void,
      { tail = DEFAULT_TAIL, ...handlers }: LogOptions = {},
    ): Stop {
      return logs.listen(keyOf(serviceId, containerName), { onLogs, ...handlers }, () =>
        createLogTopic<ServiceRef, ServiceLogs>({ ref: { serviceId, containerName }, tail }),
      );
    },
    subscribeStats(
      serviceId: string,
      containerName: string,
      onStats: (stats: ServiceStats) => void,
      { onError }: EventHandlers = {},
    ): Stop {
      const payload = { serviceId, containerName };
      return stats.listen(keyOf(serviceId, containerName), { onEvent: onStats, onError }, () =>
        createEventTopic<ServiceStats>({
          join: () => ({ event: "subscribe:stats", payload }),
          leave: { event: "unsubscribe:stats", payload },
          event: "stats",
          isOurs: (event) => event.serviceId === serviceId && event.containerName === containerName,
          keepLast: true,
        }),
      );
    },
    /** Follows a long action; each event is the whole of it, and of two the higher `revision` is the newer. */
    subscribeJob(jobId: string, onJob: (job: Job) => void, { onError, onJoined }: JobHandlers = {}): Stop {
      const payload = { jobId };
      return jobs.listen(jobId, { onEvent: onJob, onError, onJoined }, () =>
        createEventTopic<Job>({
          join: () => ({ event: "subscribe:job", payload }),
          leave: { event: "unsubscribe:job", payload },
          event: "job",
          isOurs: (job) => job.id === jobId,
          keepLast: true,
        }),
      );
    },
    /** A shell that the API has made: started by the first who attaches. */
    attachShell: (
      ref: { serviceId: string; containerName: string; shellId: string },
      size: { cols: number; rows: number },
      handlers: ShellHandlers,
    ): AttachedShell => attachShell(connection, ref, size, handlers),
    on: onEvent(connection, "services"),
    onConnect: onConnect(connection, "services"),
  };
}

export function createDeploymentsClient(connection: Connection) {
  const logs = createTopics<LogListener<DeploymentLogs>>(connection, "deployments");
  return {
    subscribeLogs(
      deploymentId: string,
      pm2Name: string,
      onLogs: (logs: DeploymentLogs) => void,
      { tail = DEFAULT_TAIL, ...handlers }: LogOptions = {},
    ): Stop {
      return logs.listen(keyOf(deploymentId, pm2Name), { onLogs, ...handlers }, () =>
        createLogTopic<DeploymentRef, DeploymentLogs>({ ref: { deploymentId, pm2Name }, tail }),
      );
    },
    on: onEvent(connection, "deployments"),
    onConnect: onConnect(connection, "deployments"),
  };
}

export function createSystemClient(connection: Connection) {
  const stats = createTopics<EventListener<SystemStats>>(connection, "system");
  /** A socket has one interval: all viewers of a page share the shortest that was asked for. */
  const wanted = new Map<symbol, number>();
  const shortest = () => Math.min(...wanted.values());
  const change = (edit: () => void) => {
    const before = shortest();
    edit();
    if (wanted.size > 0 && shortest() !== before) stats.rejoin("host");
  };
  return {
    /** `interval` in milliseconds; the server clamps it to 1-60 s. */
    subscribeStats(interval: number, onStats: (stats: SystemStats) => void, { onError }: EventHandlers = {}): Stop {
      const viewer = Symbol();
      change(() => wanted.set(viewer, interval));
      const stop = stats.listen("host", { onEvent: onStats, onError }, () =>
        createEventTopic<SystemStats>({
          join: () => ({ event: "subscribe:stats", payload: { interval: shortest() } }),
          leave: { event: "unsubscribe:stats", payload: {} },
          event: "stats",
          keepLast: true,
        }),
      );
      return () => {
        stop();
        change(() => wanted.delete(viewer));
      };
    },
    onConnect: onConnect(connection, "system"),
  };
}

/** Events of one MCP server; custom ones come with whatever they were emitted with. */
type McpEvent = keyof McpServerToClient | (string & {});

export function createMcpClient(connection: Connection) {
  const membership = createTopics<EventListener<never>>(connection, "mcp");
  const joined = new Map<string, Stop[]>();
  const join = (serverId: string, { onError }: EventHandlers = {}): Stop => {
    const payload = { serverId };
    const stop = membership.listen(serverId, { onEvent: () => {}, onError }, () =>
      createEventTopic<never>({
        join: () => ({ event: "join", payload }),
        leave: { event: "leave", payload },
        event: "joined",
      }),
    );
    const stops = joined.get(serverId) ?? [];
    joined.set(serverId, stops);
    const once = () => {
      const at = stops.indexOf(once);
      if (at === -1) return;
      stops.splice(at, 1);
      if (stops.length === 0) joined.delete(serverId);
      stop();
    };
    stops.push(once);
    return once;
  };
  const typed = onEvent(connection, "mcp");
  function on<E extends keyof McpServerToClient>(event: E, listener: McpServerToClient[E]): Stop;
  function on(event: string, listener: (data: unknown) => void): Stop;
  function on(event: McpEvent, listener: (data: never) => void): Stop {
    return typed(event as keyof McpServerToClient, listener as never);
  }
  return {
    /** Joins the room of a server; returns the clean-up. */
    join,
    /** Undoes the oldest `join` of this server that still holds. */
    leave: (serverId: string): void => joined.get(serverId)?.[0]?.(),
    on,
    onConnect: onConnect(connection, "mcp"),
  };
}

export function createFilesClient(connection: Connection) {
  const watches = createTopics<EventListener<FileChange>>(connection, "files");
  return {
    /** Watches one folder. A `rescan` is sent once the watch is ready, also after a reconnect: what changed before was not seen. */
    watch(path: string, onChange: (change: FileChange) => void, { onError }: EventHandlers = {}): Stop {
      return watches.listen(path, { onEvent: onChange, onError }, () =>
        createEventTopic<FileChange>({
          join: () => ({ event: "watch", payload: { path } }),
          leave: { event: "unwatch", payload: { path } },
          event: "change",
          isOurs: (change) => change.path === path,
          joined: () => ({ path, type: "rescan", name: "", timestamp: new Date().toISOString() }),
        }),
      );
    },
    onConnect: onConnect(connection, "files"),
  };
}
