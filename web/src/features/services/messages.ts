import type { ContainerSignal, RestartPolicyName } from "../../../../shared/protocol/service-choices.ts";
import type { ResourceListMessages } from "../../resource/messages.ts";

/** Texts of the list of containers. */
export const listMessages: ResourceListMessages = {
  title: "Containers",
  filter: "Filter containers",
  nothingMatches: (filter) => `No container has “${filter}” in its name, image, project or state.`,
  gone: "No such container",
  goneHint: "It was removed, or you do not have access to it.",
  showAll: "Show all containers",
};

export const serviceMessages = {
  running: (running: number, total: number) => `${running} of ${total} running`,
  engineDown: "Docker does not respond",
  engineAbsent: "Docker is not installed",
  engineHint: "Containers appear here once a Docker Engine runs on this host.",
  engineBack: "It is shown again once Docker responds.",
  stale: (hint: string) => `Docker does not respond; this list may be out of date. ${hint}`,
  checkAgain: "Check again",
  none: "No containers yet",
  noneHint: "Containers appear here as soon as they are created on this host.",
  noneInScope: "None of your containers exists",
  noneInScopeHint: "Your account is limited to some containers, and none of them is on this host.",
  otherContainers: "Other containers",
  logStays: "Its log stays here, and continues when the container is back.",
  startFailed: "Docker could not start this container.",
} as const;

export const bulkMessages = {
  toolbar: "Selected containers",
  removeTitle: (count: number) => `Remove ${count} ${count === 1 ? "container" : "containers"}?`,
  removeBody: (names: string, more: number) =>
    `Deletes ${names}${more > 0 ? ` and ${more} more` : ""} with everything written inside. Running containers are killed first. Images and volumes stay.`,
} as const;

export const menuMessages = {
  resume: "Resume",
  pause: "Pause",
  signal: "Send a signal…",
  rename: "Rename…",
  limits: "Limits and restarts…",
  recreate: "Recreate…",
  recreateTitle: (name: string) => `Recreate ${name}?`,
  recreateBody:
    "Creates a new container with the same settings, volumes and networks. Data written inside the old container, outside of volumes, is lost. If the new container does not run, the old one is restored.",
  recreateAction: "Recreate",
} as const;

export const dialogMessages = {
  renameTitle: (name: string) => `Rename ${name}`,
  rename: "Rename",
  nameInvalid: "Letters, digits, _ . and -; starts with a letter or digit.",
  nameHint: "Update anything that refers to it by name, such as other containers and alert rules.",
  removeTitle: (name: string) => `Remove ${name}?`,
  remove: "Remove container",
  removeRunning: "It is running and will be killed, without time to shut down.",
  removeVolumes: "Delete its anonymous volumes too",
  removeVolumesHint: "Data in volumes without a name is lost.",
  signalTitle: (name: string) => `Send a signal to ${name}`,
  send: (signal: ContainerSignal) => `Send ${signal}`,
  limitsTitle: (name: string) => `Limits of ${name}`,
  save: "Save",
  noLimit: "No limit",
  memory: "Memory limit, MiB",
  memoryHint: "Over this limit the container is killed.",
  cpus: "CPU limit",
  cpusHint: "In cores, e.g. 1.5.",
  pids: "Processes",
  policy: "Restart policy",
  retries: "Tries",
  retriesHint: "0 for no limit.",
} as const;

export const policyLabels: Record<RestartPolicyName, string> = {
  no: "Never",
  "on-failure": "On failure",
  always: "Always",
  "unless-stopped": "Unless stopped",
};

