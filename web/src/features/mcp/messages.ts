import { formatCount } from "../../lib/format.ts";

/** Texts of the MCP page and its dialog. */
export const mcpMessages = {
  title: "MCP servers",
  tools: "Tools",
  running: (count: number, total: number) => `${count} of ${total} running`,
  empty: "No MCP servers yet",
  emptyNote: "Register a program on this host or an address, then see its tools and call them from here.",
  gone: "No such MCP server",
  showAll: "Show all servers",
  register: "Register",
  gateway: "Gateway",
  registerTitle: "Register an MCP server",
  editTitle: (name: string) => `Edit ${name}`,
  save: "Save",
  saved: (name: string) => `${name} saved`,
  registered: (name: string) => `${name} registered`,
  done: { start: "started", stop: "stopped", restart: "restarted", update: "updated", delete: "deleted" },
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteNote: (name: string) =>
    `${name} is stopped and its registration is deleted, with the values of its variables and headers. The program itself is not changed.`,
  delete: "Delete server",
  form: {
    draftOmitsProgram: "values of variables, and arguments that look like a secret",
    draftOmitsAddress: "values of headers, and an address that may contain a secret",
    program: "Program on this host",
    address: "Address (HTTP)",
    argumentsHint: "One per line. No shell parses them: quotes are not needed.",
    valuesStored: "Values are stored on the server and never shown again.",
    valuesKept: (change: string) =>
      `Values are never shown again. They are kept unless you type another; after a change of the ${change}, type each again.`,
    /** What may be started on this server, said before anything is typed. */
    allowed(entries: readonly string[]) {
      if (entries.length === 0) return "No program is allowed on this server yet. Type one, then allow it below.";
      const more = entries.length > 3 ? ` and ${entries.length - 3} more` : "";
      return `Allowed: ${entries.slice(0, 3).join(", ")}${more}. Another one can be allowed below.`;
    },
    protocol: "Transport of the address",
    protocolHint: "The old transport was replaced in March 2025.",
    protocols: {
      auto: "Find it: Streamable HTTP, else HTTP+SSE",
      "streamable-http": "Streamable HTTP",
      sse: "HTTP+SSE (old)",
    },
    oauth: "Sign-in (OAuth)",
    oauthNote: "Needed only where the provider does not register the panel by itself, or gives too many rights.",
    clientId: "Client id",
    clientSecret: "Client secret",
    clientSecretKept: "The stored secret is kept unless you type another.",
    returnAddress: (address: string) => `Return address for the provider: ${address}`,
    scope: "Rights (scope)",
    scopeHint: "Names separated by spaces. Empty: what the server asks for.",
    runsAs: "This program runs on the server as the user of the panel.",
  },
  formErrors: {
    name: "Enter a name",
    nameLength: "At most 64 characters",
    command: "Enter the program to run",
    url: "An address that begins with http:// or https://",
    clientId: "A client secret needs its client id",
    scope: "Names separated by spaces, without quotes",
    duplicate: "Each name may appear once",
    namelessValue: "Every value needs a name",
    variableName: (name: string) => `${name} is not a valid variable name`,
    variableReserved: (name: string) => `${name} may not be set`,
  },
} as const;

/** Texts of the tools of a server: their list, the form of one, and its calls. */
export const toolMessages = {
  starting: "Starting",
  notRunning: "The server is not running",
  notRunningHint: "Start it to see its tools.",
  none: "This server has no tools",
  noneHint: "It may offer resources or prompts.",
  find: "Find a tool",
  findIn: (count: number) => `Find in ${count} tools`,
  arguments: "Arguments",
  argumentsFormat: "Format of the arguments",
  formats: { form: "Form", json: "JSON" },
  jsonHint: "One JSON object",
  jsonInvalid: "Must be a JSON object",
  noArguments: "No arguments",
  viewOnly: "Your role can view tools, but not call them.",
  call: "Call tool",
  save: "Save",
  saveCall: "Save call",
  callHint: "Ctrl+Enter",
  timeout: "Time limit",
  timeouts: { 55000: "55 s", 120000: "2 min", 300000: "5 min", 600000: "10 min" },
  jsonHasMore: "The form has no place for some of this, so it stays JSON.",
  calls: "Recent calls",
  clear: "Clear",
  cancel: "Cancel",
  reuse: "Reuse arguments",
  states: { ok: "ok", error: "error", running: "running" },
} as const;

