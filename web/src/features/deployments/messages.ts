import type { ResourceListMessages } from "../../resource/messages.ts";

/** Texts of the list of PM2 processes. */
export const listMessages: ResourceListMessages = {
  title: "Processes",
  filter: "Filter processes",
  nothingMatches: (filter) => `No process has “${filter}” in its name, script, namespace or status.`,
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
  stale: (hint: string) => `PM2 does not respond; this list may be out of date. ${hint}`,
  otherDaemons: (users: string) =>
    `PM2 also runs for ${users}. Those processes are not listed: PM2 only responds to its own user.`,
  selected: "Selected processes",
  checkAgain: "Check again",
  none: "No processes yet",
  noneHint: "Start a process with PM2 and it appears here.",
  noneInScope: "None of your processes is running",
  noneInScopeHint: "Your account is limited to some processes, and PM2 has none of them.",
  ownPart: "A part of this panel",
} as const;

export const confirmMessages = {
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteBody: (name: string) =>
    `PM2 stops ${name} and removes it: its instances, their settings and their restart count. Its files and logs stay on the disk.`,
  deleteAction: "Delete process",
  ownTitle: (verb: string) => `${verb} a part of this panel?`,
  ownStop: (name: string) => `${name} serves this page. Once stopped, it can only be started on the server itself.`,
  ownRestart: (name: string) => `${name} serves this page, and is unavailable for a moment.`,
} as const;

/** Title of the browser's tab: the part of a process that is open. */
export const paneTitle = (name: string, tab: "logs" | "instances" | "activity"): string =>
  `${name} ${tab === "logs" ? "log" : tab} · ${listMessages.title}`;

/** Headings, field labels and buttons. */
export const deploymentLabels = {
  cpu: "CPU",
  memory: "Memory",
  settings: "Settings",
  logs: "Logs",
  instances: "Instances",
  name: "Name",
  status: "Status",
  restarts: "Restarts",
  up: "Up",
  actions: "Actions",
  id: "Id",
  process: "Process",
  started: "Started",
} as const;

/** Lines of the command palette. */
export const commandMessages = { group: "Process", log: "Log" } as const;