export const signalLabels: Record<ContainerSignal, string> = {
  SIGTERM: "SIGTERM: asks it to exit",
  SIGKILL: "SIGKILL: kills it at once",
  SIGINT: "SIGINT: interrupts it, as Ctrl-C does",
  SIGQUIT: "SIGQUIT: ends it, for some programs with a core dump",
  SIGHUP: "SIGHUP: makes many programs reload their settings",
  SIGUSR1: "SIGUSR1: meaning depends on the program",
  SIGUSR2: "SIGUSR2: meaning depends on the program",
  SIGWINCH: "SIGWINCH: graceful shutdown of some web servers",
  SIGSTOP: "SIGSTOP: suspends it",
  SIGCONT: "SIGCONT: resumes it",
};

export const detailMessages = {
  container: "Container",
  id: "Id",
  copyId: "Copy the full id",
  image: "Image",
  command: "Command",
  created: "Created",
  started: "Started",
  finished: "Finished",
  exitCode: "Exit code",
  killedBy: "Killed by",
  outOfMemory: "The kernel, out of memory",
  error: "Docker's error",
  restarts: "Restarts",
  terminal: "Terminal",
  yes: "Yes",
  no: "No",
  logDriver: "Log driver",
  network: "Network",
  noAddress: "no address",
  noPorts: "No exposed ports",
  reach: { inside: "not published", host: "this host only", public: "every network" },
  limits: "Limits",
  memory: "Memory",
  cpuLimit: "CPU limit",
  processes: "Processes",
  restartPolicy: "Restart policy",
  tries: (policy: string, tries: number) => `${policy}, ${tries} ${tries === 1 ? "try" : "tries"}`,
  mounts: "Mounts",
  noMounts: "No mounts",
  readOnly: "read only",
  environment: "Environment",
  noVariables: "No variables",
  valuesHidden: "Values hidden",
  labels: "Labels",
  noLabels: "No labels",
} as const;

export const statsMessages = {
  range: "Time range",
  waiting: "Waiting for the first sample",
  notRunning: "Not running",
  notRunningHint: "Nothing was measured in this time range. Metrics appear here while the container runs.",
  cpu: "CPU",
  memory: "Memory",
  of: (limit: string) => `of ${limit}`,
  network: "Network",
  received: "Received",
  sent: "Sent",
  blockDevices: "Block devices",
  processes: (count: number) => (count === 1 ? "1 process" : `${count} processes`),
  read: "Read",
  written: "Written",
  peak: "Peak",
} as const;

export const processMessages = {
  none: "No processes",
  noneHint: "The processes of a running container are listed here.",
  list: (name: string) => `Processes of ${name}`,
  columns: { pid: "PID", user: "User", cpu: "CPU", memory: "Memory", elapsed: "Running for", command: "Command" },
} as const;

export const inspectMessages = {
  label: (name: string) => `Inspect ${name}`,
  copy: "Copy the document",
  masked: "Values of variables and secrets are masked.",
  leftOut: (count: number) => (count === 1 ? "1 field is left out" : `${count} fields are left out`),
} as const;

/** Title of the browser's tab: the part of a container that is open. */
export const paneTitle = (name: string, tab: string): string => `${name} ${tab === "logs" ? "log" : tab}`;

/** Headings, field labels and buttons. */
export const serviceLabels = {
  columns: "Columns",
  networkTraffic: "Network traffic",
  diskTraffic: "Disk traffic",
  gone: "Gone",
  logs: "Logs",
  stats: "Stats",
  shell: "Shell",
  details: "Details",
  processes: "Processes",
  inspect: "Inspect",
  name: "Name",
  signal: "Signal",
  clear: "Clear",
  restartsByTheEngine: "Restarts by the Engine",
  containers: "Containers",
  state: "State",
  image: "Image",
  cpu: "CPU",
  cpuOf: (name: string) => `CPU of ${name}, last 15 minutes`,
  memory: "Memory",
  actions: "Actions",
  ports: "Ports",
  network: "Network",
  disk: "Disk",
} as const;

/** Lines of the command palette. */
export const commandMessages = {
  group: "Container",
  log: "Log",
  shell: "Shell",
  stats: "Stats",
  signal: "Send a signal to",
  limits: "Change limits of",
} as const;
