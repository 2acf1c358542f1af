/** Sentences of MCP servers: errors, and states shown beside a server. */
export const messages = {
  noSuchServer: "There is no such MCP server.",
  tooManyServers: (max: number) => `At most ${max} MCP servers can be registered.`,
  valueAgain: "Enter the value again: the program or address has changed.",
  invalidProgram: "The program must be a name on the PATH or an absolute path.",
  noProgramAllowed:
    "No local program is allowed yet. An administrator can allow it in Settings (MCP_ALLOWED_COMMANDS).",
  programNotAllowed: "This program is not allowed. An administrator can allow it in Settings (MCP_ALLOWED_COMMANDS).",
  notStarted: "The server could not be started.",
  notRunning: "The server is not running: start it first.",
  stoppedAtStart: "The server was stopped while it was starting.",
  exhausted: (why: string, restarts: number, minutes: number) =>
    `${why} It was restarted ${restarts} times within ${minutes} minutes and is not tried again: start it when the cause is gone.`,
  installing: (packages: string) => `Installing ${packages}`,
  installed: (name: string, version: string) => `Installed ${name} ${version}`,
  notInstalled: (packages: string, why: string) => `${packages} could not be installed: ${why}`,
  installTooSlow: (minutes: number) => `it took longer than ${minutes} minutes.`,
  noInstaller: (program: string) => `${program} was not found on this host.`,
  installerFailed: (program: string, code: number | null) => `${program} ended with exit code ${code ?? "unknown"}.`,
  noBin: (name: string) => `${name} has no program to run.`,
  nothingToUpdate: "Only a server that is started with npx or uvx can be updated.",
  tooSlow: (milliseconds: number) => `The server was not ready within ${Math.round(milliseconds / 1_000)} s.`,
  tooManyCalls: "Too many calls to this server are running.",
  tooManyCallsOfCaller: "Too many of your calls to this server are running.",
  connectionLost: (why: string) => `The connection to the server was lost: ${why}.`,
} as const;
