import type { Stack } from "../../../../shared/protocol/stack.ts";

/** Texts of the stack pages. */

export const stackStates: Record<Exclude<Stack["state"], "unhealthy">, string> = {
  running: "Running",
  partial: "Partly running",
  created: "Not started",
  stopped: "Stopped",
  down: "Down",
  unknown: "Unknown",
};

export const stackMessages = {
  back: "Back to all stacks",
  logs: "Logs",
  runningOf: (running: number, expected: number) => `${running} of ${expected} running`,
  unhealthy: (count: number) => `${count} unhealthy`,
  finished: (count: number) => `${count} finished`,
  missing: (count: number) => `${count} missing`,
  missingHint: "Services of the compose file without a container.",
  deployed: (ago: string) => `deployed ${ago}`,
  changed: "changed since",
  changedHint: "The file on the disk differs from the version that was last deployed from here.",

  notFound: "No such stack",
  notFoundHint: "It was deleted, or it has neither containers nor a folder.",
  showAll: "Show all stacks",
  dockerAway: (hint: string | undefined) => `Docker does not respond: what is running is unknown. ${hint ?? ""}`,
  readOnly: (reason: string, hasContainers: boolean) =>
    `Read-only stack. ${reason}${hasContainers ? " Start, Stop and Restart act on its containers." : ""}`,
  outside: (folder: string) =>
    `It was created from ${folder}, which is not one of the folders this panel may edit. To edit it here, add that folder, or a parent folder, to the variable STACKS_ROOTS and restart the panel's API.`,
  interrupted: (verb: string) =>
    `${verb} was interrupted: the panel's API stopped before it was finished. Completed steps are kept; run it again.`,
  unsavedDraft: "The compose file has unsaved text from an earlier visit.",
  show: "Show",
  hideOutput: "Hide output",
  showOutput: "Show output",
  partsOf: (name: string) => `Parts of ${name}`,
  tabs: { services: "Services", compose: "Compose file", variables: "Variables", history: "History" },
};

/** Labels of what can be done to a stack; also used for jobs that a restart of the server interrupted. */
export const stackActionLabels: Record<string, string> = {
  up: "Deploy",
  down: "Remove containers",
  remove: "Delete",
  start: "Start",
  stop: "Stop",
  restart: "Restart",
  pull: "Pull images",
};

/** Naming the folder of a stack that was made elsewhere. */
export const folderMessages = {
  name: "Name its folder…",
  title: (name: string) => `Folder of ${name}`,
  folder: "Folder on the server",
  hint: (name: string) =>
    `Below a folder that STACKS_ROOTS lists, with the compose file of the project ${name}. Nothing is changed now: the next deployment uses this file.`,
  notAbsolute: "An absolute path, such as /opt/stacks/shop.",
  use: "Use this folder",
  named: (folder: string) => `An administrator named its folder: ${folder}.`,
  forget: "Forget",
  forgotten: "The folder is forgotten. Its files stay.",
};

export const stackMenuMessages = {
  more: "More actions",
  down: "Remove containers (down)…",
  delete: "Delete…",
};

export const composeMissingMessages = {
  readOnly: (hint: string) => `Stacks are read-only. ${hint}`,
  checkAgain: "Check again",
  found: (version: string | null) => `Docker Compose ${version} found`,
  notFound: "Docker Compose was not found",
};

export const stackListMessages = {
  title: "Stacks",
  filter: "Filter stacks",
  newStack: "New stack",
  incomplete:
    "The folders of STACKS_ROOTS contain more folders than are searched: some stacks without containers are not listed.",
  empty: "No stacks yet",
  emptyHint:
    "A stack is a compose file and the containers created from it. Projects that Docker Compose starts on this host appear here automatically.",
  nothingMatches: "No matching stacks",
  nothingMatchesHint: (filter: string) => `No stack's name or folder contains “${filter}”.`,
  clearFilter: "Clear the filter",
  folderUnknown: "folder unknown",
  interrupted: "interrupted",
  managed: "created here",
  listedFolder: "listed folder",
  readOnly: "read-only",
  columns: { name: "Name", state: "State", containers: "Containers", editing: "Editing" },
};

