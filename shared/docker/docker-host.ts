import type { Readable } from "node:stream";
import type { ContainerInfo } from "dockerode";
import type { RunState } from "../logs/container-runs.ts";
import type { Service, ServiceAction, ServiceDetail } from "../protocol/service.ts";
import { toLogFileBytes, toRunState, toService, toServiceDetail, toTime } from "./container-views.ts";
import { containerPath, createEngineCalls, type EngineCalls, hidingEnvironment, noContainer } from "./engine-calls.ts";
import type { EngineRequest } from "./engine-client.ts";
import { notAnEngine, toEngineList } from "./engine-responses.ts";
import { createExec, type DockerExec } from "./exec.ts";
import { createOwnLabels, type OwnLabels } from "./own-labels.ts";

/** Facts about a container that a log reader needs before it opens the stream. */
export interface ContainerIdentity {
  /** Full id, since a name can move to another container. */
  id: string;
  name: string;
  running: boolean;
  /** A TTY's log is raw; without one, frames of stdout and stderr are multiplexed. */
  tty: boolean;
  logDriver: string;
  /** Size at which the driver begins another file, in bytes; null if it never does, or is not known to. */
  logFileBytes: number | null;
  /** Null while it runs, or if it never ran. */
  exitCode: number | null;
  /** End of its newest run, ISO 8601; null while it runs, or if it never ran. */
  finishedAt: string | null;
  /** Whether it has ended and waits for its next start by its restart policy; `running` is true then. */
  restarting: boolean;
  /** Process id of its first process, in the Engine's process namespace; 0 while it does not run. */
  pid: number;
  runs: RunState;
  composeProject: string | null;
}

export interface ContainerLogOptions {
  follow: boolean;
  /** Number of lines from the end; undefined: all. */
  tail?: number;
  /** `seconds.nanoseconds`, inclusive. */
  since?: string;
  until?: string;
  signal: AbortSignal;
}

/**
 * A fixed set of calls to the Docker Engine. Each call except the three streams ends within 5 s; `act` and `remove` also
 * wait for the stop timeout of the container and for its start, 15 minutes at most.
 * @throws AppError `invalid_input` (not a container name or id), `not_found`, `conflict`, `not_supported`,
 *   `upstream_unavailable` (no Engine, or it does not respond)
 */
export interface DockerHost {
  /** Shells in containers. */
  exec: DockerExec;
  ping(): Promise<void>;
  /** Version of the Engine, such as `29.0.1`. */
  version(): Promise<string>;
  list(): Promise<Service[]>;
  /** Returns the value of a label set on the container itself, not by its image; undefined if there is none. */
  ownLabel(ref: string, label: string): Promise<string | undefined>;
  /** Returns the containers that have the label themselves, not from their image, grouped by its value. */
  labelled(label: string): Promise<Map<string, Service[]>>;
  detail(ref: string): Promise<ServiceDetail>;
  identify(ref: string): Promise<ContainerIdentity>;
  act(ref: string, action: ServiceAction): Promise<void>;
  remove(ref: string, options: { force: boolean; volumes: boolean }): Promise<void>;
  /** Opens the raw body of `GET /containers/{id}/logs?timestamps=1`, both streams. The caller demultiplexes and destroys it. */
  openLogs(id: string, options: ContainerLogOptions): Promise<Readable>;
  /** Opens newline-separated JSON, one document per second. */
  openStats(id: string, signal: AbortSignal): Promise<Readable>;
  /** Returns one such document at once, without previous CPU counters. */
  statsOnce(id: string): Promise<unknown>;
  /** Opens newline-separated JSON of container events, starting with those since a time (seconds) that the Engine still has. */
  openEvents(signal: AbortSignal, since?: string): Promise<Readable>;
}

/** Seconds that the Engine waits before it kills a container without a stop timeout. */
const DEFAULT_GRACE = 10;
const STOP_LIMIT_MS = 5_000;
/** Long, since the disk may still be busy with the preceding pull. */
const START_LIMIT_MS = 60_000;
const LIFECYCLE_LIMIT_MS = 15 * 60_000;
/** Actions that change what a list shows. The others are left out: each health check alone causes three. */
const containerEvents = [
  "create",
  "start",
  "restart",
  "stop",
  "kill",
  "die",
  "oom",
  "pause",
  "unpause",
  "rename",
  "update",
  "destroy",
  "health_status",
];

