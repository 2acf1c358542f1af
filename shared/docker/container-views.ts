import type { ContainerInfo, ContainerInspectInfo } from "dockerode";
import type { RunState } from "../logs/container-runs.ts";
import { maskArguments, maskLabels, maskText } from "../logs/masking.ts";
import { toUtcTime } from "../logs/utc-time.ts";
import {
  type ContainerHealth,
  type ContainerState,
  containerStates,
  type PublishedPort,
  type Service,
  type ServiceDetail,
  type ServiceRun,
} from "../protocol/service.ts";
import { restartPolicies, type ServiceLimits } from "../protocol/service-change.ts";
import { toDetail } from "../server/upstream-error.ts";
import { maskEnvironment } from "./value-mask.ts";

const composeProject = "com.docker.compose.project";
const composeService = "com.docker.compose.service";

/** Converts an entry of the Engine's container list. */
export function toService(info: ContainerInfo): Service {
  return {
    id: info.Id,
    name: nameOf(info.Names ?? [], info.Id),
    image: info.Image,
    state: toState(info.State),
    // The Engine writes "Up About an hour".
    status: info.Status.replace(" About ", " about "),
    health: toHealth(/\((?:health: )?(starting|healthy|unhealthy)\)/.exec(info.Status)?.[1]),
    ports: toPorts(info.Ports ?? []),
    composeProject: info.Labels?.[composeProject] ?? null,
    composeService: info.Labels?.[composeService] ?? null,
    createdAt: new Date(info.Created * 1000).toISOString(),
    restartCount: null,
    startedAt: null,
  };
}

/** Converts an inspected container; `listed` adds the Engine's status text, which inspect lacks. */
export function toServiceDetail(info: ContainerInspectInfo, listed: Service): ServiceDetail {
  const labels = info.Config.Labels ?? {};
  return {
    ...listed,
    name: info.Name.replace(/^\//, ""),
    state: toState(info.State.Status),
    // The Engine keeps the last health of an ended container, which is outdated.
    health: info.State.Running ? toHealth(info.State.Health?.Status) : "none",
    createdAt: new Date(info.Created).toISOString(),
    command: maskArguments([info.Path, ...(info.Args ?? [])].filter(Boolean)),
    environmentNames: (info.Config.Env ?? []).map((entry) => entry.split("=", 1)[0] ?? "").sort(),
    labels: maskLabels(labels),
    mounts: (info.Mounts ?? []).map((mount) => ({
      type: mount.Type ?? "bind",
      source: mount.Name ?? mount.Source,
      destination: mount.Destination,
      readOnly: !mount.RW,
    })),
    networks: Object.entries(info.NetworkSettings.Networks ?? {}).map(([name, network]) => ({
      name,
      ipAddress: network.IPAddress || null,
    })),
    restartPolicy: info.HostConfig.RestartPolicy?.Name || "no",
    restartCount: info.RestartCount,
    limits: toLimits(info.HostConfig),
    tty: info.Config.Tty,
    logDriver: info.HostConfig.LogConfig?.Type ?? "",
    startedAt: toTime(info.State.StartedAt),
    finishedAt: toTime(info.State.FinishedAt),
    exitCode: exitCodeOf(info.State),
    lastRun: toServiceRun(info),
  };
}

/** Returns how the newest run ended. The Engine does not store whether the stop was requested. */
export function toServiceRun({ State, Config }: ContainerInspectInfo): ServiceRun {
  const isUp = runs(State);
  const error = toDetail(State.Error ?? "", [maskText, maskEnvironment(Config.Env ?? [])]);
  return {
    exitCode: exitCodeOf(State),
    finishedAt: isUp ? null : toTime(State.FinishedAt),
    oomKilled: !isUp && State.OOMKilled,
    startFailed: !isUp && error !== "",
    error: error === "" ? undefined : error,
    stopRequested: null,
  };
}

const exitCodeOf = (state: ContainerInspectInfo["State"]): number | null =>
  runs(state) || !toTime(state.StartedAt) ? null : state.ExitCode;

/** The Engine reports a container that waits for its next start as running. */
const runs = ({ Running, Restarting }: ContainerInspectInfo["State"]): boolean => Running && !Restarting;

/** Returns the state of the newest run, with the Engine's times in nanoseconds. */
export function toRunState(state: ContainerInspectInfo["State"], restartCount: number): RunState {
  const running = state.Running && !state.Restarting;
  const startedAt = toNanoTime(state.StartedAt);
  return {
    startedAt,
    finishedAt: toNanoTime(state.FinishedAt),
    running,
    exitCode: running || startedAt === null ? null : state.ExitCode,
    restartCount,
  };
}

/** The Engine writes the year 1 for "never". */
const toNanoTime = (time: string): string | null => (time.startsWith("0001-") ? null : (toUtcTime(time) ?? null));

function toLimits(host: ContainerInspectInfo["HostConfig"]): ServiceLimits {
  const { Memory = 0, NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0, PidsLimit, RestartPolicy } = host;
  // `--cpus` is stored in billionths; older tools set a quota per period (100 ms by default).
  const cpus = NanoCpus > 0 ? NanoCpus / 1e9 : CpuQuota > 0 ? CpuQuota / (CpuPeriod || 100_000) : null;
  return {
    memoryBytes: Memory > 0 ? Memory : null,
    cpus,
    pids: PidsLimit && PidsLimit > 0 ? PidsLimit : null,
    restartPolicy: restartPolicies.find((known) => known === RestartPolicy?.Name) ?? "no",
    restartRetries: RestartPolicy?.MaximumRetryCount ?? 0,
  };
}

/** A linked container is also listed as `/other/alias`; its own name is the one with a single slash. */
function nameOf(names: readonly string[], id: string): string {
  const own = names.find((name) => name.lastIndexOf("/") === 0) ?? names[0];
  return own?.replace(/^\//, "") ?? id.slice(0, 12);
}

export const toState = (state: string): ContainerState =>
  containerStates.find((known) => known === state) ?? (state === "stopping" ? "running" : "exited");

const toHealth = (health: string | undefined): ContainerHealth =>
  health === "starting" || health === "healthy" || health === "unhealthy" ? health : "none";

/** Lists published ports, sorted by container port. The Engine lists IPv4 and IPv6 bindings separately; both are kept. */
const toPorts = (ports: ContainerInfo["Ports"]): PublishedPort[] =>
  ports
    .map((port) => ({
      hostIp: port.PublicPort ? port.IP : undefined,
      hostPort: port.PublicPort || undefined,
      containerPort: port.PrivatePort,
      protocol: port.Type,
    }))
    .sort((a, b) => a.containerPort - b.containerPort);

/** The Engine writes the year 1 for "never". */
export const toTime = (time: string): string | null =>
  !time || time.startsWith("0001-") ? null : new Date(time).toISOString();

/** By the Engine's documentation: `local` rotates at 20 MB, `json-file` only if it is told to. */
const DEFAULT_FILE_BYTES: Record<string, number | undefined> = { local: 20 * 1024 ** 2 };
const UNITS: Record<string, number> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** Size at which a log driver begins another file, in bytes; null if it never does, or is not known to. */
export function toLogFileBytes(
  config: { Type?: string; Config?: Record<string, string> | null } | undefined,
): number | null {
  const driver = config?.Type ?? "";
  if (driver !== "local" && driver !== "json-file") return null;
  const size = config?.Config?.["max-size"];
  if (size === undefined) return DEFAULT_FILE_BYTES[driver] ?? null;
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(size.trim()) ?? [];
  return number === undefined ? null : Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? 1)) || null;
}
