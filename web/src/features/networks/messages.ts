import type { ResourceListMessages } from "../../resource/messages.ts";

/** Texts of the list of networks. */
export const listMessages: ResourceListMessages = {
  title: "Networks",
  filter: "Filter networks",
  nothingMatches: (filter) => `No network has “${filter}” in its name, driver, addresses, project or containers.`,
  gone: "No such network",
  showAll: "Show all networks",
  empty: "No networks",
};

export const networkMessages = {
  builtIn: "built in",
  internal: "internal",
  internalValue: "Yes: no access outside the host",
  noContainers: "No containers connected",
  noLabels: "No labels",
  remove: "Remove network",
  removeInUse: "In use: disconnect its containers first",
  removeTitle: (network: string) => `Remove ${network}?`,
  removeBody: "No containers are connected. You can create it again.",
  removed: (network: string) => `${network} has been removed`,
  disconnect: "Disconnect",
  disconnectContainer: (container: string) => `Disconnect ${container}`,
  disconnectTitle: (container: string, network: string) => `Disconnect ${container} from ${network}?`,
  disconnectBody:
    "Containers in this network can no longer reach it, and it can no longer reach them. Open connections end.",
  connect: "Connect",
  connectContainer: "Connect a container",
  connectTitle: (network: string) => `Connect to ${network}`,
  chooseContainer: "Select a container",
  allConnected: "All containers are connected",
  aliases: "Aliases",
  aliasesHint: "Optional aliases, separated by spaces. Its own name always works.",
} as const;

export const createMessages = {
  title: "Create a network",
  action: "Create network",
  nameHint: "Containers in the same bridge network reach each other by name.",
  nameInvalid: "Letters, digits and _ . - only.",
  subnetHint: "Optional; the Engine picks a free one.",
  gatewayHint: "Optional.",
  gatewayInvalid: "A gateway needs a subnet.",
  internalHint: "Containers reach each other, but nothing outside the network.",
} as const;

/** Headings, field labels and buttons. */
export const networkLabels = {
  container: "Container",
  name: "Name",
  subnet: "Subnet",
  gateway: "Gateway",
  internal: "Internal",
  network: "Network",
  copyTheFullId: "Copy the full id",
  labels: "Labels",
  driverOptions: "Driver options",
  containers: "Containers",
  driver: "Driver",
  addresses: "Addresses",
} as const;

/** Lines of the command palette. */
export const commandMessages = {
  group: "Network",
  create: "Create network",
  connect: "Connect a container to",
  remove: "Remove",
} as const;
