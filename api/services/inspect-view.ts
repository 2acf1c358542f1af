import type { ContainerInspectInfo } from "dockerode";
import { toServiceRun } from "../../shared/docker/container-views.ts";
import { MASK, maskArguments, maskLabels, maskText } from "../../shared/logs/masking.ts";

export interface InspectView {
  /** The fields of the Engine's document that hold no secret, by their own names. */
  document: Record<string, unknown>;
  /** Names of omitted fields of the Engine. */
  leftOut: string[];
}

type Fields = Record<string, unknown>;
type Show = (value: unknown) => unknown;

/** Numbers, booleans, null, and text that is an id, a name or a time. */
const plain: Show = (value) => (typeof value === "object" && value !== null ? undefined : value);
const plainList: Show = (value) => (Array.isArray(value) ? value.map(plain).filter((one) => one !== undefined) : null);
const text: Show = (value) => (typeof value === "string" ? maskText(value) : value);
const words: Show = (value) =>
  Array.isArray(value) ? maskArguments(value.map(String)) : typeof value === "string" ? maskText(value) : value;
const namesOf: Show = (value) =>
  Array.isArray(value) ? value.map((entry) => `${String(entry).split("=", 1)[0]}=${MASK}`) : value;
const keysOnly: Show = (value) =>
  isFields(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, {}])) : value;
const masked: Show = (value) =>
  isFields(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, MASK])) : value;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How each field is shown. Other fields are omitted. */
const only =
  (fields: Readonly<Record<string, Show>>): Show =>
  (value) => {
    if (!isFields(value)) return undefined;
    const shown: Fields = {};
    for (const [name, show] of Object.entries(fields)) {
      if (Object.hasOwn(value, name)) shown[name] = show(value[name]);
    }
    return shown;
  };
const each =
  (show: Show, limit = Number.POSITIVE_INFINITY): Show =>
  (value) =>
    Array.isArray(value) ? value.slice(-limit).map(show) : value;
const every =
  (show: Show): Show =>
  (value) =>
    isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, show(entry)])) : value;
const all = (show: Show, ...names: string[]) => Object.fromEntries(names.map((name) => [name, show]));

/** Options of log drivers that bound the log. All others are masked, because they may hold tokens or addresses. */
const logOptions: Show = (value) =>
  isFields(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, option]) => [
          key,
          /^(max-size|max-file|compress|mode|max-buffer-size|tag)$/.test(key) ? plain(option) : MASK,
        ]),
      )
    : value;

const ports: Show = every(each(only(all(plain, "HostIp", "HostPort"))));
const mountOptions = only({
  BindOptions: only(all(plain, "Propagation", "NonRecursive", "CreateMountpoint", "ReadOnlyNonRecursive")),
  TmpfsOptions: only(all(plain, "SizeBytes", "Mode")),
  VolumeOptions: only({ ...all(plain, "NoCopy", "Subpath"), DriverConfig: only({ Name: plain, Options: masked }) }),
});

const endpoint = only({
  IPAMConfig: only({ ...all(plain, "IPv4Address", "IPv6Address"), LinkLocalIPs: plainList }),
  ...all(plainList, "Links", "Aliases", "DNSNames"),
  ...all(plain, "NetworkID", "EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway", "GlobalIPv6Address"),
  ...all(plain, "GlobalIPv6PrefixLen", "MacAddress", "GwPriority"),
  DriverOpts: masked,
});

const healthcheck = only({
  Test: words,
  ...all(plain, "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"),
});

