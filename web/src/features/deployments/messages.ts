import type { LogRotation } from "../../../../shared/protocol/deployment-details.ts";
import type { ProcessSignal } from "../../../../shared/protocol/deployment-limits.ts";
import type { ResourceListMessages } from "../../resource/messages.ts";

/** Texts of the list of PM2 processes. */
export const listMessages: ResourceListMessages = {
  title: "Processes",
  filter: "Filter processes",
  nothingMatches: (filter) => `No process has “${filter}” in its name, script, namespace, user or status.`,
  gone: "No such process",
  goneHint: "It was deleted, or you do not have access to it.",
  showAll: "Show all processes",
};

export const deploymentMessages = {
  online: (running: number, total: number) => `${running} of ${total} online`,
  daemonDown: "PM2 does not respond",
  daemonAbsent: "PM2 is not running",
  daemonHint: "Processes appear here once the PM2 daemon runs on this host.",
  daemonBack: "It is shown again once the PM2 daemon responds.",
  ownDown: (hint: string) => `The processes of the panel's own PM2 are not known now. ${hint}`,
  hiddenDaemons: (count: number, users: string) =>
    `${count === 1 ? "The PM2 daemon" : `${count} PM2 daemons`} of ${users} ${count === 1 ? "is" : "are"} not shown: PM2 only answers its own user. Root can show them here with`,
  helperCommand: "ai-desktop helper on",
  omittedDaemons: (count: number) => `${count} more PM2 daemons are not shown: the panel shows 20 beside its own.`,
  duplicateDaemons: (user: string, count: number) =>
    `${count} more PM2 ${count === 1 ? "daemon runs" : "daemons run"} in the folder of ${user}, and cannot be reached any more: their apps are not shown. \`pkill -f "God Daemon"\` as that user ends all of them; start the apps again afterwards.`,
  omittedProcesses: (user: string, count: number) => `${count} more processes of ${user} are not shown.`,
  downDaemon: (user: string, hint: string) => `The processes of ${user} are not known now. ${hint}`,
  downDaemons: (count: number) => `The processes of ${count} PM2 daemons are not known now`,
  readOnlyDaemons: (count: number) => `The processes of ${count} PM2 daemons can only be looked at`,
  omittedOfDaemons: (count: number) => `${count} PM2 daemons have more processes than are shown`,
  duplicatesOfDaemons: (count: number) => `In the folders of ${count} PM2 daemons, others run that cannot be reached`,
  allUsers: "All users",
  userFilter: "User",
  noneOfUser: (user: string) => `${user} has no process that matches.`,
  selected: "Selected processes",
  checkAgain: "Check again",
  none: "No processes yet",
  noneHint: "Create one here, or start it with PM2.",
  create: "Create process",
  noneInScope: "None of your processes is running",
  noneInScopeHint: "Your account is limited to some processes, and PM2 has none of them.",
  ownPart: "A part of this panel",
} as const;

export const confirmMessages = {
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteBody: (name: string) =>
    `PM2 stops ${name} and removes it from its list. Its files and logs stay on the disk. For an hour, Activity can take this back: settings, environment and instances return, restart counts do not.`,
  deleteAction: "Delete process",
  ownTitle: (verb: string) => `${verb} a part of this panel?`,
  ownRestart: (name: string) => `${name} serves this page, and is unavailable for a moment.`,
  flushTitle: (name: string) => `Empty the logs of ${name}?`,
  flushBody: (size: string | null) =>
    `Deletes ${size === null ? "everything" : size} in its log files, for everybody. This cannot be taken back. Rotated files stay.`,
} as const;

export const bulkMessages = {
  deleteTitle: (count: number) => `Delete ${count} ${count === 1 ? "process" : "processes"}?`,
  deleteBody: (names: string, more: number) =>
    `PM2 stops ${names}${more > 0 ? ` and ${more} more` : ""} and removes them from its list. Files and logs stay on the disk. For an hour, Activity can take each deletion back.`,
} as const;

