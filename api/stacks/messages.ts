/** Sentences that callers see: errors of stacks, reasons for read-only stacks, and notices. Findings are in `check/`. */

const MAX_SHOWN = 5;

/** At most five names of a list, and how many more there are. */
export const listNames = (names: readonly string[]): string =>
  names.length > MAX_SHOWN
    ? `${names.slice(0, MAX_SHOWN).join(", ")} and ${names.length - MAX_SHOWN} more`
    : names.join(", ");

export const stackErrors = {
  notFound: "There is no such stack.",
  noSuchFile: "The stack has no such file.",
  noSuchRevision: "There is no such earlier version.",
  noSuchSave: "The stack has no such interrupted save.",
  fileChanged: "The file has changed since it was read.",
  variablesChanged: "The variables have changed since they were read.",
  fileTooLarge: "A compose file has 256 KiB at most.",
  nameTaken: "A stack with this name already exists.",
  nameTakenByContainers: "Containers of a stack with this name already exist on this host.",
  nameTakenByFolder: "A stack with this name already exists in a listed folder.",
  folderInUse: (projects: readonly string[]) =>
    `Containers of the project ${projects.join(", ")} were created from this folder: take them down first.`,
  deleteManagedOnly: "Only stacks in the panel's own folder can be deleted.",
  thoroughNeedsManage: "A check by Compose itself needs the permission to run it (stacks:manage).",
  tooManyChecks: "Too many compose files are being checked; try again in a moment.",
  folderOutside: "The folder is not below one of those that STACKS_ROOTS lists.",
  folderIsKnown: "The files of this stack are known already.",
  nameNotAccepted: "Compose does not accept the name of this stack: no folder can have it.",
  otherProject: (project: string) =>
    `The compose file in this folder is that of the project ${project}: its name, COMPOSE_PROJECT_NAME in its .env, or the folder's name decides.`,
  noNamedFolder: "No folder was named for this stack.",
  tooManyNamed: "1,000 stacks have a folder that was named; forget one first.",
  tooManyReads: "Too many compose files are being read; try again in a moment.",
  engineUnavailable: "The Engine does not respond.",
  refused: (containers: string, reason: string) => `Not done for ${containers}: ${reason}`,
  filesUnreadable: "The files of this stack cannot be read.",
  envUnreadable: (reason: string) => `The file .env cannot be read: ${reason}`,
  envUnreadableUnknown: "The file .env cannot be read.",
  envValueNotPortable: (name: string) =>
    `The value of ${name} contains a line break, a backslash, \${ or both kinds of quotes. Not every Compose version reads these back unchanged.`,
  brokenLink: "It is a link to a file that does not exist.",
  linkOutside: "It is a link to a file outside the folders this panel may open (STACKS_ROOTS).",
};

export const composeErrors = {
  notInstalled:
    "Docker Compose is not installed on this host: install the package docker-compose-plugin or docker-compose.",
  notStarted: "Docker Compose could not be started.",
  timedOut: "Docker Compose took too long and was stopped.",
  failed: "Docker Compose ended with an error; see its output.",
};

/** Why the files of a stack cannot be changed. */
export const readOnlyReasons = {
  invalidName: "Compose does not accept the stack's name.",
  fileMissing: "Its compose file is not on this host, or its containers do not name it.",
  outside: "Its compose file is outside the folders this panel may edit; the variable STACKS_ROOTS lists them.",
  refused: (file: string, reason: string) => `${file} is not opened: ${reason}`,
  notComposeName: "its name is not that of a compose file.",
  defaultFile: "Its compose file",
  noComposeFile: "The folder has no compose file.",
  namedFolder: "The folder",
};

export const stackNotices = {
  otherProjectName: (source: ".env" | "name", name: string) =>
    `${source === ".env" ? "The file .env sets COMPOSE_PROJECT_NAME" : "The compose file sets a name"}: Compose run by hand uses another project name for this folder. Here it runs as ${name}.`,
  otherProjects: (projects: readonly string[]) =>
    `Containers of another project were created from this folder: ${listNames(projects)}.`,
  otherFolders: (folders: readonly string[]) =>
    `Containers of this project were created from another folder: ${listNames(folders)}.`,
  sameName: (folders: readonly string[]) => `Another folder has the same project name: ${listNames(folders)}.`,
  envFault: (fault: string) => `${fault} Fix it before you deploy the stack.`,
};

/** Lines in the output of a job. */
export const jobLines = {
  composeUnusable: "Docker Compose cannot be used for this stack.",
  outputNotMasked: (reason: string) => `${reason} Output of Docker Compose could not be masked.`,
  composeFailed: "Docker Compose ended with an error.",
  actingDirectly: (reason: string) => `${reason} Acting on the containers directly.`,
  networkInUse: (name: string) => `Network ${name} is kept: a container of another project uses it.`,
  noContainerLeft: "All containers are removed.",
};
