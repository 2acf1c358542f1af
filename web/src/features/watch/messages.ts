import { formatPercent } from "../../lib/format.ts";

/** Texts of the Watch page. */
export const watchMessages = {
  title: "Watch",
} as const;

export const hostMessages = {
  title: "Host",
  open: "Open System",
  cpu: "CPU",
  cpuLabel: "CPU usage of the host, last 15 minutes",
  load: "Load",
  loadHint: (cores: number) => `Load of the last 1, 5 and 15 minutes on ${cores} ${cores === 1 ? "core" : "cores"}`,
  memory: "Memory",
  memoryLabel: "Memory usage of the host, last 15 minutes",
  of: (used: string, total: string) => `${used} of ${total}`,
  swap: "Swap",
  swapOff: "off",
  disk: "Disk",
  network: "Network",
  traffic: (rx: string, tx: string) => `↓ ${rx} ↑ ${tx}`,
  received: (rx: string, tx: string) => `${rx} received, ${tx} sent`,
  uptime: "Up",
} as const;

export const attentionMessages = {
  title: "Needs attention",
  list: "What needs attention",
  none: "No problems",
  checked: (what: string, time: string) => `Checked at ${time}: ${what}.`,
  containers: (count: number) => `${count} ${count === 1 ? "container" : "containers"}`,
  processes: (count: number) => `${count} ${count === 1 ? "process" : "processes"}`,
  servers: (count: number) => `${count} MCP ${count === 1 ? "server" : "servers"}`,
  stacks: (count: number) => `${count} ${count === 1 ? "stack" : "stacks"}`,
  disks: (count: number) => `${count} ${count === 1 ? "disk" : "disks"}`,
  alerts: "alerts",
  jobs: "jobs",
  and: (all: string, last: string) => `${all} and ${last}`,
  unknown: (sources: string) => `Unknown: ${sources} did not respond.`,
  sources: {
    docker: "Docker",
    pm2: "PM2",
    mcp: "MCP servers",
    stacks: "Stacks",
    watch: "Alerts and causes",
    logs: "Log history",
    metrics: "Metrics history",
    activity: "Activity",
    host: "Disks",
  },
  moreDisks: (mounts: string, count: number) => `${mounts} and ${count} more disks`,
  firing: { text: "firing", title: "Firing alerts" },
  down: { text: "down", title: "Containers and processes that are down" },
  missing: { text: "missing", title: "Services without a container" },
  log: "Log",
  open: "Open",
  acknowledge: "Acknowledge",
  acknowledgeHint: "No notifications or automatic restarts until the alert resolves",
  acknowledged: (name: string) => `acknowledged by ${name}`,
  lastError: "Last error",
  lastLine: "Last line",
  more: (count: number) => `Show ${count} more`,
  less: "Show fewer",
} as const;

const times = (count: number) => (count === 1 ? "once" : `${count} times`);
const code = (exitCode: number | null) => (exitCode === null ? "" : `, last exit code ${exitCode}`);

/** Why something needs attention. */
export const causeMessages = {
  loop: (count: number, exitCode: number | null) => `Restarts in a loop: ${times(count)} in 10 min${code(exitCode)}`,
  restarted: (count: number, exitCode: number | null) => `Restarted ${times(count)}${code(exitCode)}`,
  afterRestarts: (count: number) => `after ${count} ${count === 1 ? "restart" : "restarts"}`,
  paused: "Paused",
  unseen: "not known whether it was stopped",
  unhealthy: (failures: number | null, exitCode: number | null) =>
    failures === null ? "Unhealthy" : `Unhealthy: ${times(failures)} in a row${code(exitCode)}`,
  errored: (restarts: number, exitCode: number | null) =>
    `Errored after ${restarts} ${restarts === 1 ? "restart" : "restarts"}${code(exitCode)}, PM2 no longer restarts it`,
  partly: (online: number, total: number) => `${online} of ${total} online`,
  partlyRunning: (running: number, total: number) => `${running} of ${total} running`,
  missing: (count: number) => (count === 1 ? "1 service has no container" : `${count} services have no container`),
  failed: "Failed",
  diskUsed: (percent: number) => `${formatPercent(percent)} of the disk is used`,
  jobFailed: "Failed",
  jobInterrupted: "Interrupted",
  updates: (count: number) => (count === 1 ? "1 newer image" : `${count} newer images`),
  andMore: (names: string, count: number) => `${names} and ${count} more`,
  dependencies: {
    docker: "Docker Engine",
    pm2: "PM2",
    files: "File root",
    realtime: "Live updates",
    redis: "Redis",
  },
  unknownUntil: {
    docker: "Does not respond. Containers and stacks are unknown until it does.",
    pm2: "Does not respond. Processes are unknown until it does.",
    files: "Cannot be read.",
    realtime: "The realtime server does not respond. Nothing on this page is live until it does.",
    redis: "Does not respond. Several realtime servers need it.",
  },
} as const;

export const workloadMessages = {
  title: "Workloads",
  other: "Other containers",
  processes: "Processes",
  servers: "MCP servers",
  running: (running: number, total: number) => `${running} of ${total} running`,
  containersRunning: (running: number, total: number) => `${running} of ${total} containers running`,
  cpu: "CPU",
  memory: "Memory",
  uptime: "Uptime",
  cpuOf: (name: string) => `CPU of ${name}, last 15 minutes`,
  memoryOf: (name: string) => `Memory of ${name}, last 15 minutes`,
  selected: "Selected workloads",
  restartsOf: (count: number) => `${count} ${count === 1 ? "restart" : "restarts"}`,
  more: (count: number) => `${count} more`,
  unknown: {
    containers: "Containers are unknown: Docker does not respond.",
    processes: "Processes are unknown: PM2 does not respond.",
    servers: "MCP servers are unknown: their list could not be loaded.",
  },
  none: "Nothing runs here yet",
  noneHint: "Containers, processes and MCP servers appear here once there are some.",
  noneInScope: "Nothing that you have access to exists",
} as const;

export const eventMessages = {
  title: "Last events",
  none: "Nothing happened lately",
  failed: "Events could not be loaded",
  started: (name: string) => `${name} started`,
  ended: (name: string, exitCode: number | null) =>
    exitCode === null ? `${name} ended` : `${name} exited with code ${exitCode}`,
  restarted: (name: string, count: number, exitCode: number | null) =>
    `${name} restarted${count > 1 ? ` ${count} times` : ""}${exitCode === null ? "" : `, exit code ${exitCode}`}`,
  alert: (label: string, rule: string, name: string) => `${label}: ${rule}, ${name}`,
  by: (name: string) => `by ${name}`,
  states: {
    running: "running",
    succeeded: "done",
    failed: "failed",
    refused: "refused",
    cancelled: "cancelled",
    interrupted: "interrupted",
  },
} as const;