/** The menu of a process, and the dialogs that it opens. */
export const menuMessages = {
  more: (name: string) => `More for ${name}`,
  scale: "Change instances…",
  signal: "Send a signal…",
  reset: "Reset restart counts",
  flush: "Empty logs…",
  scaleTitle: (name: string) => `Instances of ${name}`,
  instances: "Instances",
  instancesHint: (max: number) =>
    `1 to ${max}. New instances are copies of a running one. Instances that do not run are deleted first, then the newest.`,
  instancesError: (max: number) => `A whole number from 1 to ${max}.`,
  scaleAction: "Change",
  signalTitle: (name: string) => `Send a signal to ${name}`,
  signalField: "Signal",
  send: (signal: ProcessSignal) => `Send ${signal}`,
} as const;

export const signalLabels: Record<ProcessSignal, string> = {
  SIGHUP: "SIGHUP: many programs reload their settings; Node.js ends",
  SIGUSR1: "SIGUSR1: Node.js opens its debugger; else it depends on the program",
  SIGUSR2: "SIGUSR2: depends on the program; Node.js ends unless it handles it",
  SIGWINCH: "SIGWINCH: depends on the program",
  SIGINT: "SIGINT: asks it to exit, as PM2 does",
  SIGTERM: "SIGTERM: asks it to exit",
  SIGQUIT: "SIGQUIT: ends it, for some programs with a core dump",
  SIGKILL: "SIGKILL: kills it at once",
  SIGSTOP: "SIGSTOP: suspends it",
  SIGCONT: "SIGCONT: resumes it",
};

/** Title of the browser's tab: the part of a process that is open. */
export const paneTitle = (name: string, tab: "logs" | "instances" | "details" | "activity"): string =>
  `${name} ${tab === "logs" ? "log" : tab} · ${listMessages.title}`;

/** Headings, field labels and buttons. */
export const deploymentLabels = {
  cpu: "CPU",
  memory: "Memory",
  peak: "Peak",
  variables: "Variables",
  logs: "Logs",
  details: "Details",
  instances: "Instances",
  name: "Name",
  status: "Status",
  restarts: "Restarts",
  up: "Up",
  actions: "Actions",
  user: "User",
  id: "Id",
  process: "Process",
  started: "Started",
} as const;

/** Lines of the command palette. */
export const commandMessages = {
  group: "Process",
  log: "Log",
  create: "Create process",
  saveList: "Save the list of processes",
  saveListWords: "PM2 reboot",
} as const;

/** The panel's own rotation of an app's log files. */
export const rotationMessages = {
  title: "Log rotation by the panel",
  off: "Off. Nothing else rotates these logs, as far as the panel sees.",
  on: (size: string, kept: number, compress: boolean) =>
    `Rotates each log file at ${size}, and keeps ${kept} rotated ${kept === 1 ? "file" : "files"}${compress ? ", compressed" : ""}.`,
  paused: (reason: string) => `Paused: ${reason}`,
  rotatedAt: (ago: string) => `Last rotated ${ago}.`,
  rotated: "Logs rotated",
  change: "Set up rotation…",
  now: "Rotate now",
  dialogTitle: (name: string) => `Log rotation of ${name}`,
  save: "Save",
  enable: "Rotate the log files of this process",
  size: "Size in MiB",
  range: (min: number, max: number) => `A whole number from ${min} to ${max}.`,
  kept: "Rotated files to keep",
  keptHint: (max: number) => `1 to ${max}, for each log file. Older ones are deleted: name.log.1 is the newest.`,
  compress: "Compress rotated files",
  compressHint: "With gzip. The newest one stays as it is, so that readers can finish it.",
  losesLines:
    "This file system can only rotate by a copy and a truncation. Lines that are written between the two are lost.",
  mayLoseLines:
    "Whether this file system can rotate without a loss is unknown. If it needs a copy and a truncation, lines that are written between the two are lost.",
  mayLose: "Rotate even if lines can be lost",
} as const;

