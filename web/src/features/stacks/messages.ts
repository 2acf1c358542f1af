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
  notFoundHint: "It was taken down or deleted, and it has no containers.",
  showAll: "Show all stacks",
  dockerAway: (hint: string | undefined) => `Docker does not respond: what is running is unknown. ${hint ?? ""}`,
  readOnly: (reason: string, hasContainers: boolean) =>
    `Read-only stack. ${reason}${hasContainers ? " Stop and Restart act on its containers." : ""}`,
  outside: (folder: string) =>
    `It was created from ${folder}, which is not one of the folders this panel may edit. To edit it here, add that folder, or a parent folder, to the variable STACKS_ROOTS and restart the panel's API.`,
  interrupted: (verb: string) =>
    `${verb} was interrupted: the panel's API stopped before it was finished. Completed steps are kept; run it again.`,
  unsavedDraft: "The compose file has unsaved text from an earlier visit.",
  show: "Show",
  hideOutput: "Hide output",
  partsOf: (name: string) => `Parts of ${name}`,
  tabs: { services: "Services", compose: "Compose file", variables: "Variables", history: "History" },
};

/** Labels of what can be done to a stack; also used for jobs that a restart of the server interrupted. */
export const stackActionLabels: Record<string, string> = {
  up: "Deploy",
  down: "Take down",
  remove: "Delete",
  stop: "Stop",
  restart: "Restart",
  pull: "Pull images",
};

export const stackMenuMessages = {
  more: "More actions",
  takeDown: "Take down…",
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
  variables: "Variables",
  variablesExample: "NAME=value",
  variablesHint: "One per line, written to the file .env beside it. Values cannot be read here afterwards.",
  draftWithout: "the values of variables",
  create: "Create stack",
  cancel: "Cancel",
  nameMissing: "A stack needs a name.",
  nameInvalid: "Lower-case letters, digits, - and _, starting with a letter or digit.",
  nameTaken: "There is a stack of that name already.",
  variableInvalid: (line: number) => `Line ${line} is not of the form NAME=value.`,
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
