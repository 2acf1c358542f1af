/** Texts of the catalogue, of the form of an entry, and of an installation. */
export const catalogueMessages = {
  title: "Catalogue",
  category: "Category",
  search: "Search the catalogue",
  all: (count: number) => `All categories (${count})`,
  installedCount: (count: number) => `Installed (${count})`,
  installedUnknown: "Installed (unknown)",
  countedCategory: (label: string, count: number) => `${label} (${count})`,
  badge: (count: number) => (count === 1 ? "installed" : `${count} installed`),
  unknown: "Unknown",
  unknownHint: "Docker does not respond, so what is installed is unknown.",
  nothingMatches: "Nothing matches",
  nothingMatchesHint: "No entry matches this search and category.",
  showAll: "Show all",
} as const;

export const entryMessages = {
  back: "Back to the catalogue",
  notFound: "No such entry",
  notFoundHint: "The catalogue has no entry of this name.",
  image: "Image",
  licence: "Licence",
  homepage: "Home page",
  documentation: "Documentation",
  memory: "Memory",
  memoryNeeded: (mebibytes: number) => `at least ${mebibytes} MiB`,
  installed: "Installed",
  installedUnknown: "Docker does not respond: whether this is installed is unknown.",
  viewOnly: "You can view this entry, but not install it.",
  install: (name: string) => `Install ${name}`,
} as const;

export const formMessages = {
  container: "Container",
  name: "Name",
  nameHint: "Name of the container; its volumes are named after it.",
  nameInvalid: "2 to 63 letters, digits and _ . -; starts with a letter or digit.",
  version: "Version",
  draftWithout: "passwords",
  generated: (names: string) => `Generated; shown once: ${names}`,
  ports: "Ports",
  listenOn: "Listen on",
  publish: { local: "This server only", public: "All addresses (public)" },
  portLabel: (label: string, port: number, protocol: string) => `${label} (${port}/${protocol})`,
  notPublished: "not published",
  publishPort: "Publish",
  limits: "Limits and network",
  memoryLimit: "Memory limit in MiB",
  memoryLimitHint: (mebibytes: number) => `Needs at least ${mebibytes} MiB.`,
  noLimit: "no limit",
  network: "Network",
  defaultNetwork: "Docker's default network",
  newNetwork: "New network for this container",
  reuseVolumes: "Use the existing volumes and their data",
  reuseVolumesHint: "A database that already has data keeps its old password; the new one is not set.",
} as const;

export const previewMessages = {
  title: "Preview",
  format: "Format",
  formats: { command: "docker run", compose: "Compose", document: "Engine" },
  copy: "Copy the preview",
  label: "Preview of the container",
  secrets: "Secrets are masked here. They are generated during the installation.",
} as const;

export const installMessages = {
  title: "Installation",
  open: "Open the container",
  again: "Install another",
  back: "Back to the form",
  openPage: "Open its page",
  pageOnServer: (address: string) => `Its page is at ${address} on the server. Open a tunnel:`,
  copyCommand: "Copy the command",
  searching: "Looking for this installation. The server forgets installations one hour after they end.",
  credentials: "Credentials",
  credentialsHint: "You can show them once, within ten minutes. Have your password manager ready.",
  showCredentials: "Show the credentials",
  keepNow: "Save these now: they are not shown again.",
  copyOne: (label: string) => `Copy ${label}`,
} as const;

/** Lines of the command palette. */
export const commandMessages = { group: "Catalogue", install: "Install" } as const;