/** The tab with what PM2 and the host know about a process. */
export const detailMessages = {
  settings: "Settings",
  script: "Script",
  user: "User",
  namespace: "Namespace",
  mode: "Mode",
  version: "Version",
  interpreter: "Interpreter",
  noInterpreter: "None: the script is a program",
  watching: "Watch mode",
  yes: "Yes",
  no: "No",
  unknown: "Unknown",
  ports: "Listens on",
  noPorts: "No TCP port",
  portsOfDaemon: "Unknown: PM2 itself listens, for several apps in cluster mode",
  lastExit: "Last exit code",
  onAddress: (address: string) =>
    address === "0.0.0.0" || address === "::" ? `on all addresses (${address})` : `on ${address}`,
  logSize: "Size of the logs",
  logRotation: "Log rotation",
  rotatedByPanel: "By the panel",
  rotatedBy: ({ by, rule }: LogRotation): string => {
    if (by === "pm2-logrotate") return "By pm2-logrotate";
    if (by === "logrotate") return `By logrotate (${rule ?? ""})`;
    return by === "none" ? "None: see below, or pm2 install pm2-logrotate" : "Unknown";
  },
  environment: "Environment variables",
  environmentNote: "Names only. Values are never shown.",
  reboot: "After a reboot",
  exits: "Restarts",
  noExitsYet: "PM2 has not been read yet.",
  noExits: "None since then.",
  exitsSince: (time: string) => `Recorded by the panel since ${time}. PM2 itself keeps a count and the last exit code.`,
  restarted: "Started again",
  instance: "Instance",
  times: "Restarts",
  exitCode: "Exit code",
  metrics: "Custom metrics",
  metric: "Metric",
  value: "Value",
  actions: "Custom actions",
  actionsNote: "Functions that the app offers to PM2.",
  runTitle: (action: string, name: string) => `Run ${action} in ${name}`,
  run: "Run",
  close: "Close",
  argument: "Argument",
  argumentHint: "Passed to the action as text. Most take none.",
  resultOf: (pmId: number) => `Instance ${pmId}`,
  noReply: "No reply within 10 seconds.",
} as const;

/** Whether processes come back after a reboot. */
export const rebootMessages = {
  notStarted: "Not started after a reboot",
  unitDisabled: "Not started after a reboot",
  listUnreadable: "Saved list unreadable",
  notSaved: (count: number) => `${count} not saved for a reboot`,
  unitUnknown: "Saved; start-up unit unknown",
  allSaved: "Saved for a reboot",
  unknown: "Unknown",
  withPanel: "Started with the panel",
  appUnsaved: "Not saved",
  appSaved: "Comes back as it is",
  appSavedUnknown: "Saved; whether PM2 is started is unknown",
  appDifferent: (fields: string) => `Comes back as it was saved; other since: ${fields}`,
  title: (user: string | null) => (user === null ? "After a reboot" : `After a reboot: processes of ${user}`),
  ofUser: (user: string, summary: string) => `${user}: ${summary}`,
  save: "Save the list",
  close: "Close",
  done: "PM2's list is saved",
  unit: "Start-up unit",
  unitStates: {
    enabled: (name: string) => `${name} is enabled and starts PM2`,
    disabled: (name: string) => `${name} exists and is not enabled: PM2 is not started. Enable it on the server.`,
    absent: () => "None: PM2 is not started. `pm2 startup` on the server prints the command that makes one.",
    unknown: () => "Unknown: the panel cannot read the units of this host.",
  },
  savedList: "Saved list",
  savedAt: (time: string) => `of ${time}`,
  savedStates: {
    absent: "None: no process comes back",
    unreadable: "Unreadable or damaged; PM2 uses its backup. Saving replaces it.",
  },
  nothingToSave: "Every process is saved as it is now.",
  mayNotSave: "Only accounts that see everything and may control processes can save the list.",
  clearNote:
    "PM2 writes every environment variable of every process into its file, with values in clear. Only the user of PM2 should be able to read it.",
  changes: "What saving changes",
  states: {
    saved: "saved",
    different: "is saved otherwise",
    unsaved: "is added",
    "only-saved": "is removed: PM2 no longer lists it",
  },
  fields: {
    script: "script",
    folder: "folder",
    arguments: "arguments",
    interpreter: "interpreter",
    mode: "mode",
    instances: "number of instances",
    watch: "watch mode",
    limits: "restart settings",
    stopped: "stopped or running",
    environment: "environment",
  },
  variableChanges: { added: "added:", removed: "removed:", changed: "changed:" },
} as const;