const document = {
  ...all(plain, "Id", "Created", "Name", "Image", "RestartCount", "Driver", "Platform", "MountLabel", "ProcessLabel"),
  ...all(plain, "AppArmorProfile"),
  Path: text,
  Args: words,
  State: only({
    ...all(plain, "Status", "Running", "Paused", "Restarting", "OOMKilled", "Dead", "Pid", "ExitCode"),
    ...all(plain, "StartedAt", "FinishedAt"),
    Error: text,
    Health: only({
      ...all(plain, "Status", "FailingStreak"),
      Log: each(only({ ...all(plain, "Start", "End", "ExitCode"), Output: text }), 5),
    }),
  }),
  HostConfig: only({
    ...all(
      plainList,
      "Binds",
      "CapAdd",
      "CapDrop",
      "Dns",
      "DnsOptions",
      "DnsSearch",
      "ExtraHosts",
      "GroupAdd",
      "Links",
    ),
    ...all(plainList, "SecurityOpt", "VolumesFrom", "MaskedPaths", "ReadonlyPaths", "DeviceCgroupRules"),
    ...all(plain, "NetworkMode", "AutoRemove", "VolumeDriver", "IpcMode", "Cgroup", "CgroupnsMode", "OomScoreAdj"),
    ...all(plain, "PidMode", "Privileged", "PublishAllPorts", "ReadonlyRootfs", "UTSMode", "UsernsMode", "ShmSize"),
    ...all(plain, "Runtime", "Isolation", "CpuShares", "Memory", "NanoCpus", "CgroupParent", "BlkioWeight"),
    ...all(plain, "CpuPeriod", "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime", "CpusetCpus", "CpusetMems"),
    ...all(plain, "KernelMemory", "MemoryReservation", "MemorySwap", "MemorySwappiness", "OomKillDisable", "PidsLimit"),
    ...all(plain, "CpuCount", "CpuPercent", "Init"),
    LogConfig: only({ Type: plain, Config: logOptions }),
    RestartPolicy: only(all(plain, "Name", "MaximumRetryCount")),
    PortBindings: ports,
    Mounts: each((mount) => ({
      ...(only(all(plain, "Type", "Source", "Target", "ReadOnly", "Consistency"))(mount) as Fields),
      ...(mountOptions(mount) as Fields),
    })),
    Devices: each(only(all(plain, "PathOnHost", "PathInContainer", "CgroupPermissions"))),
    DeviceRequests: each(
      only({ ...all(plain, "Driver", "Count"), DeviceIDs: plainList, Capabilities: each(plainList) }),
    ),
    Ulimits: each(only(all(plain, "Name", "Soft", "Hard"))),
    Tmpfs: every(plain),
    Sysctls: every(plain),
    StorageOpt: masked,
  }),
  Mounts: each(only(all(plain, "Type", "Name", "Source", "Destination", "Driver", "Mode", "RW", "Propagation"))),
  Config: only({
    ...all(plain, "Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin"),
    ...all(plain, "StdinOnce", "Image", "WorkingDir", "StopSignal", "StopTimeout", "MacAddress", "NetworkDisabled"),
    ...all(keysOnly, "ExposedPorts", "Volumes"),
    Env: namesOf,
    ...all(words, "Cmd", "Entrypoint", "OnBuild", "Shell"),
    Healthcheck: healthcheck,
    Labels: (value: unknown) => (isFields(value) ? maskLabels(value as Record<string, string>) : value),
  }),
  NetworkSettings: only({
    ...all(plain, "SandboxID", "SandboxKey", "Bridge", "Gateway", "IPAddress", "MacAddress"),
    Ports: ports,
    Networks: every(endpoint),
  }),
} satisfies Record<string, Show>;

/**
 * The document of `docker inspect` without secrets. It has the fields listed here only: a field of a newer Engine is omitted
 * until it is reviewed. It never has values of the environment.
 */
export function toInspectView(info: ContainerInspectInfo): InspectView {
  const known = only(document)(info) as Fields;
  const state = known.State as Fields | undefined;
  if (state) state.Error = toServiceRun(info).error ?? "";
  const leftOut = Object.keys(info).filter((name) => !Object.hasOwn(document, name));
  for (const part of ["State", "HostConfig", "Config", "NetworkSettings"] as const) {
    const shown = known[part] as Fields | undefined;
    for (const name of Object.keys((info[part] ?? {}) as object)) {
      if (!shown || !Object.hasOwn(shown, name)) leftOut.push(`${part}.${name}`);
    }
  }
  return { document: known, leftOut: leftOut.sort() };
}
