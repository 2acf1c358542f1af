/** Sentences that callers of the catalogue see. */

export const catalogueErrors = {
  noSuchEntry: "There is no such entry in the catalogue.",
  noSuchVersion: "The entry does not offer this version.",
  noSuchPort: "The entry has no such port.",
  noSuchPrompt: "The entry has no such setting.",
  noCredentials: "There are no credentials of this installation for you.",
  credentialsGone: "These credentials were already shown, or have expired.",
  tooManyPreviews: "Too many previews are being created; try again in a moment.",
};

/** Problems that prevent an installation, beside the field of the form. */
export const installProblems = {
  missing: (label: string) => `${label} is required.`,
  invalid: (label: string) => `${label} does not have the required format.`,
  tooLittleMemory: (name: string, mebibytes: number) => `${name} needs at least ${mebibytes} MiB.`,
  portTwice: (port: number) => `Port ${port} is chosen twice.`,
  /** `holder`: name of a container, or empty for another program. */
  portInUse: (port: number, label: string, holder: string) =>
    `Port ${port} for ${label} is in use by ${holder === "" ? "a program on this host" : `the container ${holder}`}.`,
  nameTaken: "A container with this name already exists.",
  networkTaken: "A network with this name already exists; choose it from the list.",
  noSuchNetwork: "There is no such network.",
  volumesExist: (names: readonly string[]) =>
    names.length === 1
      ? `The volume ${names[0]} already exists and contains data.`
      : `The volumes ${names.join(", ")} already exist and contain data.`,
};

export const installWarnings = {
  public:
    "The service can be reached from everywhere: Docker opens these ports past firewalls such as ufw, and the traffic is not encrypted.",
  noPassword: "The service starts without a password: the first visitor may get access.",
  unreachable: "No port is published, and the default network has no names: few programs can reach the service.",
  reusedData: "Existing data is used: passwords from its first start stay valid, and new ones may not be set.",
};

/** Steps of an installation, and why it fails. */
export const installSteps = {
  pull: (image: string) => `Pull ${image}`,
  prepare: "Create volumes and network",
  create: "Create the container",
  start: "Start the container",
  health: "Wait until it is healthy",
  rollback: "Roll back",
  rollbackIncomplete: "The rollback is incomplete; check containers, volumes and networks for leftovers.",
  exited: (name: string, code: number | null) =>
    `${name} exited${code === null ? "" : ` (code ${code})`}; its last lines show the reason.`,
  unhealthy: (name: string) => `${name} is running, but its health check fails; its last lines may show the reason.`,
  timedOut: (name: string, seconds: number) => `${name} was not healthy within ${seconds} s.`,
};
