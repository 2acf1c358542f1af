import type { ListSettingName, NumberSettingName } from "../../../../shared/protocol/setting-limits.ts";

/** Texts of the Settings page. */
export const settingsMessages = {
  title: "Settings",
  sections: "Sections of the settings",
  section: {
    storage: "Storage",
    monitoring: "Monitoring",
    mcp: "MCP servers",
    alerts: "Alerts",
    server: "Server",
    about: "About",
  },
  save: "Save",
  saved: "Saved",
  useDefault: "Use default",
  isDefault: (value: string) => `Default: ${value}`,
  changedBy: (name: string, when: string) => `Changed by ${name}, ${when}`,
  range: (min: string, max: string) => `Enter a number from ${min} to ${max}`,
  wholeRange: (min: string, max: string) => `Enter a whole number from ${min} to ${max}`,
  deletesTitle: "Delete older data?",
  deletesNote: (label: string) => `${label}: what is older than the new value is deleted. This cannot be undone.`,
  deletes: "Save and delete",
  fromEnvironment: (name: string, value: number) =>
    `Set by ${name}=${value} in the environment of the server, which takes precedence. To change it here, remove it there:`,
  off: "Off",
  noChannel: "None",
  defaultChannel: "Default channel",
  defaultChannelHint: "Where rules with the default channel send their alerts.",
  noChannels: "There is no channel yet. Add one under Alerts, Channels.",
} as const;

/** Label and hint of each number. */
export const numberTexts: Record<NumberSettingName, { label: string; hint: string }> = {
  LOG_STORE_MAX_BYTES: {
    label: "Disk space for log history (GiB)",
    hint: "The oldest lines are deleted first. 0 stores no logs.",
  },
  LOG_STORE_MAX_DAYS: { label: "Days of log history", hint: "0 stores no logs." },
  STATS_HISTORY_DAYS: {
    label: "Days of metrics history",
    hint: "Older samples have a lower resolution. 0 stores none.",
  },
  ACTIVITY_MAX_BYTES: {
    label: "Disk space for activity (GiB)",
    hint: "Actions with their output. The oldest are deleted first.",
  },
  ACTIVITY_MAX_DAYS: { label: "Days of activity", hint: "Up to 100,000 actions." },
  AUDIT_KEEP_DAYS: {
    label: "Days of the audit trail",
    hint: "Lines are stored at least this long, up to 1 GiB in all.",
  },
  STATS_INTERVAL: {
    label: "Seconds between two samples",
    hint: "Of running containers and the host. With 0, alerts on metrics do not work.",
  },
  UPDATE_CHECK_HOURS: {
    label: "Hours between two checks for newer images",
    hint: "0 checks on demand only. At most four checks an hour.",
  },
};

/** Texts of the lists of allowed programs and hosts. */
export const listTexts: Record<ListSettingName, { title: string; note: string; add: string; placeholder: string }> = {
  MCP_ALLOWED_COMMANDS: {
    title: "Programs that MCP servers may run",
    note: "An entry is a program, or a program with its first arguments: then only calls that start with them are allowed. It runs on this server as the user of the panel.",
    add: "Add a program",
    placeholder: "npx -y @modelcontextprotocol/server-everything",
  },
  MCP_ALLOWED_HOSTS: {
    title: "Private hosts of MCP servers",
    note: "Public addresses are always allowed. Private ones, and this host, only when they are listed.",
    add: "Add a host",
    placeholder: "tools.lan:8080",
  },
  ALERT_ALLOWED_HOSTS: {
    title: "Private hosts that alerts may be sent to",
    note: "Public addresses are always allowed. Private ones, and this host, only when they are listed.",
    add: "Add a host",
    placeholder: "ntfy.lan:8080",
  },
};

export const listMessages = {
  empty: "No entries",
  add: "Add",
  remove: (entry: string) => `Remove ${entry}`,
  removeTitle: (entry: string) => `Remove ${entry}?`,
  removePrograms: "MCP servers that run it are stopped and cannot be started again.",
  removeHosts: "MCP servers there are disconnected.",
  removeAlertHosts: "Alerts are no longer sent there.",
  removeAction: "Remove",
  environment: "Environment",
  startsFrom: (program: string) => `Starts ${program}`,
  notFound: "Not found on this server",
  anyPackage: "Allows every package that this program can download. Add the package's name to allow only one.",
  twice: "This entry is in the list already.",
} as const;

/** Texts of the variables that only the environment sets. */
export const environmentMessages = {
  title: "Environment of the server",
  note: {
    installation:
      "Read at the start of the services. This command, on the server, checks a value, stores it and restarts the services with it:",
    project:
      "Read at the start of the services. This command checks a value and stores it in the settings file; then restart the services:",
    container:
      "Read at the start of the containers. Set variables in the Compose file, then create the containers again:",
  },
  command: {
    installation: (name: string, value: string) => `sudo ai-desktop config set ${name} ${value}`,
    project: (name: string, value: string) => `node deploy/config.ts set ${name} ${value}`,
    container: () => "docker compose -p ai-desktop -f deploy/compose.yaml up -d",
  },
  unset: {
    installation: (name: string) => `sudo ai-desktop config unset ${name}`,
    project: (name: string) => `node deploy/config.ts unset ${name}`,
    container: () => "docker compose -p ai-desktop -f deploy/compose.yaml up -d",
  },
  copy: (name: string) => `Copy the command for ${name}`,
  copyCommand: "Copy command",
  isSet: "Set",
  isDefault: "Default",
  secret: "Not shown",
  none: "None",
  name: "Variable",
  value: "Value",
  source: "Source",
  command_: "Command",
} as const;

export const aboutMessages = {
  title: "Releases that run",
  same: "All three processes run the same release.",
  different: "The processes run different releases. Restart them:",
  unknown: "Not all processes respond, so whether they run the same release is unknown.",
  restart: {
    installation: "sudo ai-desktop restart",
    project: "./deploy/dev-start.sh",
    container: "docker compose -p ai-desktop -f deploy/compose.yaml up -d",
  },
  process: "Process",
  version: "Version",
  commit: "Commit",
  started: "Started",
  runtime: "Runtime",
  api: "API",
  realtime: "Realtime server",
  web: "Web app",
  noAnswer: "No response",
  unknownCommit: "Unknown",
  sameAsApi: "Same release as the API",
  otherThanApi: "Another release than the API",
} as const;
