/** Texts of what a server offers, besides its tools. */
export const offerMessages = {
  noMatches: "Nothing matches",
  more: "Load more",
  starting: "Starting",
  notRunning: "The server is not running",
  notRunningHint: "Start it to see what it offers.",
  viewOnly: "Your role can see these, but not use them.",
} as const;

export const resourceMessages = {
  title: "Resources",
  find: "Find a resource",
  none: "This server has no resources",
  template: "Template",
  address: "URI",
  type: "Type",
  size: "Size",
  variables: "Variables",
  read: "Read",
  readAgain: "Read again",
  follow: "Follow changes",
  unfollow: "Stop following",
  followed: "Changes are shown here while the server runs.",
  readAt: (time: string) => `Read at ${time}`,
  updatedAt: (time: string) => `Changed and read again at ${time}`,
  content: "Content",
  empty: "The resource is empty",
} as const;

export const promptMessages = {
  title: "Prompts",
  find: "Find a prompt",
  none: "This server has no prompts",
  arguments: "Arguments",
  noArguments: "No arguments",
  get: "Get messages",
  messages: "Messages",
  empty: "The prompt has no messages",
  required: "Required",
} as const;

export const aboutMessages = {
  label: "About the server",
  revision: (version: string | null) => (version === null ? "Revision unknown" : `MCP ${version}`),
  noCapabilities: "No capabilities",
  details: "Details",
  capabilities: "Capabilities",
  instructions: "Instructions",
  noInstructions: "None",
  website: "Website",
  changes: "Since the start before",
  changesSince: (before: string, after: string) => `${before} to ${after}`,
  noChanges: "Nothing changed",
  firstStart: "Shown after the second start",
  added: (kind: string) => `New ${kind}`,
  removed: (kind: string) => `${kind} that are gone`,
  changed: (kind: string) => `Changed ${kind}`,
} as const;

export const rootMessages = {
  title: "What the server is told",
  roots: "Roots",
  rootsHint:
    "Folders that the server may work in, one a line, such as file:///srv/shop. A running server is told at once.",
  save: "Save roots",
  saved: "Roots saved",
  level: "Level of its log messages",
} as const;