export const newStackMessages = {
  name: "Name",
  nameHint: "Name of the compose project and of its folder.",
  file: "Compose file",
  fileHint: "Press Escape, then Tab to leave the editor.",
  variables: "Variables",
  variablesExample: "NAME=value",
  variablesHint: "One per line, written to the file .env beside it. Values cannot be read here afterwards.",
  draftWithout: "the values of variables",
  create: "Create stack",
  nameMissing: "A stack needs a name.",
  nameInvalid: "Lower-case letters, digits, - and _; starts with a letter or digit.",
  nameTaken: "A stack with this name already exists.",
  variableInvalid: (line: number) => `Line ${line} does not have the form NAME=value.`,
};

export const deployMessages = {
  title: (name: string) => `Deploy ${name}?`,
  deploy: "Deploy",
  saveAndDeploy: "Save and deploy",
  cancel: "Cancel",
  fixFirst: "Fix the errors first.",
  unsaved: "Your changes are saved first. Nothing is written until you confirm.",
  neverDeployed: "It has not been deployed from here yet, so there is nothing to compare with.",
  unchanged: "Unchanged since the last deployment from here.",
  warnings: "Warnings:",
  pull: "Pull newer images first",
  recreate: "Recreate all containers",
  recreateHint: "Otherwise only those that changed.",
  removeOrphans: "Remove containers of services that the file no longer defines",
  line: (line: number) => `Line ${line}: `,
  more: (count: number) => `and ${count} more`,
};

export const downMessages = {
  downTitle: (name: string) => `Remove the containers of ${name}?`,
  down: "Remove containers",
  deleteTitle: (name: string) => `Delete ${name}?`,
  delete: "Delete stack",
  containers: "Its containers and networks are removed.",
  kept: "Its compose file and named volumes are kept.",
  folderBefore: "Then its folder",
  folderAfter:
    "is deleted with everything in it: compose file, variables, earlier versions, and data that containers store there. This cannot be undone.",
  volumes: "Also delete its named volumes",
  volumesHint: "The data in them is lost.",
  confirm: (name: string) => `Type ${name} to confirm`,
} as const;

export const servicesMessages = {
  selected: "Selected containers",
  none: "No services",
  noneInFile: "The compose file defines no services.",
  unreadable: "The compose file cannot be read, and there are no containers.",
  notStarted: "Not started: no active profile, or a scale of 0",
  noContainer: "No container yet",
  unknownContainers: "Containers unknown",
  missing: "Container missing",
  noName: "(no name)",
  orphan: "orphan",
  orphanHint: "The compose file no longer defines this service.",
} as const;

export const composeMessages = {
  file: "File",
  text: "Text of the compose file",
  saved: "Compose file saved",
  problems: "Problems in the file",
} as const;

export const variableMessages = {
  none: "No variables",
  noneBefore: "Variables such as",
  noneAfter: "in the compose file are read from the .env file beside it.",
  source:
    "From the .env file beside the compose file. Values stay on the server: you can set them here, but not read them.",
  linkBefore: "The file is a link to",
  linkAfter: ": other stacks may use it too.",
  add: "Add variable",
  addTitle: "Add a variable",
  set: "Set",
  setOne: (name: string) => `Set ${name}`,
  name: "Name",
  nameInvalid: "Letters, digits, _ . and -; starts with a letter or _.",
  value: "Value",
  valueHint: "Takes effect with the next deployment.",
  remove: "Remove",
  removeOne: (name: string) => `Remove ${name}`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeBody: "Its value is lost. Containers keep it until the next deployment.",
} as const;

export const historyMessages = {
  none: "No earlier versions",
  noneHint: "A version is stored each time the file is saved here and each time the stack is deployed from here.",
  compare: "From this version to the text in the editor",
  use: "Use in editor",
  changes: "Changes since",
  noChanges: "No changes",
  counts: (label: string, added: number, removed: number) => `${label}: ${added} added, ${removed} removed`,
  kinds: { applied: "deployed", replaced: "replaced" },
} as const;

/** Lines of the command palette. */
export const commandMessages = { group: "Stack", create: "New stack" } as const;