/** Texts in place of a result that cannot be shown as it is. */
export const resultMessages = {
  failed: "The tool returned an error.",
  empty: "The tool returned no content",
  image: (mimeType: string) => `Image from the tool, ${mimeType}`,
  imageType: (mimeType: string) => `An image of type ${mimeType || "unknown"} is not shown`,
  imageTooLarge: "An image too large to show",
  imageInvalid: (mimeType: string) => `The data is not an image of type ${mimeType}`,
  audio: (mimeType: string | undefined) => `Audio (${mimeType ?? "unknown type"}) is not played`,
  binary: (uri: string, mimeType: string | undefined) => `Binary resource ${uri} (${mimeType ?? "unknown type"})`,
  resource: "Resource",
  download: "Download",
  openResource: "Open resource",
  sound: (mimeType: string) => `Sound from the server, ${mimeType}`,
  emptyResource: "The resource is empty",
  unknownRole: "unknown role",
  mismatch: "The structured content does not match the output schema:",
  moreCharacters: (count: number) => `… ${formatCount(count)} more characters`,
  cancelled: "Cancelled",
} as const;

/** Texts of the fields of a tool's form. */
export const fieldMessages = {
  number: "Must be a number",
  integer: "Must be a whole number",
  everyNumber: "Every entry must be a number",
  json: "Must be valid JSON",
  required: "Required",
  entry: "Entry",
  add: (label: string) => `Add to ${label}`,
  remove: (label: string, number: number) => `Remove entry ${number} of ${label}`,
  atLeast: (count: number) => `At least ${count} ${count === 1 ? "entry" : "entries"}`,
  jsonArray: "A JSON array",
  jsonObject: "A JSON object",
  jsonValue: "Any JSON value",
  entries: "One entry per line",
  numbers: "One number per line",
} as const;

/** Texts of the settings of a server. */
export const settingMessages = {
  title: "Settings",
  transport: "Transport",
  program: "Program",
  arguments: "Arguments",
  variables: "Variables",
  address: "Address",
  headers: "Headers",
  client: "OAuth client",
  protocols: { auto: "HTTP", "streamable-http": "Streamable HTTP", sse: "HTTP+SSE (old)" },
  oldTransport:
    "HTTP+SSE, the old transport that MCP replaced in March 2025. It works. Update the server, or register its address for Streamable HTTP, often ending in /mcp.",
  oldBadge: "old transport",
  registered: "Registered",
  none: "None",
} as const;

/** Texts about the run of a server, and its limits. */
export const runMessages = {
  title: "Process",
  titleRemote: "Connection",
  notRunning: "Not running",
  process: "Process id",
  uptime: "Up for",
  memory: "Memory",
  memoryOf: (memory: string, processes: number) => (processes === 1 ? memory : `${memory} in ${processes} processes`),
  restarts: "Automatic restarts",
  triesAgain: (when: string) => `Tries again ${when}.`,
  health: "Last answer",
  healthAt: (when: string, latency: string | null) => (latency === null ? when : `${when}, in ${latency}`),
  program: "Runs",
  resolved: (name: string, version: string, when: string) => `${name} ${version}, installed ${when}`,
  update: "Update",
  limitsTitle: "Start and end",
  edit: "Change",
  editTitle: (name: string) => `Start and end of ${name}`,
  startWithPanel: "Start with the panel",
  startWithPanelHint: "A server that ran when the panel ended starts again with it.",
  startWithPanelFacts: { true: "if it ran before", false: "no" },
  desired: "Wanted",
  desiredFacts: { running: "running", stopped: "stopped" },
  idle: "Ends when idle",
  idleField: "End after minutes without a call",
  idleHint: "The next call starts it again. Empty: never.",
  lifetime: "Renewed",
  lifetimeField: "Start anew after minutes",
  lifetimeHint: "Between two calls, for programs that grow. Empty: never.",
  never: "never",
  after: (duration: string) => `after ${duration}`,
  minutes: "A whole number of minutes, at most 43,200",
  save: "Save",
  idleState: "The server ended because no call came. The next call starts it.",
} as const;

/** Headings, field labels and buttons. */
export const mcpLabels = {
  mcpServer: "MCP server",
  name: "Name",
  status: "Status",
  programOrAddress: "Program or address",
  reportsAs: "Reports as",
  actions: "Actions",
  transport: "Transport",
  program: "Program",
  arguments: "Arguments",
  environment: "Environment",
  address: "Address",
  headers: "Headers",
  log: "Log",
} as const;

/** Lines of the command palette. */
export const commandMessages = {
  group: "MCP server",
  start: "Start",
  stop: "Stop",
  restart: "Restart",
  log: "Log",
  edit: "Edit",
  delete: "Delete",
  register: "Register MCP server",
} as const;