export interface DockerHostOptions {
  /** `unix:///path` or `tcp://host:port`; anything else is a `ConfigError`. */
  dockerHost: string;
  /** Time limit of a call, in milliseconds; default: 3,800. */
  callLimitMs?: number;
}

export function createDockerHost({ dockerHost, callLimitMs }: DockerHostOptions): DockerHost {
  const calls = createEngineCalls(dockerHost, callLimitMs);
  return dockerHostOf(calls, createOwnLabels(calls));
}

/** Creates the same on calls that are shared with other parts. */
export function dockerHostOf(calls: EngineCalls, ownLabels: OwnLabels): DockerHost {
  const { call, open, inspect } = calls;

  const listRaw = async (filters?: object): Promise<ContainerInfo[]> => {
    const query = { all: 1, filters: filters && JSON.stringify(filters) };
    const list = await call({ method: "GET", path: "/containers/json", query });
    return toEngineList(list);
  };

  const lifecycle = async (ref: string, limitMs: number, request: (id: string) => EngineRequest) => {
    const info = await inspect(ref);
    const { StopTimeout = DEFAULT_GRACE, Env } = info.Config as { StopTimeout?: number; Env?: string[] | null };
    const totalMs = Math.min(LIFECYCLE_LIMIT_MS, StopTimeout * 1000 + limitMs);
    await hidingEnvironment(Env, () => call(request(info.Id), totalMs));
  };

  return {
    exec: createExec(calls),
    async ping() {
      await call({ method: "GET", path: "/_ping" });
    },
    async version() {
      const answer = (await call({ method: "GET", path: "/version" })) as { Version?: unknown } | null;
      if (typeof answer?.Version !== "string") throw notAnEngine();
      return answer.Version;
    },
    async list() {
      return (await listRaw()).map(toService);
    },
    async labelled(label) {
      const list = await listRaw({ label: [label] });
      const ownOf = await ownLabels.read(list);
      const byValue = Map.groupBy(
        list.filter((info) => ownOf(info)?.[label] !== undefined),
        ({ Labels }) => Labels[label] ?? "",
      );
      return new Map([...byValue].map(([value, containers]) => [value, containers.map(toService)]));
    },
    async ownLabel(ref, label) {
      const { Image: ImageID, Config } = await inspect(ref);
      const container = { ImageID, Labels: Config.Labels ?? {} };
      return (await ownLabels.read([container]))(container)?.[label];
    },
    async detail(ref) {
      const info = await inspect(ref);
      const [listed] = await listRaw({ id: [info.Id] });
      if (!listed) throw noContainer();
      return toServiceDetail(info, toService(listed));
    },
    async identify(ref) {
      const { Id, Name, State, Config, HostConfig, RestartCount } = await inspect(ref);
      const finishedAt = State.Running ? null : toTime(State.FinishedAt);
      return {
        id: Id,
        name: Name.replace(/^\//, ""),
        running: State.Running,
        tty: Config.Tty,
        logDriver: HostConfig.LogConfig?.Type ?? "",
        logFileBytes: toLogFileBytes(HostConfig.LogConfig),
        exitCode: finishedAt === null ? null : State.ExitCode,
        finishedAt,
        restarting: State.Restarting,
        pid: State.Pid,
        runs: toRunState(State, RestartCount),
        composeProject: Config.Labels?.["com.docker.compose.project"] || null,
      };
    },
    act: (ref, action) =>
      lifecycle(ref, action === "stop" ? STOP_LIMIT_MS : START_LIMIT_MS, (id) => ({
        method: "POST",
        path: containerPath(id, action),
      })),
    remove: (ref, { force, volumes }) =>
      lifecycle(ref, STOP_LIMIT_MS, (id) => ({
        method: "DELETE",
        path: containerPath(id),
        query: { force, v: volumes },
      })),
    openLogs: (id, { follow, tail, since, until, signal }) => {
      const query = { stdout: 1, stderr: 1, timestamps: 1, follow: follow ? 1 : 0, tail: tail ?? "all", since, until };
      return open({ method: "GET", path: containerPath(id, "logs"), query }, signal);
    },
    openStats: (id, signal) => open({ method: "GET", path: containerPath(id, "stats"), query: { stream: 1 } }, signal),
    statsOnce: (id) =>
      call({ method: "GET", path: containerPath(id, "stats"), query: { stream: false, "one-shot": true } }),
    openEvents: (signal, since) => {
      const filters = JSON.stringify({ type: ["container"], event: containerEvents });
      return open({ method: "GET", path: "/events", query: { filters, since } }, signal);
    },
  };
}
